// SPDX-License-Identifier: Apache-2.0
#include "render/describe.h"

#include <utility>

#include "cue/cue.h"
#include "oam/extends.h"
#include "render/terraform_variables.h"
#include "schema/openapi.h"

namespace puppis::render {

namespace {

using data::Value;

constexpr cue::Budget kBudget{.wallTime = std::chrono::milliseconds(10'000), .memoryBytes = 512UL << 20};

/// Describes what `read` finds: the parameters are evaluated in a session that ends with the call.
Status evaluate(const oam::Definition& definition, cue::Runtime& runtime, Description& out) {
  cue::CompileOptions options{.listArithmetic = true, .openNames = {"context", "parameter"}};
  TRY(auto program, runtime.compile(definition.templateSource, options));
  cue::Session session(runtime.shared_from_this(), kBudget);
  cue::Value root = session.evaluate(program, std::span<const cue::Binding>());
  if (!program->declares("parameter")) {
    out.openApi = Value::object({{"type", "object"}});
    return {};
  }
  cue::Value parameter = root.lookup("parameter");
  TRY(out.openApi, schema::openApiSchema(parameter));
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
      out.push_back(
          {registered, name, (*definition)->description, description->openApi, (*definition)->builtIn});
    }
  }
  return out;
}

}  // namespace puppis::render
