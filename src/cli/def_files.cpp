// SPDX-License-Identifier: Apache-2.0
#include "cli/def_files.h"

#include <algorithm>
#include <utility>

#include "base/files.h"
#include "base/strings.h"
#include "cli/world.h"
#include "data/yaml.h"
#include "oam/builtin.h"
#include "oam/catalog.h"
#include "oam/extends.h"

namespace puppis::cli {

namespace {

void readOne(const std::shared_ptr<const SourceFile>& source, bool named, cue::Runtime& runtime,
             oam::Diagnostics& diagnostics, std::vector<DefinitionFile>& into) {
  auto take = [&](Result<std::shared_ptr<const oam::Definition>> definition) {
    if (definition) {
      into.push_back({source->name(), std::move(*definition)});
    } else {
      diagnostics.add(definition.error());
    }
  };
  // Standard input has no name to tell by; an API object says so.
  bool isCue = endsWith(source->name(), ".cue") ||
               (source->name() == "-" && source->text().find("apiVersion:") == std::string_view::npos);
  if (isCue) {
    if (named || !oam::isPackage(source)) take(oam::parseAuthoredDefinition(source, runtime));
    return;
  }
  auto documents = data::parseYaml(source);
  if (!documents) {
    diagnostics.add(documents.error());
    return;
  }
  for (const data::Value& document : *documents) {
    if (oam::isDefinition(document)) take(oam::parseDefinition(document, source));
  }
}

}  // namespace

Result<std::vector<DefinitionFile>> readDefinitionFiles(Context& context,
                                                        const std::vector<std::string>& paths,
                                                        cue::Runtime& runtime,
                                                        oam::Diagnostics& diagnostics) {
  std::vector<DefinitionFile> out;
  for (const std::string& path : paths) {
    std::vector<std::string> found = {path};
    if (path != "-") {
      TRY(found, findFiles(context.files, path, {".cue", ".yaml", ".yml"}));
    }
    for (const std::string& file : found) {
      bool beside = file != path && (endsWith(file, ".example.yaml") || endsWith(file, ".test.yaml"));
      if (beside) continue;
      TRY(auto source, readSource(context, file));
      readOne(source, file == path, runtime, diagnostics, out);
    }
  }
  return out;
}

Result<std::vector<DefinitionFile>> builtInDefinitionFiles(cue::Runtime& runtime) {
  std::vector<DefinitionFile> out;
  for (const oam::BuiltInFile& file : oam::builtInFiles()) {
    if (!endsWith(file.path, ".cue") || startsWith(file.path, "packages/")) continue;
    auto source = SourceFile::make(std::string(file.path), std::string(file.text));
    TRY(auto definition, oam::parseAuthoredDefinition(source, runtime));
    out.push_back({std::string(file.path), std::move(definition)});
  }
  return out;
}

void inheritDefinitions(std::vector<DefinitionFile>& files, const std::shared_ptr<cue::Runtime>& runtime,
                        oam::Diagnostics& diagnostics) {
  auto given = std::make_shared<oam::MemoryCatalog>();
  for (const DefinitionFile& file : files) given->add(file.definition);
  oam::LayeredCatalog catalog({given, std::make_shared<oam::BuiltInCatalog>(runtime)});
  std::erase_if(files, [&](DefinitionFile& file) {
    auto whole = oam::extended(file.definition, catalog);
    if (whole) {
      file.definition = std::move(*whole);
    } else {
      diagnostics.add(whole.error());
    }
    return !whole;
  });
}

Result<std::vector<DefinitionFile>> readWholeDefinitions(Context& context, std::vector<std::string> paths,
                                                         bool builtIn,
                                                         const std::shared_ptr<cue::Runtime>& runtime,
                                                         oam::Diagnostics& diagnostics) {
  if (paths.empty() && !builtIn) paths = {"."};
  TRY(std::vector<DefinitionFile> files, readDefinitionFiles(context, paths, *runtime, diagnostics));
  if (builtIn) {
    TRY(std::vector<DefinitionFile> own, builtInDefinitionFiles(*runtime));
    files.insert(files.end(), own.begin(), own.end());
  }
  inheritDefinitions(files, runtime, diagnostics);
  return files;
}

Result<oam::DefinitionKind> parseDefinitionKind(const std::string& word) {
  if (auto kind = oam::definitionKind(word)) return *kind;
  std::vector<std::string> words = {"component", "trait", "policy", "workflow-step", "workload"};
  Error error(ErrorCode::InvalidArgument, "unknown kind of definition \"" + word + "\"");
  error.expected(join(words, ", "));
  if (auto near = nearest(word, words)) error.suggest(*near);
  return fail(std::move(error));
}

Result<std::optional<oam::DefinitionKind>> optionalDefinitionKind(const std::string& word) {
  if (word.empty()) return std::nullopt;
  TRY(oam::DefinitionKind kind, parseDefinitionKind(word));
  return kind;
}

bool printFaults(Context& context, const oam::Diagnostics& diagnostics) {
  printWarnings(context, diagnostics.warnings);
  for (const Error& error : diagnostics.errors) context.err << error.report(context.colourErr);
  return diagnostics.ok();
}

}  // namespace puppis::cli
