// SPDX-License-Identifier: Apache-2.0
#include "cue/load/embed.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cue/builtin/path_system.h"
#include "cue/load/data_files.h"
#include "cue/load/input_file.h"
#include "cue/load/paths.h"
#include "cue/load/tags.h"
#include "cue/syntax/build.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

using builtin::path::System;

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorCode::InvalidArgument, std::move(message));
}

/// What one attribute asks for.
struct Request {
  std::string file;
  std::string glob;
  std::string type;
  bool allowEmptyGlob = false;
};

Status checkName(const std::string& name) {
  const std::string clean = builtin::path::clean(name, System::Unix);
  if (clean != name) return bad("path not normalized, use \"" + clean + "\" instead");
  if (name.starts_with('/')) return bad("only relative files are allowed");
  if (name == ".." || name.starts_with("../")) return bad("cannot refer to parent directory");
  return {};
}

Result<Request> readRequest(const Attribute& attribute) {
  Request out;
  for (const AttributeArgument& argument : attributeArguments(attribute.body())) {
    if (argument.key == "file") out.file = argument.value;
    if (argument.key == "glob") out.glob = argument.value;
    if (argument.key == "type") out.type = argument.value;
    if (argument.key.empty() && argument.value == "allowEmptyGlob") out.allowEmptyGlob = true;
  }
  if (out.file.empty() && out.glob.empty()) return bad("attribute must have file or glob field");
  if (!out.file.empty() && !out.glob.empty()) return bad("attribute cannot have both file and glob field");
  if (out.allowEmptyGlob && out.glob.empty())
    return bad("allowEmptyGlob must be specified with a glob field");
  TRY_VOID(checkName(out.file.empty() ? out.glob : out.file));
  if (!out.glob.empty()) {
    if (auto valid = builtin::path::match(out.glob, "", System::Unix); !valid) {
      return bad("invalid glob pattern \"" + out.glob + "\": " + valid.error().message());
    }
    const std::string base = fileName(out.glob);
    const std::size_t point = base.rfind('.');
    const bool isPlain =
        point != std::string::npos && base.find_first_of("*?[\\", point) == std::string::npos;
    if (out.type.empty() && !isPlain) return bad("extension not fully specified; type argument required");
  }
  return out;
}

class Embedder {
 public:
  Embedder(Files& files, File& file, const std::string& directory)
      : files_(files), build_(file), directory_(directory) {}

  Result<Expr*> value(const Request& request) {
    if (!request.file.empty()) {
      TRY_VOID(checkModule(request.file));
      return contents(request.file, request.type);
    }
    TRY(const std::vector<std::string> names, matches(request.glob));
    if (names.empty() && !request.allowEmptyGlob) {
      return bad("no matches for glob pattern \"" + request.glob + "\"");
    }
    std::vector<Decl*> fields;
    for (const std::string& name : names) {
      if (files_.isDirectory(joinPath(directory_, name))) continue;
      TRY(Expr * expr, contents(name, request.type));
      TRY_VOID(checkModule(name));
      fields.push_back(build_.field(build_.label(name), expr));
    }
    return build_.structLit(fields);
  }

 private:
  /// Files below a module of its own do not belong to this one.
  Status checkModule(const std::string& name) {
    for (std::size_t slash = name.rfind('/'); slash != std::string::npos;
         slash = name.rfind('/', slash - 1)) {
      const std::string above = joinPath(directory_, name.substr(0, slash));
      if (files_.isDirectory(joinPath(above, "cue.mod"))) {
        return bad("cannot embed file \"" + name + "\": in different module");
      }
      if (slash == 0) break;
    }
    return {};
  }

