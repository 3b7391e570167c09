// SPDX-License-Identifier: Apache-2.0
#include "render/references.h"

#include <algorithm>

#include "base/strings.h"
#include "oam/reader.h"

namespace puppis::render {

namespace {

using data::Value;

/// Without what the server of origin wrote.
Value cleaned(Value object) {
  Value& metadata = object["metadata"];
  for (const char* key : {"resourceVersion", "generation", "ownerReferences", "deletionTimestamp",
                          "managedFields", "uid", "creationTimestamp"}) {
    metadata.erase(key);
  }
  object.erase("status");
  bool service = object.get("kind").asString() == "Service" && object.get("apiVersion").asString() == "v1";
  const std::string& address = object.get("spec", "clusterIP").asString();
  if (service && !address.empty() && address != "None") {
    object["spec"].erase("clusterIP");
    object["spec"].erase("clusterIPs");
  }
  return object;
}

ObjectSelector readSelector(oam::Reader& from, const std::string& componentName,
                            const std::string& namespaceName, oam::Diagnostics& diagnostics) {
  ObjectSelector out;
  out.resource = from.text("resource");
  out.group = from.text("group");
  out.apiVersion = from.text("apiVersion");
  out.kind = from.text("kind");
  out.name = from.text("name");
  out.namespace_ = from.text("namespace");
  out.cluster = from.text("cluster");
  out.labels = from.textMap(from.has("labelSelector") ? "labelSelector" : "selector");
  if (!out.name.empty() && !out.labels.empty()) {
    diagnostics.error(from.place().error(
        ErrorCode::InvalidArgument, "a reference selects by \"name\" or by \"labelSelector\", not by both"));
  }
  if (out.resource.empty() && (out.apiVersion.empty() || out.kind.empty())) {
    diagnostics.error(from.place().error(ErrorCode::InvalidArgument,
                                         "a reference needs a \"resource\", such as deployment"));
  }
  if (out.namespace_.empty()) out.namespace_ = namespaceName;
  if (out.name.empty() && out.labels.empty()) out.name = componentName;
  return out;
}

bool isKind(const Value& object, const ObjectSelector& selector) {
  const std::string& apiVersion = object.get("apiVersion").asString();
  const std::string& kind = object.get("kind").asString();
  if (selector.resource.empty()) return apiVersion == selector.apiVersion && kind == selector.kind;
  std::size_t slash = apiVersion.find('/');
  std::string group = slash == std::string::npos ? "" : apiVersion.substr(0, slash);
  if (!selector.group.empty() && group != selector.group) return false;
  std::string name = toLower(kind);
  std::string resource = toLower(selector.resource);
  bool ies = endsWith(name, "y") && resource == name.substr(0, name.size() - 1) + "ies";
  return resource == name || resource == name + "s" || resource == name + "es" || ies;
}

}  // namespace

oam::Application withReferredObjects(const oam::Application& application, const std::string& namespaceName,
                                     const ObjectLookup& lookup, oam::Diagnostics& diagnostics) {
  oam::Application out = application;
  for (oam::Component& component : out.components) {
    if (component.type != "ref-objects") continue;
    oam::Reader spec(component.properties, component.propertiesPlace, diagnostics);
    if (spec.has("urls") && !spec.object().get("urls").empty()) {
      diagnostics.error(spec.placeOf("urls").error(
          ErrorCode::NotSupported,
          "objects are not fetched from URLs: a rendering depends on nothing but its input"));
    }
    Value objects = Value::array();
    for (oam::Reader& reference : spec.children("objects")) {
      std::size_t before = diagnostics.errors.size();
      ObjectSelector selector = readSelector(reference, component.name, namespaceName, diagnostics);
      if (diagnostics.errors.size() != before) continue;
      auto found = lookup(selector);
      if (!found) {
        diagnostics.error(reference.place().error(found.error().code(), found.error().message()));
        continue;
      }
      for (Value& object : *found) objects.push(cleaned(std::move(object)));
    }
    if (component.properties.has("objects")) component.properties.set("objects", std::move(objects));
  }
  return out;
}

ObjectLookup lookUpIn(std::vector<Value> objects) {
  return [objects = std::move(objects)](const ObjectSelector& selector) -> Result<std::vector<Value>> {
    std::vector<Value> out;
    for (const Value& object : objects) {
      const Value& metadata = object.get("metadata");
      if (!isKind(object, selector)) continue;
      const std::string& space = metadata.get("namespace").asString();
      if (!space.empty() && space != selector.namespace_) continue;
      if (!selector.name.empty() && metadata.get("name").asString() != selector.name) continue;
      bool labelled = std::ranges::all_of(selector.labels, [&](const auto& label) {
        return metadata.get("labels", label.first).asString() == label.second;
      });
      if (labelled) out.push_back(object);
    }
    if (out.empty() && !selector.name.empty()) {
      std::string what = selector.resource.empty() ? selector.kind : selector.resource;
      return fail(ErrorCode::NotFound,
                  "there is no " + what + " \"" + selector.name +
                      "\" among the objects given; without a cluster they are read from the files of -d");
    }
    return out;
  };
}

}  // namespace puppis::render
