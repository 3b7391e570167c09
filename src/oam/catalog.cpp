// SPDX-License-Identifier: Apache-2.0
#include "oam/catalog.h"

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/strings.h"
#include "cue/syntax/ast.h"
#include "cue/syntax/parse.h"
#include "data/yaml.h"
#include "oam/builtin.h"

namespace puppis::oam {

namespace {

Error unknownType(DefinitionKind kind, std::string_view type, const std::vector<std::string>& names) {
  auto [name, version] = splitVersion(type);
  bool known = std::ranges::find(names, name) != names.end();
  std::string what = std::string(typeWord(kind)) + (kind == DefinitionKind::WorkflowStep ? "" : " type");
  Error error(ErrorCode::NotFound, known ? "the " + what + " \"" + name + "\" has no version " + version
                                         : "unknown " + what + " \"" + name + "\"");
  error.found("\"" + std::string(type) + "\"");
  if (known) {
    error.expected("a version of it that is registered");
  } else if (auto near = nearest(name, names)) {
    error.expected("\"" + *near + "\"").suggest(*near);
  } else {
    error.expected("one of the names that `puppis def list` shows");
  }
  return error;
}

std::vector<int> numbers(std::string_view version) {
  std::vector<int> out;
  for (const std::string& part : split(version, '.')) out.push_back(std::atoi(part.c_str()));
  return out;
}

/// Whether "1.2.3" begins with the version "1" or "1.2".
bool isBelow(std::string_view version, std::string_view asked) {
  return startsWith(version, asked) && version.substr(asked.size(), 1) == ".";
}

std::string_view folderOf(DefinitionKind kind) {
  constexpr std::string_view kFolders[] = {"components/", "traits/", "policies/", "workflow-steps/",
                                           "workloads/"};
  return kFolders[static_cast<std::size_t>(kind)];
}

}  // namespace

std::pair<std::string, std::string> splitVersion(std::string_view type) {
  std::size_t at = type.rfind('@');
  if (at == std::string_view::npos) return {std::string(type), ""};
  std::string_view version = type.substr(at + 1);
  if (startsWith(version, "v")) version.remove_prefix(1);
  return {std::string(type.substr(0, at)), std::string(version)};
}

void MemoryCatalog::add(std::shared_ptr<const Definition> definition) {
  auto& versions = definitions_[{definition->kind, definition->name}];
  std::erase_if(versions, [&](const auto& old) { return old->version == definition->version; });
  versions.push_back(std::move(definition));
}

void MemoryCatalog::addRevision(std::string revision, std::shared_ptr<const Definition> definition) {
  revisions_[{definition->kind, std::move(revision)}] = std::move(definition);
}

Result<std::shared_ptr<const Definition>> MemoryCatalog::find(DefinitionKind kind,
                                                              std::string_view type) const {
  auto [name, version] = splitVersion(type);
  std::shared_ptr<const Definition> best;
  if (auto found = definitions_.find({kind, name}); found != definitions_.end()) {
    for (const auto& candidate : found->second) {
      if (!version.empty() && candidate->version != version) continue;
      if (best == nullptr || numbers(candidate->version) > numbers(best->version)) best = candidate;
    }
  }
  if (best == nullptr && !version.empty()) {
    auto revision = revisions_.find({kind, name + "-v" + version});
    if (revision != revisions_.end() && revision->second->name == name) best = revision->second;
  }
  if (best == nullptr) return fail(unknownType(kind, type, names(kind)));
  return best;
}

std::vector<std::string> MemoryCatalog::versions(DefinitionKind kind, std::string_view name) const {
  std::vector<std::string> out;
  if (auto found = definitions_.find({kind, std::string(name)}); found != definitions_.end()) {
    for (const auto& one : found->second) {
      if (!one->version.empty()) out.push_back(one->version);
    }
  }
  for (const auto& [key, one] : revisions_) {
    if (key.first == kind && one->name == name && startsWith(key.second, std::string(name) + "-v"))
      out.push_back(key.second.substr(name.size() + 2));
  }
  return out;
}

std::vector<std::string> MemoryCatalog::names(DefinitionKind kind) const {
  std::vector<std::string> out;
  for (const auto& [key, versions] : definitions_) {
    if (key.first == kind) out.push_back(key.second);
  }
  return out;
}

Result<std::shared_ptr<const Definition>> BuiltInCatalog::find(DefinitionKind kind,
                                                               std::string_view type) const {
  auto [name, version] = splitVersion(type);
  std::string path = std::string(folderOf(kind)) + name + ".cue";
  auto text = builtInFile(path);
  if (!text) return fail(unknownType(kind, type, names(kind)));
  std::lock_guard lock(mutex_);
  auto read = read_.find(path);
  if (read == read_.end()) {
    auto source = SourceFile::make("<built-in " + path + ">", std::string(*text));
    TRY(auto parsed, parseAuthoredDefinition(source, *runtime_));
    auto marked = std::make_shared<Definition>(*parsed);
    marked->builtIn = true;
    read = read_.emplace(path, std::move(marked)).first;
  }
  if (!version.empty() && read->second->version != version) return fail(unknownType(kind, type, names(kind)));
  return read->second;
}

std::vector<std::string> BuiltInCatalog::names(DefinitionKind kind) const {
  std::vector<std::string> out;
  std::string_view folder = folderOf(kind);
  for (const BuiltInFile& file : builtInFiles()) {
    if (!startsWith(file.path, folder) || !endsWith(file.path, ".cue")) continue;
    out.emplace_back(file.path.substr(folder.size(), file.path.size() - folder.size() - 4));
  }
  return out;
}

Result<std::shared_ptr<const Definition>> LayeredCatalog::find(DefinitionKind kind,
                                                               std::string_view type) const {
  for (const auto& layer : layers_) {
    auto found = layer->find(kind, type);
    if (found || found.error().code() != ErrorCode::NotFound) return found;
  }
  return fail(unknownType(kind, type, names(kind)));
}

std::vector<std::string> LayeredCatalog::names(DefinitionKind kind) const {
  std::set<std::string> out;
  for (const auto& layer : layers_) {
    for (std::string& name : layer->names(kind)) out.insert(std::move(name));
  }
  return {out.begin(), out.end()};
}

std::vector<std::string> LayeredCatalog::versions(DefinitionKind kind, std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& layer : layers_) {
    for (std::string& version : layer->versions(kind, name)) out.push_back(std::move(version));
  }
  return out;
}

