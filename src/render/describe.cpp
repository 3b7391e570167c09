// SPDX-License-Identifier: Apache-2.0
#include "render/describe.h"

#include <utility>

#include "cue/cue.h"
#include "oam/extends.h"
#include "render/check.h"
#include "render/templates.h"
#include "render/terraform_variables.h"
#include "schema/openapi.h"

namespace puppis::render {

namespace {

using data::Value;

constexpr cue::Budget kBudget{.wallTime = std::chrono::milliseconds(10'000), .memoryBytes = 512UL << 20};

/// Whatever a template may take a default from.
Value sampleContext() {
  Value out = Value::object();
  for (const char* name : {"name", "namespace", "appName", "appRevision", "revision", "cluster", "stepName",
                           "stepSessionID", "spanID", "workflowName", "publishVersion", "replicaKey"})
    out.set(name, name);
  out.set("appRevisionNum", 1);
  out.set("clusterVersion", Value::object({{"major", "1"}, {"minor", 34}, {"gitVersion", "v1.34.0"}}));
  return out;
}

/// A schema with the lists of required names that another one of the same shape has: the other knows which
/// defaults the context brings, but must not show them.
Value withRequiredOf(const Value& schema, const Value& other) {
  Value out = schema;
  out.erase("required");
  if (other.has("required")) out.set("required", other.get("required"));
  for (const char* key : {"properties", "oneOf", "anyOf"}) {
    if (!schema.has(key)) continue;
    Value below = schema.get(key).isArray() ? Value::array() : Value::object();
    for (const data::Member& m : schema.get(key).members())
      below.set(m.key.str(), withRequiredOf(m.value, other.get(key).get(m.key.str())));
    for (std::size_t i = 0; i < schema.get(key).size() && schema.get(key).isArray(); ++i)
      below.push(withRequiredOf(schema.get(key).at(i), other.get(key).at(i)));
    out.set(key, std::move(below));
  }
  for (const char* key : {"items", "additionalProperties"}) {
    if (schema.get(key).isObject()) out.set(key, withRequiredOf(schema.get(key), other.get(key)));
  }
  return out;
}

/// Describes what `read` finds: the parameters are evaluated in a session that ends with the call.
Status evaluate(const oam::Definition& definition, cue::Runtime& runtime, Description& out) {
  // Together with what it extends.
  TRY(auto program, Templates(runtime.shared_from_this()).of(definition));
  cue::Session session(runtime.shared_from_this(), kBudget);
  cue::Value root = session.evaluate(program, std::span<const cue::Binding>());
  if (!program->declares("parameter")) {
    out.openApi = Value::object({{"type", "object"}});
    return {};
  }
  cue::Value parameter = root.lookup("parameter");
  TRY(out.openApi, schema::openApiSchema(parameter));
  TRY(Value bound,
      schema::inputSchema(session.evaluate(program, {{"context", sampleContext(), {}}}).lookup("parameter")));
  out.input = withRequiredOf(out.openApi, bound);
  out.reference.tables = schema::referenceTables(parameter);
  if (session.exhausted()) return fail(*session.exhausted());
  return {};
}

schema::ReferenceTable tableOf(const Value& openApi) {
  schema::ReferenceTable table{"Properties", 1, {}};
  for (const data::Member& m : openApi.get("properties").members()) {
    schema::ReferenceRow row;
    row.name = m.key.str();
    row.description = m.value.get("description").asString();
    row.type = m.value.get("type").asString();
    for (const Value& name : openApi.get("required").elements()) row.required |= name.asString() == row.name;
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Result<Description> describe(const oam::Definition& definition, cue::Runtime& runtime,
                             std::vector<std::string> examples) {
  Description out;
  out.reference.name = definition.name;
  out.reference.kind = oam::typeWord(definition.kind);
  out.reference.description = definition.description;
  out.reference.appliesTo = definition.appliesToWorkloads;
  out.reference.examples = std::move(examples);
  switch (definition.schematic) {
    case oam::SchematicKind::Cue: {
      Status evaluated = evaluate(definition, runtime, out);
      if (!evaluated) return fail(std::move(evaluated).error().context(definition.title()));
      break;
    }
    case oam::SchematicKind::Terraform:
      out.openApi = terraformSchema(definition.schematicBody);
      out.reference.tables.push_back(tableOf(out.openApi));
      break;
    default:
      out.openApi = Value::object({{"type", "object"}});
  }
  if (out.input.isNull()) out.input = out.openApi;
  return out;
}

std::vector<schema::RegisteredType> registeredTypes(const oam::Catalog& catalog, cue::Runtime& runtime,
                                                    std::vector<Error>& faults) {
  using Kind = schema::RegisteredType::Kind;
  constexpr std::pair<oam::DefinitionKind, Kind> kinds[] = {
      {oam::DefinitionKind::Component, Kind::Component},
      {oam::DefinitionKind::Trait, Kind::Trait},
      {oam::DefinitionKind::Policy, Kind::Policy},
      {oam::DefinitionKind::WorkflowStep, Kind::WorkflowStep}};
  std::vector<schema::RegisteredType> out;
  for (const auto& [kind, registered] : kinds) {
    for (const std::string& name : catalog.names(kind)) {
      auto definition = oam::findExtended(catalog, kind, name);
      if (!definition) {
        faults.push_back(definition.error());
        continue;
      }
      auto description = describe(**definition, runtime);
      if (!description) {
        faults.push_back(description.error());
        continue;
      }
      schema::RegisteredType one{registered, name, (*definition)->description, description->input,
                                 (*definition)->builtIn};
      // The engine's own name for it is not that of its definition.
      if (kind == oam::DefinitionKind::Policy && name == definitionOfPolicy(kEnvBinding)) {
        one.name = kEnvBinding;
        out.push_back(one);
        one.name = name;
      }
      out.push_back(std::move(one));
    }
  }
  return out;
}

}  // namespace puppis::render
