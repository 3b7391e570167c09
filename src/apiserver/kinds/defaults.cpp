// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/defaults.h"

#include <map>
#include <string>

#include "apiserver/kinds/default_rules.h"
#include "apiserver/kinds/type_table.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

bool isZero(const Value& value) {
  return value == Value("") || value == Value(0) || value == Value(false);
}

void walk(Value& object, const TypeInfo& type);

void walkInto(Value& value, const TypeRef& ref) {
  switch (ref.form) {
    case Form::Struct:
      walk(value, *ref.type);
      return;
    case Form::List:
      for (std::size_t i = 0; i < value.size(); ++i) walkInto(value.mutableAt(i), *ref.element);
      return;
    case Form::Map:
      for (std::size_t i = 0; i < value.members().size(); ++i) {
        std::string key = value.members()[i].key.str();
        walkInto(*value.mutableFind(key), *ref.element);
      }
      return;
    default:
      return;
  }
}

bool leadsToDefaults(const TypeRef& ref) {
  const TypeRef* inner = &ref;
  while (inner->element != nullptr) inner = inner->element;
  return inner->type != nullptr && inner->type->reachesDefaults;
}

void walk(Value& object, const TypeInfo& type) {
  if (!type.reachesDefaults || !object.isObject()) return;
  if (type.defaults != nullptr) type.defaults(object);
  for (const auto& field : type.fields) {
    const Value* declared = field.facts.find("default");
    if (declared != nullptr && (field.pointer || !isZero(*declared)) && object.get(field.name).isNull()) {
      object.set(field.name, *declared);
    }
    if (!leadsToDefaults(*field.type)) continue;
    if (const Value* child = object.find(field.name);
        child != nullptr && !child->isNull() && !child->empty()) {
      walkInto(*object.mutableFind(field.name), *field.type);
    } else if (child != nullptr && child->isObject()) {  // {}: a chosen, empty struct has defaults too
      walkInto(*object.mutableFind(field.name), *field.type);
    } else if (field.type->form == Form::Struct && !field.pointer && !field.omitZero) {
      Value fresh = Value::object();
      walkInto(fresh, *field.type);
      if (!fresh.empty()) object.set(field.name, std::move(fresh));
    }
  }
}

}  // namespace

Defaulter defaultsOf(std::string_view typeName) {
  static const std::map<std::string, Defaulter, std::less<>> kRules = [] {
    std::map<std::string, Defaulter, std::less<>> rules;
    addCoreDefaults(rules);
    addWorkloadDefaults(rules);
    addOtherDefaults(rules);
    return rules;
  }();
  auto it = kRules.find(typeName);
  return it == kRules.end() ? nullptr : it->second;
}

void applyDefaults(Value& object, const TypeInfo& type) {
  walk(object, type);
}

}  // namespace puppis::apiserver::kinds
