// SPDX-License-Identifier: Apache-2.0
#include "render/override.h"

#include <algorithm>

#include "base/strings.h"
#include "oam/reader.h"

namespace puppis::render {

namespace {

/// Whether a name is `pattern`, in which `*` stands for any text.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!startsWith(name, pattern.substr(0, star))) return false;
  std::string_view rest = pattern.substr(star + 1);
  for (std::size_t from = star; from <= name.size(); ++from) {
    if (matches(rest, name.substr(from))) return true;
  }
  return false;
}

struct TraitPatch {
  oam::Trait trait;
  bool disable = false;
};
struct ComponentPatch {
  std::string name;
  std::string type;
  data::Value properties;
  std::string externalRevision;
  std::vector<TraitPatch> traits;
  oam::Place place;
  oam::Place typePlace;
  oam::Place propertiesPlace;
};

struct Override {
  std::vector<ComponentPatch> components;
  bool hasSelector = false;
  std::vector<std::string> selector;
};

Override readOverride(const oam::Policy& policy, oam::Diagnostics& diagnostics) {
  oam::Diagnostics found;
  oam::Reader spec(policy.properties, policy.propertiesPlace, found);
  Override out;
  spec.knows("an override policy", {"components", "selector"});
  out.hasSelector = spec.has("selector");
  out.selector = spec.texts("selector");
  for (oam::Reader& from : spec.children("components")) {
    ComponentPatch patch;
    from.knows("a component of an override", {"name", "type", "properties", "externalRevision", "traits"});
    patch.place = from.place();
    patch.name = from.text("name");
    patch.type = from.text("type");
    patch.typePlace = from.placeOfValue("type");
    patch.properties = from.map("properties");
    patch.propertiesPlace = from.placeOf("properties");
    patch.externalRevision = from.text("externalRevision");
    for (oam::Reader& trait : from.children("traits")) {
      TraitPatch one;
      trait.knows("a trait of an override", {"type", "properties", "disable"});
      one.trait.type = trait.requiredText("type", "a trait of an override");
      one.trait.place = trait.placeOfValue("type");
      one.trait.properties = trait.map("properties");
      one.trait.propertiesPlace = trait.placeOf("properties");
      one.disable = trait.boolean("disable");
      patch.traits.push_back(std::move(one));
    }
    out.components.push_back(std::move(patch));
  }
  for (const Error& e : found.errors) diagnostics.error(e);
  // A misspelt field here would silently deploy something else.
  for (const Error& e : found.warnings) diagnostics.error(e);
  return out;
}

/// Keeps the API form of a component in step with what was read.
void refreshObject(oam::Component& component) {
  data::Value& object = component.object;
  object.set("name", component.name);
  object.set("type", component.type);
  if (!component.properties.isNull()) object.set("properties", component.properties);
  data::Value traits = data::Value::array();
  for (const oam::Trait& trait : component.traits) {
    data::Value one = data::Value::object({{"type", trait.type}});
    if (!trait.properties.isNull()) one.set("properties", trait.properties);
    traits.push(std::move(one));
  }
  if (traits.empty()) {
    object.erase("traits");
  } else {
    object.set("traits", std::move(traits));
  }
}

void mergeInto(oam::Component& component, const ComponentPatch& patch) {
  if (!patch.properties.isNull()) {
    component.properties = deepMerged(component.properties, patch.properties);
    if (!component.propertiesPlace.mark.known()) component.propertiesPlace = patch.propertiesPlace;
  }
  if (!patch.externalRevision.empty()) component.externalRevision = patch.externalRevision;
  for (const TraitPatch& one : patch.traits) {
    bool known = false;
    for (oam::Trait& trait : component.traits) {
      if (trait.type != one.trait.type) continue;
      known = true;
      if (!one.disable && !one.trait.properties.isNull()) {
        trait.properties = deepMerged(trait.properties, one.trait.properties);
      }
    }
    if (one.disable) {
      std::erase_if(component.traits, [&](const oam::Trait& trait) { return trait.type == one.trait.type; });
    } else if (!known) {
      component.traits.push_back(one.trait);
    }
  }
  refreshObject(component);
}

oam::Component made(const ComponentPatch& patch) {
  oam::Component out;
  out.name = patch.name;
  out.type = patch.type;
  out.properties = patch.properties;
  out.externalRevision = patch.externalRevision;
  out.place = patch.place;
  out.typePlace = patch.typePlace;
  out.propertiesPlace = patch.propertiesPlace;
  for (const TraitPatch& trait : patch.traits) {
    if (!trait.disable) out.traits.push_back(trait.trait);
  }
  out.object = data::Value::object();
  refreshObject(out);
  return out;
}

void apply(oam::Application& application, const ComponentPatch& patch, oam::Diagnostics& diagnostics) {
  bool matched = false;
  for (oam::Component& component : application.components) {
    if (patch.name.empty()) {
      if (patch.type.empty() || patch.type == component.type) mergeInto(component, patch);
      continue;
    }
    if (!matches(patch.name, component.name)) continue;
    matched = true;
    if (patch.type.empty() || patch.type == component.type) {
      mergeInto(component, patch);
    } else {
      // Another type: the override takes the component's place, under its name.
      oam::Component other = made(patch);
      other.name = component.name;
      refreshObject(other);
      component = std::move(other);
    }
  }
  if (matched || patch.name.empty() || patch.name.find('*') != std::string::npos) return;
  if (patch.type.empty()) {
    std::vector<std::string> names;
    for (const oam::Component& c : application.components) names.push_back(c.name);
    Error error = patch.place.error(ErrorCode::InvalidArgument,
                                    "the override names the component \"" + patch.name +
                                        "\", which does not exist, and gives no type to add it");
    error.expected(names.empty() ? "no name, for there is no component" : "one of " + join(names, ", "));
    error.found("\"" + patch.name + "\"");
    if (auto near = nearest(patch.name, names)) error.suggest(*near);
    diagnostics.error(std::move(error));
    return;
  }
  application.components.push_back(made(patch));
}

}  // namespace

data::Value deepMerged(const data::Value& base, const data::Value& over) {
  if (!base.isObject() || !over.isObject()) return over;
  data::Value out = base;
  for (const data::Member& m : over.members()) {
    const data::Value* old = out.find(m.key.str());
    out.set(m.key.str(), old == nullptr ? m.value : deepMerged(*old, m.value), m.keyMark);
  }
  return out;
}

oam::Application withOverrides(const oam::Application& application, const std::vector<oam::Policy>& overrides,
                               oam::Diagnostics& diagnostics) {
  oam::Application out = application;
  for (const oam::Policy& policy : overrides) {
    Override spec = readOverride(policy, diagnostics);
    for (const ComponentPatch& patch : spec.components) apply(out, patch, diagnostics);
    if (!spec.hasSelector) continue;
    std::erase_if(out.components, [&](const oam::Component& component) {
      return std::ranges::find(spec.selector, component.name) == spec.selector.end();
    });
  }
  return out;
}

}  // namespace puppis::render
