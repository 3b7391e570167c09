// SPDX-License-Identifier: Apache-2.0
#include "cli/cue_run.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "cue/export/text.h"
#include "cue/expression.h"
#include "cue/load/data_files.h"
#include "cue/load/paths.h"
#include "cue/syntax/build.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parse.h"
#include "data/json.h"
#include "schema/cue_of_schema.h"

namespace puppis::cli {

using cue::Value;

namespace {

tl::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::InvalidArgument, std::move(message));
}

/// A tree of a document as an expression: its only value, or a struct of its fields.
cue::Expr* exprOf(cue::TreeBuilder& build, cue::File& document) {
  if (document.decls.size() == 1) {
    if (auto* embed = document.decls[0]->as<cue::EmbedDecl>()) return embed->expr;
  }
  auto* literal = build.make<cue::StructLit>();
  literal->elements = document.decls;
  literal->lbrace = cue::Pos::spaced(cue::Space::Blank);
  return literal;
}

}  // namespace

void setPackage(cue::File& file, const std::string& name) {
  if (name.empty() || file.packageClause() != nullptr) return;
  cue::TreeBuilder build(file);
  auto* package = build.make<cue::Package>();
  package->pos = cue::Pos::spaced(cue::Space::NewSection);
  package->name = build.ident(name);
  std::vector<cue::Decl*> decls = {package};
  decls.insert(decls.end(), file.decls.begin(), file.decls.end());
  file.decls = build.nodes(decls);
}

Status validated(const Value& value, const cue::ValidateOptions& options) {
  std::vector<Error> errors = value.validate(options);
  if (errors.empty()) return {};
  if (errors.size() == 1) return fail(errors.front());
  Error all(errors.front().code(), std::to_string(errors.size()) + " errors");
  for (Error& error : errors) all.detail(std::move(error));
  return fail(std::move(all));
}

CueRun::CueRun(Context& context, const CueFlags& flags, bool separateData)
    : context_(context), flags_(flags), separateData_(separateData) {}

Status CueRun::check(const Value& value) const {
  if (flags_.ignore) return {};
  return validated(value, {});
}

Result<Value> CueRun::evaluate(const std::vector<std::shared_ptr<const cue::File>>& files,
                               const std::string& importPath) {
  cue::CompileOptions options;
  options.importPath = importPath;
  TRY(auto program, runtime_->compile(files, options));
  return session_->evaluate(std::move(program));
}

/// The documents of an instance's data files, where -l, --list and --with-context put them.
Result<std::vector<std::shared_ptr<const cue::File>>> CueRun::placed(const cue::Instance& instance) {
  std::vector<std::shared_ptr<const cue::File>> out;
  const bool place = flags_.list || !flags_.path.empty();
  if (flags_.withContext && !place) {
    return invalid("flag --with-context must be used with at least one of flag --path or --list");
  }
  for (const cue::DataFile& data : instance.dataFiles) {
    TRY(const auto documents, cue::readDocuments(data.file.encoding, data.source));
    std::vector<std::shared_ptr<cue::File>> files;
    for (const cue::Document& document : documents) files.push_back(document.file);
    if (!place) {
      for (auto& file : files) {
        setPackage(*file, instance.packageName);
        out.push_back(std::move(file));
      }
      continue;
    }
    auto whole = std::make_shared<cue::File>(data.source);
    std::vector<cue::Decl*> decls;
    std::vector<cue::Expr*> elements;
    const auto finish = [&] {
      cue::TreeBuilder build(*whole);
      if (!elements.empty()) decls.push_back(build.embed(build.list(elements)));
      whole->decls = build.nodes(decls);
      setPackage(*whole, instance.packageName);
      out.push_back(std::move(whole));
      decls.clear();
      elements.clear();
    };
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (flags_.files && i > 0) {
        finish();
        whole = std::make_shared<cue::File>(data.source);
      }
      cue::TreeBuilder build(*whole);
      cue::Expr* expr = exprOf(build, *files[i]);
      std::vector<PlaceLabel> labels;
      if (!flags_.path.empty()) {
        data::Value scope = documents[i].value;
        if (flags_.withContext) {
          scope = data::Value::object({{"data", documents[i].value},
                                       {"filename", data.source->name()},
                                       {"index", static_cast<long>(i)},
                                       {"recordCount", static_cast<long>(files.size())}});
        }
        TRY(labels, labelsFor(session_->fromData(scope, data.source)));
      }
      if (flags_.list && labels.empty()) {
        elements.push_back(expr);
        continue;
      }
      if (flags_.list) expr = build.list({expr});
      for (std::size_t k = labels.size(); k-- > 0;) {
        cue::Label* label = nullptr;
        if (labels[k].isName) {
          label = build.ident(labels[k].text);
        } else {
          label = build.label(labels[k].text);
        }
        cue::Field* field = build.field(label, expr);
        expr = build.structLit({field});
      }
      for (cue::Decl* decl : static_cast<cue::StructLit*>(expr)->elements) decls.push_back(decl);
    }
    finish();
    keep_.insert(keep_.end(), files.begin(), files.end());
  }
  return out;
}

