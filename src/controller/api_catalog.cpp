// SPDX-License-Identifier: Apache-2.0
#include "controller/api_catalog.h"

#include <set>
#include <vector>

#include "base/strings.h"
#include "controller/types.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;

namespace {

/// More than a cluster holds; beyond it something makes definitions up.
constexpr std::size_t kMostParsed = 4096;

Error notThere(oam::DefinitionKind kind, std::string_view type) {
  return {ErrorCode::NotFound,
          "there is no " + std::string(oam::typeWord(kind)) + " \"" + std::string(type) + "\""};
}

/// The answers for one namespace.
class ApiCatalog final : public oam::Catalog {
 public:
  ApiCatalog(std::shared_ptr<ApiDefinitions> definitions, std::vector<std::string> namespaces,
             bool onlyRevisions)
      : definitions_(std::move(definitions)),
        namespaces_(std::move(namespaces)),
        onlyRevisions_(onlyRevisions) {}

  [[nodiscard]] Result<std::shared_ptr<const oam::Definition>> find(oam::DefinitionKind kind,
                                                                    std::string_view type) const override {
    auto [name, version] = oam::splitVersion(type);
    for (const std::string& ns : namespaces_) {
      if (!onlyRevisions_) {
        TRY(auto found, look(definitionResource(kind), {ns, name}));
        if (found && (version.empty() || found->version == version)) return found;
      }
      if (version.empty()) continue;
      TRY(auto kept, look(kDefinitionRevisions, {ns, name + "-v" + version}));
      if (kept && kept->kind == kind && kept->name == name) return kept;
    }
    return fail(notThere(kind, type));
  }

  [[nodiscard]] std::vector<std::string> names(oam::DefinitionKind kind) const override {
    std::set<std::string> out;
    if (!onlyRevisions_)
      each(definitionResource(kind), [&](const Value& one) { out.insert(kube::name(one)); });
    return {out.begin(), out.end()};
  }

  [[nodiscard]] std::vector<std::string> versions(oam::DefinitionKind kind,
                                                  std::string_view name) const override {
    std::vector<std::string> out;
    std::string prefix = std::string(name) + "-v";
    each(kDefinitionRevisions, [&](const Value& one) {
      auto kept = startsWith(kube::name(one), prefix)
                      ? oam::parseDefinitionRevision(one, nullptr)
                      : Result<std::shared_ptr<const oam::Definition>>(fail(notThere(kind, name)));
      if (kept && (*kept)->kind == kind && (*kept)->name == name)
        out.push_back(kube::name(one).substr(prefix.size()));
    });
    return out;
  }

 private:
  /// Null when it does not exist.
  [[nodiscard]] Result<std::shared_ptr<const oam::Definition>> look(const kube::Gvr& type,
                                                                    const kube::ObjectName& name) const {
    auto found = definitions_->read(type, name);
    if (!found && found.error().code() == ErrorCode::NotFound)
      return std::shared_ptr<const oam::Definition>();
    return found;
  }

  /// What cannot be listed has no names to offer; the look-up itself has reported why.
  template <typename Visit>
  void each(const kube::Gvr& type, Visit visit) const {
    for (const std::string& ns : namespaces_) {
      auto list = kube::listAll(definitions_->client(), type, ns);
      if (!list) continue;
      for (const Value& one : list->items) visit(one);
    }
  }

  std::shared_ptr<ApiDefinitions> definitions_;
  std::vector<std::string> namespaces_;
  bool onlyRevisions_;
};

}  // namespace

kube::Gvr definitionResource(oam::DefinitionKind kind) {
  return {"core.oam.dev", "v1beta1", toLower(oam::kindName(kind)) + "s"};
}

std::shared_ptr<const oam::Catalog> apiCatalog(std::shared_ptr<ApiDefinitions> definitions,
                                               const std::string& ns, bool onlyRevisions) {
  std::vector<std::string> namespaces = {ns};
  if (ns != definitions->systemNamespace()) namespaces.push_back(definitions->systemNamespace());
  return std::make_shared<ApiCatalog>(std::move(definitions), std::move(namespaces), onlyRevisions);
}

Result<std::shared_ptr<const oam::Definition>> ApiDefinitions::read(const kube::Gvr& type,
                                                                    const kube::ObjectName& name) {
  TRY(Value object, client_.get(type, name));
  std::string key = type.resource + "/" + name.str();
  std::string version = kube::uid(object) + "/" + kube::resourceVersion(object);
  {
    std::lock_guard lock(mutex_);
    auto known = parsed_.find(key);
    if (known != parsed_.end() && known->second.version == version) return known->second.definition;
  }
  TRY(auto definition, type == kDefinitionRevisions ? oam::parseDefinitionRevision(object, nullptr)
                                                    : oam::parseDefinition(object, nullptr));
  std::lock_guard lock(mutex_);
  if (parsed_.size() >= kMostParsed) parsed_.clear();
  parsed_[key] = {std::move(version), definition};
  return definition;
}

}  // namespace puppis::controller
