// SPDX-License-Identifier: Apache-2.0
#include "controller/definitions.h"

#include "base/strings.h"
#include "data/json.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;

namespace {

const kube::Gvr kDefinitionTypes[] = {
    {"core.oam.dev", "v1beta1", "componentdefinitions"},
    {"core.oam.dev", "v1beta1", "traitdefinitions"},
    {"core.oam.dev", "v1beta1", "policydefinitions"},
    {"core.oam.dev", "v1beta1", "workflowstepdefinitions"},
    {"core.oam.dev", "v1beta1", "workloaddefinitions"},
};

}  // namespace

DefinitionStore::DefinitionStore(kube::Client& client, std::shared_ptr<const oam::Catalog> builtIn, Log& log,
                                 std::string systemNamespace)
    : log_(log),
      systemNamespace_(std::move(systemNamespace)),
      builtIn_(std::move(builtIn)),
      revisions_(std::make_shared<ApiDefinitions>(client, systemNamespace_)) {}

void DefinitionStore::watch(kube::InformerSet& informers, std::function<void()> changed,
                            std::function<void(const kube::Change&)> each) {
  changed_ = std::move(changed);
  each_ = std::move(each);
  for (const auto& type : kDefinitionTypes) {
    kube::InformerOptions options;
    options.type = type;
    informers.add(std::move(options), [this](kube::Informer& informer) {
      informer.onChange([this](const kube::Change& change) { take(change); });
    });
  }
}

void DefinitionStore::take(const kube::Change& change) {
  const Value& object = change.object();
  if (each_) each_(change);
  if (change.before && change.after && change.before->get("spec") == change.after->get("spec")) return;
  std::string key = object.get("kind").asString() + "/" + kube::name(object);
  std::shared_ptr<const oam::Definition> parsed;
  if (change.after) {
    auto definition = oam::parseDefinition(*change.after, nullptr);
    if (definition) {
      parsed = std::move(*definition);
    } else {
      log_.warn("a definition cannot be read", {{"definition", key}, {"error", definition.error().str()}});
    }
  }
  {
    std::lock_guard lock(mutex_);
    auto& ofNamespace = definitions_[kube::namespaceOf(object)];
    if (parsed) {
      ofNamespace[key] = std::move(parsed);
    } else {
      ofNamespace.erase(key);
    }
    catalogs_.clear();
  }
  if (changed_) changed_();
}

std::shared_ptr<const oam::Catalog> DefinitionStore::catalogFor(const std::string& ns) {
  std::lock_guard lock(mutex_);
  auto& catalog = catalogs_[ns];
  if (catalog) return catalog;
  std::vector<std::shared_ptr<const oam::Catalog>> layers;
  std::vector<std::string> namespaces = {ns};
  if (ns != systemNamespace_) namespaces.push_back(systemNamespace_);
  for (const auto& from : namespaces) {
    auto found = definitions_.find(from);
    if (found == definitions_.end()) continue;
    auto layer = std::make_shared<oam::MemoryCatalog>();
    for (const auto& [key, definition] : found->second) layer->add(definition);
    layers.push_back(std::move(layer));
  }
  layers.push_back(apiCatalog(revisions_, ns, true));
  layers.push_back(builtIn_);
  catalog = std::make_shared<oam::LayeredCatalog>(std::move(layers));
  return catalog;
}

std::string DefinitionStore::fingerprint(const oam::Definition& definition) {
  std::string text = data::toJson(definition.object.get("spec"), {.sortKeys = true});
  return definition.title() + ":" + std::to_string(fnv1a(text));
}

}  // namespace puppis::controller