/// The labels that -l gives for one document.
Result<std::vector<CueRun::PlaceLabel>> CueRun::labelsFor(const Value& scope) {
  std::vector<PlaceLabel> out;
  for (const std::string& text : flags_.path) {
    // Either one expression, or labels each behind a colon: `"a": (b):`.
    std::string rest(trim(text));
    if (!rest.ends_with(':')) {
      TRY(const Value label, cue::evaluateExpression(*session_, SourceFile::make("--path", rest), scope));
      TRY(std::string name, label.asString());
      out.push_back({std::move(name)});
      continue;
    }
    TRY(const auto file, cue::parse(SourceFile::make("--path", rest + " _")));
    const cue::Decl* decl = file->decls.empty() ? nullptr : file->decls[0];
    while (decl != nullptr) {
      const auto* field = decl->as<cue::Field>();
      if (field == nullptr) break;
      if (const auto* ident = field->label->as<cue::Ident>()) {
        out.push_back({std::string(ident->name), true});
      } else {
        const std::string_view source = file->source->text();
        const cue::Node& label = *field->label;
        TRY(const Value value, session_->evaluateExpression(
                                   source.substr(label.pos.offset, label.end - label.pos.offset), scope));
        TRY(std::string name, value.asString());
        out.push_back({std::move(name)});
      }
      const auto* literal = field->value->as<cue::StructLit>();
      decl = literal == nullptr || literal->elements.empty() ? nullptr : literal->elements[0];
    }
  }
  return out;
}

Result<std::vector<cue::Instance>> CueRun::load(bool dataFiles) {
  cue::LoadOptions options = loadOptions(context_, flags_);
  options.dataFiles = dataFiles;
  if (dataFiles) options.package.clear();  // the package of what is imported, not one to be chosen
  loader_ = std::make_unique<cue::Loader>(context_.files, std::move(options));
  runtime_ = cue::Runtime::make();
  runtime_->setImporter(loader_->importer(runtime_));
  TRY(const cue::Budget budget, budgetOf(flags_));
  session_ = std::make_unique<cue::Session>(runtime_, budget);
  return loader_->load(flags_.inputs);
}

Status CueRun::readSchemas(cue::Instance& instance) {
  std::vector<cue::DataFile> data;
  for (cue::DataFile& each : instance.dataFiles) {
    if (each.file.interpretation.empty()) {
      data.push_back(std::move(each));
      continue;
    }
    TRY(const auto documents, cue::readDocuments(each.file.encoding, each.source));
    if (documents.size() != 1) return invalid("a schema is one document: " + each.source->name());
    const bool openApi = each.file.interpretation == "openapi";
    auto text =
        openApi ? schema::cueOfOpenApi(documents[0].value) : schema::cueOfJsonSchema(documents[0].value);
    if (!text) return fail(Error(text.error()).at({each.source->name()}));
    TRY(auto file, cue::parseEditable(SourceFile::make(each.source->name(), std::move(*text))));
    setPackage(*file, instance.packageName);
    instance.files.push_back(std::move(file));
  }
  instance.dataFiles = std::move(data);
  return {};
}