  /// The files that match, by name; those that begin with a point only where the pattern does.
  Result<std::vector<std::string>> matches(const std::string& glob) {
    std::vector<std::string> found = {""};
    for (const std::string& part : split(glob, '/')) {
      std::vector<std::string> next;
      for (const std::string& above : found) {
        const std::string directory = above.empty() ? directory_ : joinPath(directory_, above);
        if (!files_.isDirectory(directory)) continue;
        TRY(std::vector<std::string> names, files_.list(directory));
        for (std::string& name : names) {
          if (name.ends_with('/')) name.pop_back();
        }
        std::sort(names.begin(), names.end());
        for (const std::string& name : names) {
          if (name.starts_with('.') && !part.starts_with('.')) continue;
          TRY(const bool fits, builtin::path::match(part, name, System::Unix));
          if (fits) next.push_back(above.empty() ? name : above + "/" + name);
        }
      }
      found = std::move(next);
    }
    return found;
  }

  Result<Expr*> contents(const std::string& name, const std::string& type) {
    TRY(const InputFile input, parseFile(type.empty() ? name : type + ":" + name, Encoding::Cue));
    if (!input.interpretation.empty()) {
      return bad("interpretation \"" + input.interpretation + "\" not supported");
    }
    const std::string encoding(encodingName(input.encoding));
    if (files_.isDirectory(joinPath(directory_, name))) return bad("cannot embed directories");
    if (input.encoding == Encoding::Cue) return bad("encoding \"cue\" not (yet) supported");
    if (input.encoding == Encoding::JsonLines) {
      // As the peer decodes it: several values are told first.
      TRY(const auto source, read(name));
      TRY(const auto documents, readDocuments(input.encoding, source));
      if (documents.size() > 1) return bad("streaming not implemented: found more than one value in file");
      return bad("encoding \"jsonl\" not (yet) supported: requires support for streaming");
    }
    TRY(const auto source, read(name));
    if (input.encoding == Encoding::Binary) {
      return build_.literal(Token::String, quoteBytes(source->text()));
    }
    TRY(const auto documents, readDocuments(input.encoding, source));
    if (documents.size() != 1) return bad("streaming not implemented: found more than one value in file");
    return exprOfData(build_.file(), documents.front().value);
  }

  Result<std::shared_ptr<const SourceFile>> read(const std::string& name) {
    auto text = files_.read(joinPath(directory_, name));
    if (!text) return bad("open " + name + ": no such file or directory");
    return SourceFile::make(name, std::move(*text));
  }

  Files& files_;
  TreeBuilder build_;
  const std::string& directory_;
};

bool wantsEmbedding(const File& file) {
  for (const Decl* decl : file.decls) {
    const auto* attribute = decl->as<Attribute>();
    if (attribute == nullptr) break;  // it stands before the package clause
    if (attribute->name() != "extern") continue;
    const auto arguments = attributeArguments(attribute->body());
    if (!arguments.empty() && arguments[0].value == "embed") return true;
  }
  return false;
}

}  // namespace

std::vector<Error> embedFiles(Files& files, File& file, const std::string& directory, bool inModule) {
  std::vector<Error> errors;
  if (!wantsEmbedding(file)) return errors;
  Embedder embedder(files, file, directory);
  TreeBuilder build(file);
  const auto embed = [&](Field& field, const Attribute& attribute) -> Status {
    if (!inModule) return bad("cannot embed files when not in a module");
    TRY(const Request request, readRequest(attribute));
    TRY(Expr * value, embedder.value(request));
    Expr* joined = build.binary(Token::And, field.value, value);
    joined->pos = field.value->pos;
    field.value = joined;
    return {};
  };
  const auto visit = [&](const auto& self, Node& node) -> void {
    if (node.kind == NodeKind::Field) {
      auto& field = static_cast<Field&>(node);
      for (const Attribute* attribute : field.attributes) {
        if (attribute->name() != "embed") continue;
        if (auto done = embed(field, *attribute); !done) {
          errors.push_back(Error(ErrorCode::InvalidArgument, "@embed: " + done.error().message())
                               .at(file.locate(*attribute)));
        }
      }
    }
    // The tree is not shared yet, so that its nodes may be changed.
    forEachChild(node, [&](const Node& child) { self(self, const_cast<Node&>(child)); });
  };
  visit(visit, file);
  return errors;
}

}  // namespace puppis::cue
