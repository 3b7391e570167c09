// SPDX-License-Identifier: Apache-2.0
#include "schema/ui_schema.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puppis::schema {

namespace {

using data::Value;

/// "exposeType" as "Expose Type".
std::string labelOf(std::string_view key) {
  std::string out;
  for (char c : key) {
    bool upper = c >= 'A' && c <= 'Z';
    if (c == '-' || c == '_') {
      out += ' ';
      continue;
    }
    bool wordStart = out.empty() || out.back() == ' ';
    if (upper && !wordStart && out.back() >= 'a' && out.back() <= 'z') out += ' ';
    out += wordStart && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

/// The alternatives' fields and types count as one form: the user fills what applies.
const Value& typeCarrier(const Value& schema) {
  if (schema.has("type") || schema.get("oneOf").empty()) return schema;
  for (const Value& alternative : schema.get("oneOf").elements()) {
    if (alternative.has("type")) return alternative;
  }
  return schema;
}

std::string uiTypeOf(const Value& schema) {
  const Value& carrier = typeCarrier(schema);
  const std::string& type = carrier.get("type").asString();
  if (!schema.get("enum").empty()) return "Select";
  if (type == "boolean") return "Switch";
  if (type == "integer" || type == "number") return "Number";
  if (type == "array") {
    const std::string& item = carrier.get("items", "type").asString();
    if (item == "string") return "Strings";
    if (item == "integer" || item == "number") return "Numbers";
    return "Structs";
  }
  if (type == "object") return carrier.get("properties").empty() ? "KV" : "Group";
  return "Input";
}

Value validation(const Value& schema, bool required) {
  Value out = Value::object({{"required", required}});
  if (schema.has("default")) out.set("defaultValue", schema.get("default"));
  constexpr std::pair<std::string_view, std::string_view> limits[] = {{"maximum", "max"},
                                                                      {"minimum", "min"},
                                                                      {"maxLength", "maxLength"},
                                                                      {"minLength", "minLength"},
                                                                      {"pattern", "pattern"}};
  for (const auto& [from, to] : limits) {
    if (schema.has(from)) out.set(to, schema.get(from));
  }
  if (!schema.get("enum").empty()) {
    Value options = Value::array();
    for (const Value& choice : schema.get("enum").elements()) {
      std::string label = choice.isString() ? choice.asString() : choice.numberText();
      options.push(Value::object({{"label", label}, {"value", choice}}));
    }
    out.set("options", std::move(options));
  }
  return out;
}

bool listed(const Value& names, std::string_view name) {
  auto all = names.elements();
  return std::any_of(all.begin(), all.end(), [&](const Value& v) { return v.asString() == name; });
}

Value field(const std::string& key, const Value& schema, bool required, int sort) {
  Value out = Value::object({{"jsonKey", key}, {"label", labelOf(key)}});
  if (schema.has("description")) out.set("description", schema.get("description"));
  std::string uiType = uiTypeOf(schema);
  out.set("uiType", uiType);
  out.set("sort", sort);
  bool mustFill = required && !schema.has("default") && !schema.get("nullable").asBool();
  out.set("validate", validation(schema, mustFill));
  const Value& carrier = typeCarrier(schema);
  const Value& below = uiType == "Structs" ? carrier.get("items") : carrier;
  if (uiType == "Structs" || uiType == "Group") {
    Value parameters = uiSchema(below);
    if (!parameters.empty()) out.set("subParameters", std::move(parameters));
  }
  if (carrier.get("additionalProperties").isObject()) {
    out.set("additional", true);
    out.set("additionalParameter", field("value", carrier.get("additionalProperties"), false, 100));
  }
  return out;
}

}  // namespace

Value uiSchema(const Value& openApi) {
  std::vector<Value> must;
  std::vector<Value> may;
  int sort = 100;
  for (const data::Member& m : openApi.get("properties").members()) {
    bool required = listed(openApi.get("required"), m.key.str());
    Value f = field(m.key.str(), m.value, required, 0);
    (f.get("validate", "required").asBool() ? must : may).push_back(std::move(f));
  }
  must.insert(must.end(), std::make_move_iterator(may.begin()), std::make_move_iterator(may.end()));
  for (Value& f : must) f.set("sort", sort++);
  return Value::array(std::move(must));
}

Value mergeUiSchema(const Value& form, const Value& custom) {
  Value out = form;
  for (const Value& change : custom.elements()) {
    bool merged = false;
    for (std::size_t i = 0; i < out.size() && !merged; ++i) {
      if (!(out.at(i).get("jsonKey") == change.get("jsonKey"))) continue;
      merged = true;
      Value& target = out.mutableAt(i);
      for (const data::Member& m : change.members()) {
        bool nested = m.key == "subParameters" && target.has("subParameters");
        target.set(m.key.str(), nested ? mergeUiSchema(target.get("subParameters"), m.value) : m.value);
      }
    }
    if (!merged) out.push(change);
  }
  return out;
}

}  // namespace puppis::schema
