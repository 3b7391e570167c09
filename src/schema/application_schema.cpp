// SPDX-License-Identifier: Apache-2.0
#include "schema/application_schema.h"

#include <utility>

namespace puppis::schema {

namespace {

using data::Value;

Value text(std::string_view description) {
  return Value::object({{"type", "string"}, {"description", description}});
}

Value listOf(Value items, std::string_view description) {
  return Value::object({{"type", "array"}, {"description", description}, {"items", std::move(items)}});
}

Value reference(std::string_view name) {
  return Value::object({{"$ref", "#/definitions/" + std::string(name)}});
}

/// An object with `type` one of the registered names, and for each of them a branch that gives `properties`
/// its schema.
Value typed(const std::vector<RegisteredType>& types, RegisteredType::Kind kind, Value properties,
            std::vector<std::string> required) {
  Value choices = Value::array();
  Value branches = Value::array();
  for (const RegisteredType& t : types) {
    if (t.kind != kind) continue;
    choices.push(Value::object({{"const", t.name}, {"description", t.description}}));
    Value parameters = toJsonSchema(t.parameters, t.closed);
    Value needed = parameters.get("required");
    parameters.erase("required");
    Value then = Value::object({{"properties", Value::object({{"properties", std::move(parameters)}})}});
    if (!needed.empty()) {
      // An input may bring what is needed.
      Value given = Value::object({{"required", Value::array({"properties"})}});
      given.set("properties", Value::object({{"properties", Value::object({{"required", needed}})}}));
      then.set("anyOf",
               Value::array({std::move(given), Value::object({{"required", Value::array({"inputs"})}})}));
    }
    branches.push(Value::object(
        {{"if", Value::object({{"properties", Value::object({{"type", Value::object({{"const", t.name}})}})},
                               {"required", Value::array({"type"})}})},
         {"then", std::move(then)}}));
  }
  // A pinned version (`type: name@v1`) is checked by the controller, not by the editor.
  choices.push(Value::object({{"type", "string"}, {"pattern", "@v[0-9]"}}));
  properties.set("type", Value::object({{"description", "the registered definition to use"},
                                        {"anyOf", std::move(choices)}}));
  if (!properties.has("properties")) {
    properties.set("properties",
                   Value::object({{"type", "object"}, {"description", "the definition's parameters"}}));
  }
  Value out = Value::object({{"type", "object"}, {"properties", std::move(properties)}});
  Value names = Value::array();
  for (std::string& name : required) names.push(std::move(name));
  out.set("required", std::move(names));
  out.set("additionalProperties", false);
  if (!branches.empty()) out.set("allOf", std::move(branches));
  return out;
}

Value inputsSchema(std::string_view description) {
  Value input =
      Value::object({{"type", "object"},
                     {"properties", Value::object({{"from", text("name of the variable to read")},
                                                   {"parameterKey", text("path it is written to")}})},
                     {"required", Value::array({"from"})},
                     {"additionalProperties", false}});
  return listOf(std::move(input), description);
}

Value outputsSchema(std::string_view description) {
  Value output =
      Value::object({{"type", "object"},
                     {"properties", Value::object({{"name", text("name of the variable")},
                                                   {"valueFrom", text("CUE expression that gives it")}})},
                     {"required", Value::array({"name", "valueFrom"})},
                     {"additionalProperties", false}});
  return listOf(std::move(output), description);
}

Value componentSchema(const std::vector<RegisteredType>& types) {
  Value properties = Value::object({{"name", text("unique name of the component in the Application")}});
  properties.set("dependsOn", listOf(text("a component"), "components that must be healthy first"));
  properties.set("inputs", inputsSchema("values taken from other components"));
  properties.set("outputs", outputsSchema("values given to other components"));
  properties.set("traits", listOf(reference("trait"), "operational behaviour of the component, in order"));
  properties.set("externalRevision", text("use this component revision"));
  properties.set("scopes", Value::object({{"type", "object"}}));
  return typed(types, RegisteredType::Kind::Component, std::move(properties), {"name", "type"});
}

Value stepSchema(const std::vector<RegisteredType>& types) {
  Value properties = Value::object({{"name", text("unique name of the step")}});
  properties.set("if", text("CUE condition under which the step runs"));
  properties.set("timeout", text("how long it may take, as 30s or 10m"));
  properties.set("dependsOn", listOf(text("a step"), "steps that must have ended first"));
  properties.set("meta", Value::object({{"type", "object"},
                                        {"properties", Value::object({{"alias", text("shown name")}})}}));
  properties.set("inputs", inputsSchema("values read"));
  properties.set("outputs", outputsSchema("values given"));
  properties.set("mode", text("how sub-steps run: DAG or StepByStep"));
  properties.set("subSteps", listOf(reference("step"), "steps of a step-group"));
  return typed(types, RegisteredType::Kind::WorkflowStep, std::move(properties), {"type"});
}

}  // namespace

Value toJsonSchema(const Value& openApi, bool closed) {
  Value out = Value::object();
  for (const data::Member& m : openApi.members()) {
    const std::string& key = m.key.str();
    if (key == "nullable" || key == "exclusiveMinimum" || key == "exclusiveMaximum" || key == "required")
      continue;
    if (key == "properties") {
      Value properties = Value::object();
      for (const data::Member& p : m.value.members()) properties.append(p.key, toJsonSchema(p.value, closed));
      out.set(key, std::move(properties));
    } else if (key == "items" || key == "additionalProperties" || key == "not") {
      out.set(key, toJsonSchema(m.value, closed));
    } else if (key == "oneOf" || key == "anyOf" || key == "allOf") {
      Value all = Value::array();
      // A struct may fit several alternatives of a CUE disjunction, so "one of" is "any of" for an editor.
      for (const Value& v : m.value.elements()) all.push(toJsonSchema(v, false));
      out.set(key == "oneOf" ? "anyOf" : key, std::move(all));
    } else {
      out.set(key, m.value);
    }
  }
  for (const char* limit : {"minimum", "maximum"}) {
    std::string exclusive = limit == std::string_view("minimum") ? "exclusiveMinimum" : "exclusiveMaximum";
    if (!openApi.get(exclusive).asBool()) continue;
    out.set(exclusive, openApi.get(limit));
    out.erase(limit);
  }
  Value required = Value::array();
  for (const Value& name : openApi.get("required").elements()) {
    const Value& property = openApi.get("properties").get(name.asString());
    if (!property.has("default") && !property.get("nullable").asBool()) required.push(name);
  }
  if (!required.empty()) out.set("required", std::move(required));
  if (openApi.get("nullable").asBool()) {
    if (out.has("type")) out.set("type", Value::array({out.get("type"), "null"}));
    if (out.has("enum")) out["enum"].push(Value());
  }
  if (closed && out.has("properties") && !out.has("additionalProperties"))
    out.set("additionalProperties", false);
  return out;
}

Value applicationSchema(const std::vector<RegisteredType>& types) {
  Value workflow = Value::object({{"type", "object"}});
  workflow.set("properties", Value::object({{"ref", text("name of a Workflow object")},
                                            {"mode", Value::object({{"type", "object"}})},
                                            {"steps", listOf(reference("step"), "steps in order")}}));
  workflow.set("additionalProperties", false);
  Value policy =
      typed(types, RegisteredType::Kind::Policy,
            Value::object({{"name", text("name by which workflow steps refer to the policy")}}), {"type"});
  Value spec = Value::object({{"type", "object"}, {"required", Value::array({"components"})}});
  spec.set("properties",
           Value::object({{"components", listOf(reference("component"), "what the Application consists of")},
                          {"policies", listOf(reference("policy"), "how and where it is delivered")},
                          {"workflow", std::move(workflow)}}));
  spec.set("additionalProperties", false);
  Value metadata = Value::object({{"type", "object"}, {"required", Value::array({"name"})}});
  metadata.set("properties", Value::object({{"name", text("name of the Application")},
                                            {"namespace", text("namespace it lives in")},
                                            {"labels", Value::object({{"type", "object"}})},
                                            {"annotations", Value::object({{"type", "object"}})}}));
  Value out =
      Value::object({{"$schema", "http://json-schema.org/draft-07/schema#"},
                     {"title", "Application"},
                     {"description", "An application of the Open Application Model (core.oam.dev/v1beta1)"},
                     {"type", "object"}});
  out.set("required", Value::array({"apiVersion", "kind", "metadata", "spec"}));
  out.set("properties",
          Value::object({{"apiVersion", Value::object({{"enum", Value::array({"core.oam.dev/v1beta1"})}})},
                         {"kind", Value::object({{"enum", Value::array({"Application"})}})},
                         {"metadata", std::move(metadata)},
                         {"spec", std::move(spec)},
                         {"status", Value::object({{"type", "object"}})}}));
  out.set("additionalProperties", false);
  Value definitions = Value::object();
  definitions.set("component", componentSchema(types));
  definitions.set("trait", typed(types, RegisteredType::Kind::Trait, Value::object(), {"type"}));
  definitions.set("policy", std::move(policy));
  definitions.set("step", stepSchema(types));
  out.set("definitions", std::move(definitions));
  return out;
}

}  // namespace puppis::schema
