// SPDX-License-Identifier: Apache-2.0
#include "render/check.h"

#include <algorithm>

#include "base/strings.h"
#include "cue/cue.h"
#include "oam/extends.h"
#include "render/context_data.h"

namespace puppis::render {

namespace {

constexpr std::string_view kSteering[] = {
    "garbage-collect", "apply-once", "shared-resource", "take-over", "read-only",  "resource-update",
    kEnvBinding,       "topology",   "override",        "debug",     "replication"};

/// Whether an input gives the parameter of this name, or something inside it.
bool isBrought(const std::vector<oam::Input>& inputs, std::string_view name) {
  return std::ranges::any_of(inputs, [&](const oam::Input& input) {
    std::string_view key = input.parameterKey;
    return startsWith(key, name) &&
           (key.size() == name.size() || key[name.size()] == '.' || key[name.size()] == '[');
  });
}

}  // namespace

std::string_view definitionOfPolicy(std::string_view policyType) {
  return policyType == kEnvBinding ? "envbinding" : policyType;
}

bool isSteering(std::string_view policyType) {
  return std::ranges::find(kSteering, policyType) != std::end(kSteering);
}

bool refusesUndeclared(const oam::Definition& definition) {
  auto found = definition.annotations.find("definition.oam.dev/undeclared-parameters");
  return found != definition.annotations.end() && found->second == "error";
}

FaultScope scopeOf(const oam::Policy& policy, const std::shared_ptr<const SourceFile>& source) {
  FaultScope out;
  out.title = "policy \"" + policy.name + "\" (" + policy.type + ")";
  out.type = policy.typePlace;
  out.properties = policy.propertiesPlace;
  out.application = source;
  out.given = policy.properties;
  out.owner = policy.object;
  return out;
}

ParameterCheck::ParameterCheck(Templates& templates, const oam::Application& application,
                               const oam::Catalog& catalog, const RenderContext& context,
                               oam::Diagnostics& diagnostics)
    : templates_(templates),
      application_(application),
      catalog_(catalog),
      context_(context),
      diagnostics_(diagnostics) {}

void ParameterCheck::run() {
  for (const oam::Policy& policy : application_.policies) check(policy);
  if (!application_.workflow) return;
  for (const oam::WorkflowStep& step : application_.workflow->steps) check(step);
}

void ParameterCheck::check(const oam::Policy& policy) {
  // Rendering says what is wrong with the others, and reading with an override.
  if (!isSteering(policy.type) || policy.type == "override") return;
  auto definition = oam::findExtended(catalog_, oam::DefinitionKind::Policy, definitionOfPolicy(policy.type));
  if (definition) check(**definition, scopeOf(policy, application_.source), {});
}

void ParameterCheck::check(const oam::WorkflowStep& step) {
  for (const oam::WorkflowStep& sub : step.subSteps) check(sub);
  auto definition = oam::findExtended(catalog_, oam::DefinitionKind::WorkflowStep, step.type);
  if (!definition) return;
  if (step.type == "apply-component") checkComponentOf(step);
  FaultScope scope;
  scope.title =
      "step" + (step.name.empty() ? std::string() : " \"" + step.name + "\"") + " (" + step.type + ")";
  scope.type = step.typePlace;
  scope.properties = step.propertiesPlace;
  scope.application = application_.source;
  scope.given = step.properties;
  scope.owner = step.object;
  check(**definition, scope, step.inputs);
}

void ParameterCheck::checkComponentOf(const oam::WorkflowStep& step) {
  const std::string& wanted = step.properties.get("component").asString();
  std::vector<std::string> names;
  for (const oam::Component& component : application_.components) names.push_back(component.name);
  if (wanted.empty() || names.empty() || std::ranges::find(names, wanted) != names.end()) return;
  Error warning = step.place.in(step.object, data::Path() / "properties" / "component")
                      .error(ErrorCode::InvalidArgument, "there is no component named \"" + wanted + "\"");
  warning.expected("one of " + join(names, ", ")).found("\"" + wanted + "\"");
  if (auto near = nearest(wanted, names)) warning.suggest(*near);
  diagnostics_.warn(std::move(warning));
}

void ParameterCheck::check(const oam::Definition& definition, const FaultScope& scope,
                           const std::vector<oam::Input>& inputs) {
  if (definition.schematic != oam::SchematicKind::Cue) return;
  auto program = templates_.of(definition);
  // A template that does not compile is its author's fault, and is told where it is registered.
  if (!program || !(*program)->declares("parameter")) return;
  cue::Budget budget;
  budget.wallTime = context_.budgetTime;
  budget.memoryBytes = context_.budgetMemory;
  cue::Session session(templates_.runtime(), budget);
  // A default may be taken from the context.
  data::Value context = contextOf(application_, application_.name, data::Value(), context_);
  cue::Value schema = session.evaluate(*program, {{"context", context, {}}}).lookup("parameter");
  for (schema::Misfit& misfit : schema::misfits(schema, scope.given)) {
    bool missing = misfit.kind == schema::Misfit::Kind::Missing;
    if (missing && isBrought(inputs, misfit.path.str())) continue;
    // A template of somebody else may never look at what it declares, and KubeVela looks only when it runs.
    if (!definition.builtIn) {
      diagnostics_.warn(errorOf(misfit, scope));
    } else {
      diagnostics_.error(errorOf(misfit, scope));
    }
  }
  if (definition.builtIn) return;
  auto declared = templates_.declaredParameters(definition);
  bool refused = context_.strict || refusesUndeclared(definition);
  for (Error& found : undeclared(declared->names, scope.given, declared->places, scope)) {
    if (refused) {
      diagnostics_.error(std::move(found));
    } else {
      diagnostics_.warn(std::move(found));
    }
  }
}

}  // namespace puppis::render