Result<std::shared_ptr<const Definition>> NewestCatalog::find(DefinitionKind kind,
                                                              std::string_view type) const {
  auto exact = inner_.find(kind, type);
  auto [name, asked] = splitVersion(type);
  if (exact || !enabled_ || asked.empty() || exact.error().code() != ErrorCode::NotFound) return exact;
  std::string best;
  for (std::string& version : inner_.versions(kind, name)) {
    if (isBelow(version, asked) && (best.empty() || numbers(version) > numbers(best)))
      best = std::move(version);
  }
  return best.empty() ? exact : inner_.find(kind, name + "@v" + best);
}

bool isPackage(const std::shared_ptr<const SourceFile>& source) {
  cue::ParseOptions options;
  options.importsOnly = true;
  auto file = cue::parse(source, options);
  return file &&
         std::ranges::any_of((*file)->decls, [](const cue::Decl* d) { return d->is<cue::Package>(); });
}

Result<std::shared_ptr<const MemoryCatalog>> loadDefinitions(Files& files,
                                                             const std::vector<std::string>& paths,
                                                             cue::Runtime& runtime,
                                                             std::vector<data::Value>* others) {
  auto out = std::make_shared<MemoryCatalog>();
  Diagnostics diagnostics;
  for (const std::string& path : paths) {
    TRY(std::vector<std::string> found, findFiles(files, path, {".yaml", ".yml", ".cue"}));
    for (const std::string& file : found) {
      // Beside a definition lie its example and its tests.
      bool beside = file != path && (endsWith(file, ".example.yaml") || endsWith(file, ".test.yaml"));
      if (beside) continue;
      TRY(std::string text, files.read(file));
      auto source = SourceFile::make(file, std::move(text));
      if (endsWith(file, ".cue")) {
        if (file != path && isPackage(source)) continue;
        auto definition = parseAuthoredDefinition(source, runtime);
        if (definition) {
          out->add(std::move(*definition));
        } else {
          diagnostics.add(definition.error());
        }
        continue;
      }
      auto documents = data::parseYaml(source);
      if (!documents) {
        diagnostics.add(documents.error());
        continue;
      }
      for (const data::Value& document : *documents) {
        if (isDefinitionRevision(document)) {
          auto kept = parseDefinitionRevision(document, source);
          if (kept) {
            out->addRevision(document.get("metadata", "name").asString(), std::move(*kept));
          } else {
            diagnostics.add(kept.error());
          }
          continue;
        }
        if (!isDefinition(document)) {
          if (others != nullptr) others->push_back(document);
          continue;
        }
        auto definition = parseDefinition(document, source);
        if (definition) {
          out->add(std::move(*definition));
        } else {
          diagnostics.add(definition.error());
        }
      }
    }
  }
  if (!diagnostics.ok()) return fail(diagnostics.combined());
  return out;
}

}  // namespace puppis::oam
