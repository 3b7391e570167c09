// SPDX-License-Identifier: Apache-2.0
#include "oam/legacy.h"

#include <algorithm>
#include <string>

#include "oam/application.h"

namespace puppis::oam {

namespace {

using data::Member;
using data::Value;

template <std::size_t N>
bool oneOf(std::string_view key, const std::string_view (&known)[N]) {
  return std::find(std::begin(known), std::end(known), key) != std::end(known);
}

/// `object` with the members of `known` as they are and all else under `properties`; what stands under
/// `nested` goes there too.
template <std::size_t N>
Value gathered(const Value& object, const std::string_view (&known)[N], std::string_view nested) {
  Value out = Value::object();
  out.setMark(object.mark());
  Value properties;
  data::Mark keyMark;
  for (const Member& m : object.members()) {
    if (oneOf(m.key.str(), known)) {
      out.append(m.key, m.value, m.keyMark);
      continue;
    }
    bool inside = m.key == nested || m.key == "properties";
    if (!keyMark.known()) keyMark = m.keyMark;
    if (!inside) {
      properties.set(m.key.str(), m.value, m.keyMark);
    } else if (m.value.isObject()) {
      for (const Member& inner : m.value.members())
        properties.set(inner.key.str(), inner.value, inner.keyMark);
    } else if (!m.value.isNull()) {
      // Not an object: left where the reader will find and refuse it.
      out.set("properties", m.value, m.keyMark);
    }
  }
  if (properties.isObject() && !out.has("properties")) {
    properties.setMark(keyMark);
    out.append("properties", std::move(properties), keyMark);
  }
  return out;
}

Value traitOfFirstForm(const Value& trait) {
  if (!trait.isObject()) return trait;
  constexpr std::string_view kKnown[] = {"name", "type"};
  Value out = gathered(trait, kKnown, "properties");
  if (out.has("type") || !out.has("name")) return out;
  Value renamed = Value::object();
  renamed.setMark(trait.mark());
  for (const Member& m : out.members())
    renamed.append(m.key == "name" ? data::Key("type") : m.key, m.value, m.keyMark);
  return renamed;
}

Value componentOfFirstForm(const Value& component) {
  if (!component.isObject()) return component;
  constexpr std::string_view kKnown[] = {"name",   "type",    "traits",   "scopes", "externalRevision",
                                         "inputs", "outputs", "dependsOn"};
  Value out = gathered(component, kKnown, "settings");
  if (const Value* traits = out.find("traits"); traits != nullptr && traits->isArray()) {
    Value list = Value::array();
    list.setMark(traits->mark());
    for (const Value& trait : traits->elements()) list.push(traitOfFirstForm(trait));
    out.set("traits", std::move(list));
  }
  return out;
}

}  // namespace

bool isFirstForm(const Value& application) {
  return application.get("apiVersion").asString() == "core.oam.dev/v1alpha2";
}

Value ofFirstForm(const Value& application) {
  Value out = application;
  out.set("apiVersion", Value("core.oam.dev/v1beta1").setMark(application.get("apiVersion").mark()));
  const Value& components = application.get("spec", "components");
  if (!components.isArray()) return out;
  Value list = Value::array();
  list.setMark(components.mark());
  for (const Value& component : components.elements()) list.push(componentOfFirstForm(component));
  out["spec"].set("components", std::move(list));
  return out;
}

bool isAppfile(const Value& document) {
  return !document.has("apiVersion") && !document.has("kind") && document.has("name") &&
         document.get("services").isObject();
}

Value applicationOfAppfile(const Value& appfile, const std::shared_ptr<const SourceFile>& source,
                           const IsTrait& isTrait, Diagnostics& diagnostics) {
  Value components = Value::array();
  components.setMark(appfile.get("services").mark());
  for (const Member& service : appfile.get("services").members()) {
    Place place{source, service.keyMark, data::Path() / "services" / service.key.str()};
    if (!service.value.isObject()) {
      diagnostics.error(place.error(ErrorCode::InvalidArgument, "a service must be an object")
                            .found("a " + std::string(data::kindName(service.value.kind()))));
      continue;
    }
    Value component = Value::object();
    component.setMark(service.value.mark());
    component.append("name", Value(service.key.str()).setMark(service.keyMark), service.keyMark);
    component.append("type", Value("webservice").setMark(service.keyMark), service.keyMark);
    Value properties = Value::object();
    properties.setMark(service.value.mark());
    Value traits = Value::array();
    for (const Member& m : service.value.members()) {
      if (m.key == "type") {
        component.set("type", m.value, m.keyMark);
      } else if (m.key == "build") {
        diagnostics.warn(Place{source, m.keyMark, place.path / "build"}.error(
            ErrorCode::NotSupported,
            "images are not built here; build and push it before, and name it in \"image\""));
      } else if (m.value.isObject() && isTrait(m.key.str())) {
        // A list, as that of `env`, can only be a parameter of the same name.
        Value trait = Value::object();
        trait.setMark(m.keyMark);
        trait.append("type", Value(m.key.str()).setMark(m.keyMark), m.keyMark);
        trait.append("properties", m.value, m.keyMark);
        traits.push(std::move(trait));
      } else {
        properties.append(m.key, m.value, m.keyMark);
      }
    }
    component.append("properties", std::move(properties), service.keyMark);
    if (!traits.empty()) component.append("traits", std::move(traits), service.keyMark);
    components.push(std::move(component));
  }
  Value metadata = Value::object();
  metadata.append("name", appfile.get("name"), appfile.findMember("name")->keyMark);
  Value spec = Value::object();
  spec.append("components", std::move(components));
  for (const Member& m : appfile.members()) {
    if (m.key == "workflow" || m.key == "policies") spec.append(m.key, m.value, m.keyMark);
    if (m.key == "namespace" || m.key == "labels" || m.key == "annotations")
      metadata.append(m.key, m.value, m.keyMark);
  }
  Value out = Value::object();
  out.setMark(appfile.mark());
  out.append("apiVersion", "core.oam.dev/v1beta1");
  out.append("kind", "Application");
  out.append("metadata", std::move(metadata));
  out.append("spec", std::move(spec));
  return out;
}

}  // namespace puppis::oam
