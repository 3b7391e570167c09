// SPDX-License-Identifier: Apache-2.0
#include "render/contract.h"

#include "base/strings.h"
#include "data/path.h"
#include "render/context_data.h"
#include "render/trait_name.h"

namespace puppis::render {

namespace {

using data::Value;

Value& labelsOf(Value& object) {
  return object["metadata"]["labels"];
}

/// Sets or replaces, in place where the key exists.
void overlay(Value& map, const Value& with) {
  for (const data::Member& m : with.members()) map.set(m.key.str(), m.value);
}

}  // namespace

Contract::Contract(const oam::Application& application, std::string component, const RenderContext& context)
    : application_(application),
      component_(std::move(component)),
      namespace_(targetNamespace(application, context)),
      home_(homeNamespace(application, context)),
      placed_(!context.targetNamespace.empty()),
      appRevision_(context.appRevision) {}

void Contract::addLabels(Value& object, const Value& labels) const {
  overlay(labelsOf(object), Value::object({{"app.oam.dev/name", application_.name},
                                           {"app.oam.dev/component", component_},
                                           {"app.oam.dev/appRevision", appRevision_}}));
  overlay(labelsOf(object), labels);
}

void Contract::stampWorkload(Value& object, const std::string& type) const {
  addLabels(object, Value::object({{"workload.oam.dev/type", labelType(type)}}));
  if (object.get("metadata", "name").asString().empty() && !component_.empty()) {
    object["metadata"].set("name", component_);
  }
  finish(object, "WORKLOAD", false);
}

void Contract::stampTrait(Value& object, const std::string& traitType, const std::string& outputName,
                          bool controlPlaneOnly) const {
  Value labels = Value::object({{"trait.oam.dev/type", traitType}});
  if (!outputName.empty()) labels.set("trait.oam.dev/resource", outputName);
  addLabels(object, labels);
  if (object.get("metadata", "name").asString().empty()) {
    object["metadata"].set("name", generatedTraitName(component_, traitType, object));
  }
  finish(object, "TRAIT", controlPlaneOnly);
}

void Contract::stampPolicy(Value& object) const {
  addLabels(object, Value());
  Value& metadata = object["metadata"];
  if (metadata.get("name").asString().empty()) metadata.set("name", component_);
  if (metadata.get("namespace").asString().empty()) metadata.set("namespace", namespace_);
}

void Contract::finish(Value& object, std::string_view resourceType, bool controlPlaneOnly) const {
  Value common = Value::object();
  for (const auto& [key, text] : application_.labels) common.append(data::Key(key), text);
  overlay(common, Value::object({{"app.oam.dev/name", application_.name},
                                 {"app.oam.dev/namespace", home_},
                                 {"app.oam.dev/appRevision", appRevision_},
                                 {"app.oam.dev/component", component_}}));
  auto filter = [&](const char* key, Value& map) {
    auto found = application_.annotations.find(key);
    if (found == application_.annotations.end()) return;
    for (const std::string& name : split(found->second, ',')) map.erase(trim(name));
  };
  filter("filter.oam.dev/label-keys", common);
  labelsOf(object).set("app.oam.dev/resourceType", resourceType);
  overlay(labelsOf(object), common);

  Value& annotations = object["metadata"]["annotations"];
  for (const auto& [key, text] : application_.annotations) annotations.set(key, text);
  for (const char* internal :
       {"app.oam.dev/inplace-upgrade", "filter.oam.dev/label-keys", "filter.oam.dev/annotation-keys",
        "kubectl.kubernetes.io/last-applied-configuration"}) {
    annotations.erase(internal);
  }
  filter("filter.oam.dev/annotation-keys", annotations);
  if (annotations.empty()) object["metadata"].erase("annotations");

  bool isNamespace =
      object.get("apiVersion").asString() == "v1" && object.get("kind").asString() == "Namespace";
  // A topology's namespace is for all objects, those that name another included.
  if (!isNamespace && (placed_ || object.get("metadata", "namespace").asString().empty())) {
    object["metadata"].set("namespace", controlPlaneOnly ? home_ : namespace_);
  }
}

std::string labelType(std::string_view type) {
  std::size_t at = type.find("@v");
  if (at == std::string_view::npos || at == 0) return std::string(type);
  return std::string(type.substr(0, at)) + "-" + std::string(type.substr(at + 1));
}

Status setWorkloadReference(Value& trait, const oam::Definition& definition, const Value& workload) {
  if (definition.workloadRefPath.empty()) return {};
  TRY(data::Path path, data::Path::parse(definition.workloadRefPath));
  return data::assign(trait, path,
                      Value::object({{"apiVersion", workload.get("apiVersion")},
                                     {"kind", workload.get("kind")},
                                     {"name", workload.get("metadata", "name")}}));
}

}  // namespace puppis::render
