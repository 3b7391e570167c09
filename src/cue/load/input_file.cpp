// SPDX-License-Identifier: Apache-2.0
#include "cue/load/input_file.h"

#include <array>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

constexpr std::array<std::pair<std::string_view, Encoding>, 7> kEncodings = {{
    {"cue", Encoding::Cue},
    {"json", Encoding::Json},
    {"jsonl", Encoding::JsonLines},
    {"yaml", Encoding::Yaml},
    {"toml", Encoding::Toml},
    {"text", Encoding::Text},
    {"binary", Encoding::Binary},
}};
constexpr std::array<std::pair<std::string_view, Encoding>, 9> kExtensions = {{
    {".cue", Encoding::Cue},
    {".json", Encoding::Json},
    {".jsonl", Encoding::JsonLines},
    {".ndjson", Encoding::JsonLines},
    {".ldjson", Encoding::JsonLines},
    {".yaml", Encoding::Yaml},
    {".yml", Encoding::Yaml},
    {".toml", Encoding::Toml},
    {".txt", Encoding::Text},
}};

/// What a qualifier such as "yaml+openapi" says.
struct Scope {
  std::optional<Encoding> encoding;
  std::string interpretation;
};

Result<Scope> parseScope(std::string_view text) {
  Scope out;
  for (const std::string& tag : split(text, '+')) {
    const std::string name = tag.substr(0, tag.find('='));
    bool known = false;
    for (const auto& [word, encoding] : kEncodings) {
      if (word != name) continue;
      out.encoding = encoding;
      known = true;
    }
    if (name == "openapi" || name == "jsonschema") {
      out.interpretation = name;
      known = true;
    }
    // Ways of reading CUE that change nothing of what is done here.
    if (name == "data" || name == "schema" || name == "graph" || name == "dag" || name == "auto" ||
        name == "lang" || name == "strict") {
      known = true;
    }
    if (!known) {
      std::vector<std::string> names = {"openapi", "jsonschema"};
      for (const auto& each : kEncodings) names.emplace_back(each.first);
      Error error(ErrorCode::InvalidArgument, "unknown filetype " + name);
      if (auto near = nearest(name, names)) error.suggest(*near);
      return fail(std::move(error));
    }
  }
  return out;
}

/// The extension with its point; empty for a name that begins with its only point. "-" is its own.
std::string_view extensionOf(std::string_view path) {
  if (path == "-") return path;
  const std::size_t slash = path.rfind('/');
  const std::string_view base = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t point = base.rfind('.');
  return point == std::string_view::npos || point == 0 ? std::string_view() : base.substr(point);
}

Result<InputFile> makeFile(std::string_view path, const Scope& scope, Encoding fallback) {
  InputFile out;
  out.path = path;
  out.interpretation = scope.interpretation;
  if (scope.encoding) {
    out.encoding = *scope.encoding;
    return out;
  }
  const std::string_view extension = extensionOf(path);
  if (extension == "-") {
    out.encoding = scope.interpretation.empty() ? fallback : Encoding::Json;
    return out;
  }
  for (const auto& [suffix, encoding] : kExtensions) {
    if (suffix != extension) continue;
    out.encoding = encoding;
    return out;
  }
  if (!scope.interpretation.empty()) {
    out.encoding = Encoding::Json;
    return out;
  }
  if (extension.empty())
    return fail(ErrorCode::InvalidArgument, "no encoding specified for file \"" + out.path + "\"");
  return fail(Error(ErrorCode::InvalidArgument, "unknown file extension " + std::string(extension))
                  .expected("a qualifier before it, as in json: " + out.path));
}

/// The qualifier before a colon; nothing for absolute paths and names without one.
std::optional<std::pair<std::string_view, std::string_view>> cutScope(std::string_view text) {
  if (text.starts_with('/')) return std::nullopt;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return std::make_pair(text.substr(0, colon), text.substr(colon + 1));
}

bool isQualifier(std::string_view argument) {
  const auto cut = cutScope(argument);
  return cut && cut->second.empty() && !cut->first.empty() && cut->first.find('/') == std::string_view::npos;
}

}  // namespace

std::string_view encodingName(Encoding encoding) {
  for (const auto& [name, each] : kEncodings) {
    if (each == encoding) return name;
  }
  return "?";
}

ImportPath parseImportPath(std::string_view text) {
  ImportPath out;
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    out.qualifier = text.substr(colon + 1);
    out.explicitQualifier = true;
    text = text.substr(0, colon);
  }
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    out.version = text.substr(at + 1);
    text = text.substr(0, at);
  }
  out.path = text;
  if (!out.explicitQualifier) {
    const std::size_t last = out.path.rfind('/');
    const std::string name = last == std::string::npos ? out.path : out.path.substr(last + 1);
    if (isIdentifier(name)) out.qualifier = name;
  }
  return out;
}

bool isPackageArgument(std::string_view argument) {
  if (argument == "." || argument == "..") return true;
  if (argument.empty() || argument == "-") return false;
  const ImportPath parts = parseImportPath(argument);
  if (parts.explicitQualifier) {
    if (parts.path.find(':') != std::string::npos || parts.path == "-") return false;
    return isIdentifier(parts.qualifier) || parts.path.find('/') != std::string::npos;
  }
  if (!parts.version.empty()) return parts.version.find('/') == std::string::npos;
  std::string_view extension = extensionOf(argument);
  while (extension.starts_with('.')) extension.remove_prefix(1);
  return extension.empty();
}

Result<InputArguments> parseInputs(const std::vector<std::string>& arguments) {
  InputArguments out;
  Scope scope;
  bool scoped = false;
  bool pending = false;  // a qualifier that no file has followed yet
  std::string qualifier;
  for (const std::string& argument : arguments) {
    if (isQualifier(argument)) {
      if (pending) break;
      qualifier = argument;
      TRY(scope, parseScope(argument.substr(0, argument.size() - 1)));
      scoped = true;
      pending = true;
      continue;
    }
    if (!scoped && isPackageArgument(argument)) {
      out.packages.push_back(argument);
      continue;
    }
    if (argument.empty()) return fail(ErrorCode::InvalidArgument, "empty file name");
    if (const auto cut = cutScope(argument)) {
      if (cut->first.empty()) {
        return fail(ErrorCode::InvalidArgument, "empty filetype prefix in \"" + argument + "\"");
      }
      return fail(Error(ErrorCode::InvalidArgument, "cannot combine file type and file name")
                      .suggest(std::string(cut->first) + ": " + std::string(cut->second)));
    }
    TRY(InputFile file, makeFile(argument, scope, Encoding::Cue));
    out.files.push_back(std::move(file));
    pending = false;
  }
  if (pending) return fail(ErrorCode::InvalidArgument, "scoped qualifier \"" + qualifier + "\" without file");
  return out;
}

Result<InputFile> parseFile(std::string_view text, Encoding fallback) {
  const auto cut = cutScope(text);
  if (!cut) {
    if (text.empty()) return fail(ErrorCode::InvalidArgument, "empty file name");
    return makeFile(text, {}, fallback);
  }
  if (cut->first.empty()) {
    return fail(ErrorCode::InvalidArgument, "empty filetype prefix in \"" + std::string(text) + "\"");
  }
  if (cut->second.empty()) {
    return fail(ErrorCode::InvalidArgument, "empty file name in \"" + std::string(text) + "\"");
  }
  TRY(const Scope scope, parseScope(cut->first));
  return makeFile(cut->second, scope, fallback);
}

}  // namespace puppis::cue