Result<std::vector<std::shared_ptr<const cue::File>>> CueRun::importFiles(const std::string& mode) {
  TRY(const std::vector<cue::Instance> instances, load(true));
  std::vector<std::shared_ptr<const cue::File>> out;
  for (const cue::Instance& instance : instances) {
    for (const cue::DataFile& data : instance.dataFiles) {
      cue::Instance one;
      one.packageName = flags_.package.empty() ? instance.packageName : flags_.package;
      one.dataFiles = {data};
      std::string& interpretation = one.dataFiles[0].file.interpretation;
      if (mode == "jsonschema" || mode == "openapi") interpretation = mode;
      const bool detects = mode.empty() || mode == "auto" || mode == "data";
      const bool structured =
          data.file.encoding == cue::Encoding::Json || data.file.encoding == cue::Encoding::Yaml;
      if (interpretation.empty() && detects && structured) {
        TRY(const auto documents, cue::readDocuments(data.file.encoding, data.source));
        if (documents.size() == 1) interpretation = schema::interpretationOf(documents[0].value);
      }
      if (!interpretation.empty()) {
        TRY_VOID(readSchemas(one));
        out.insert(out.end(), one.files.begin(), one.files.end());
        continue;
      }
      TRY(auto files, placed(one));
      if (files.size() > 1 && !flags_.files) {
        return invalid("--path, --list, or --files flag needed to handle multiple objects in file " +
                       data.source->name());
      }
      for (auto& file : files) out.push_back(std::move(file));
    }
  }
  return out;
}

Status CueRun::prepare() {
  TRY(std::vector<cue::Instance> instances, load(false));
  for (cue::Instance& instance : instances) TRY_VOID(readSchemas(instance));

  const cue::Instance* user = nullptr;
  std::vector<const cue::Instance*> packages;
  for (const cue::Instance& instance : instances) {
    if (instance.userFiles) {
      user = &instance;
    } else {
      packages.push_back(&instance);
    }
  }
  instanceCount_ = packages.size();
  if (packages.empty() && !flags_.namePattern.empty())
    return invalid("use of -n/--name flag without a directory");
  const auto addInstance = [&](const cue::Instance& instance,
                               std::vector<std::shared_ptr<const cue::File>> files) -> Status {
    TRY(const Value value, evaluate(files, instance.importPath));
    TRY_VOID(check(value));
    items_.push_back({value, instance.importPath, instance.importPath, nullptr});
    return {};
  };

  if (user == nullptr || user->dataFiles.empty()) {
    if (!flags_.schema.empty() && (user != nullptr || packages.empty())) {
      return invalid("-d/--schema flag requires non-CUE input files");
    }
    for (const cue::Instance* package : packages) TRY_VOID(addInstance(*package, package->files));
    if (user != nullptr) {
      ++instanceCount_;
      TRY_VOID(addInstance(*user, user->files));
    }
    return selectExpressions();
  }

  // Data files: merged into the configuration, or checked one by one against it.
  if (packages.size() > 1) {
    return invalid("too many packages defined (" + std::to_string(packages.size()) +
                   ") in combination with files");
  }
  const cue::Instance* package = packages.empty() ? nullptr : packages[0];
  const cue::Instance& base = package != nullptr ? *package : *user;
  const bool place = flags_.list || !flags_.path.empty();
  if (!flags_.schema.empty() && place) {
    return invalid("cannot combine --schema flag with flag --path, --list, or --files");
  }
  if (!flags_.schema.empty() && base.files.empty()) {
    return invalid("-d/--schema flag specified without a schema");
  }
  const bool apart = !flags_.schema.empty() || ((separateData_ || !flags_.merge) && !place);
  if (apart) {
    TRY_VOID(addDocuments(*user, base.files.empty() ? nullptr : &base));
    return selectExpressions();
  }
  cue::Instance joined = base;
  joined.dataFiles = user->dataFiles;
  TRY(const auto documents, placed(joined));
  std::vector<std::shared_ptr<const cue::File>> files = base.files;
  if (package != nullptr) files.insert(files.end(), user->files.begin(), user->files.end());
  files.insert(files.end(), documents.begin(), documents.end());
  instanceCount_ = 1;
  if (files.empty()) return {};  // data files without any document
  TRY_VOID(addInstance(joined, files));
  return selectExpressions();
}

/// Each document of the data files is an item of its own, unified with the schema.
Status CueRun::addDocuments(const cue::Instance& instance, const cue::Instance* package) {
  documents_ = true;
  std::string importPath;
  if (package != nullptr) {
    importPath = package->importPath;
    TRY(schema_, evaluate(package->files, importPath));
    const Value root = schema_;
    for (std::size_t i = 0; i < flags_.schema.size(); ++i) {
      TRY(const Value selected,
          cue::evaluateExpression(*session_, SourceFile::make("--schema", flags_.schema[i]), root));
      TRY_VOID(validated(selected, {}));
      schema_ = i == 0 ? selected : schema_.unify(selected);
    }
  }
  for (const cue::DataFile& data : instance.dataFiles) {
    TRY(const auto documents, cue::readDocuments(data.file.encoding, data.source));
    for (const cue::Document& document : documents) {
      std::shared_ptr<const cue::File> file = document.file;
      TRY(Value value, evaluate({file}, {}));
      if (schema_.exists()) value = value.unify(schema_);
      items_.push_back({value, {}, importPath, schema_.exists() ? nullptr : file});
    }
  }
  return {};
}

Status CueRun::selectExpressions() {
  if (flags_.expressions.empty()) return {};
  std::vector<CueItem> out;
  for (const CueItem& item : items_) {
    for (const std::string& text : flags_.expressions) {
      cue::CompileOptions options;
      options.importPath = item.package;
      TRY(const Value value,
          cue::evaluateExpression(*session_, SourceFile::make("--expression", text), item.value, options));
      out.push_back({value, flags_.expressions.size() > 1 ? text : item.id, item.package, nullptr});
    }
  }
  items_ = std::move(out);
  return {};
}

Status CueOutput::open(cue::Encoding fallback) {
  if (flags_.out.find(':') != std::string::npos && flags_.outFile.find(':') != std::string::npos) {
    return invalid("cannot specify qualifier in both --out and --outfile");
  }
  std::string text = flags_.outFile.empty() ? "-" : flags_.outFile;
  if (!flags_.out.empty()) text = flags_.out + ":" + text;
  TRY(file_, cue::parseFile(text, fallback));
  return {};
}

Status CueOutput::writeData(const Value& value, bool escapeHtml) {
  switch (file_.encoding) {
    case cue::Encoding::Json:
    case cue::Encoding::JsonLines: {
      TRY(const data::Value json, value.toJson());
      data::JsonStyle style;
      style.indent = 4;
      style.escapeHtml = escapeHtml;
      data::appendJson(text_, json, style);
      text_ += '\n';
      break;
    }
    case cue::Encoding::Yaml: {
      TRY(const std::string yaml, cue::yamlText(value));
      if (count_ > 0) text_ += "---\n";
      text_ += yaml;
      break;
    }
    case cue::Encoding::Toml: {
      TRY(const std::string toml, cue::tomlText(value));
      text_ += toml;
      break;
    }
    case cue::Encoding::Text: {
      TRY(const std::string string, value.asString());
      text_ += string + "\n";
      break;
    }
    case cue::Encoding::Binary: {
      const bool isString = value.kind() == cue::kString;
      TRY(const std::string bytes, isString ? value.asString() : value.asBytes());
      text_ += bytes;
      break;
    }
    case cue::Encoding::Cue:
      return fail(ErrorCode::NotSupported,
                  "writing " + std::string(cue::encodingName(file_.encoding)) + " is not supported");
  }
  ++count_;
  return {};
}

Status CueOutput::close() {
  if (file_.path == "-") {
    context_.out << text_;
    return {};
  }
  std::error_code error;
  const std::string cwd = std::filesystem::current_path(error).string();
  const std::string path = cue::joinPath(cwd, file_.path);
  if (!flags_.force && context_.files.exists(path)) {
    return fail(ErrorCode::AlreadyExists, "error writing \"" + file_.path + "\": file already exists");
  }
  return context_.files.write(path, text_);
}

}  // namespace puppis::cli
