// SPDX-License-Identifier: Apache-2.0
#include "render/deployments.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "oam/reader.h"
#include "render/override.h"

namespace puppis::render {

namespace {

constexpr std::string_view kBuiltInSteps[] = {"suspend", "apply-component", "builtin-apply-component",
                                              "step-group"};

const data::Value* byName(const std::vector<data::Value>& objects, const std::string& name) {
  for (const data::Value& object : objects) {
    if (object.get("metadata", "name").asString() == name) return &object;
  }
  return nullptr;
}

std::vector<std::string> namesOf(const std::vector<data::Value>& objects) {
  std::vector<std::string> out;
  for (const data::Value& object : objects) out.push_back(object.get("metadata", "name").asString());
  return out;
}

oam::WorkflowStep deployStep(std::string name, const std::vector<std::string>& policies) {
  oam::WorkflowStep out;
  out.name = std::move(name);
  out.type = "deploy";
  data::Value list = data::Value::array();
  for (const std::string& policy : policies) list.push(policy);
  out.properties = data::Value::object({{"policies", std::move(list)}});
  return out;
}

/// One deploy step a topology, with all overrides; or a single one when only overrides or references ask for
/// it.
std::vector<oam::WorkflowStep> madeUpSteps(const oam::Application& application) {
  std::vector<std::string> topologies;
  std::vector<std::string> overrides;
  for (const oam::Policy& policy : application.policies) {
    if (policy.type == "topology") topologies.push_back(policy.name);
    if (policy.type == "override") overrides.push_back(policy.name);
  }
  std::vector<oam::WorkflowStep> out;
  for (const std::string& topology : topologies) {
    std::vector<std::string> policies = overrides;
    policies.push_back(topology);
    out.push_back(deployStep("deploy-" + topology, policies));
  }
  bool references =
      std::ranges::any_of(application.components, [](const auto& c) { return c.type == "ref-objects"; });
  if (out.empty() && (references || !overrides.empty())) out.push_back(deployStep("deploy", overrides));
  return out;
}

class Planner {
 public:
  Planner(const oam::ApplicationFiles& files, const oam::Catalog& catalog, oam::Diagnostics& diagnostics)
      : files_(files), catalog_(catalog), diagnostics_(diagnostics) {}

  std::vector<Deployment> run() {
    const oam::Application& application = files_.application;
    std::vector<oam::WorkflowStep> steps = effectiveSteps(files_, diagnostics_);
    for (const oam::WorkflowStep& step : steps) checkStep(step);
    for (const oam::Policy& policy : application.policies) checkOverride(policy);
    std::vector<Deployment> out;
    bool deploys = false;
    for (const oam::WorkflowStep& step : steps) {
      if (step.type != "deploy") continue;
      deploys = true;
      addStep(step, out);
    }
    if (!deploys) out.push_back({"", "", application.name, application});
    return out;
  }

 private:
  void checkStep(const oam::WorkflowStep& step) {
    bool builtIn = std::ranges::find(kBuiltInSteps, step.type) != std::end(kBuiltInSteps);
    if (!step.type.empty() && !builtIn) {
      auto found = catalog_.find(oam::DefinitionKind::WorkflowStep, step.type);
      // The deploy step is part of the engine, whatever the catalog holds.
      if (!found && step.type != "deploy") note(step.typePlace, found.error());
    }
    for (const oam::WorkflowStep& sub : step.subSteps) checkStep(sub);
  }

  void note(const oam::Place& place, const Error& from) { diagnostics_.error(place.error(from)); }

  /// The types an override brings in must exist, even where no step uses it.
  void checkOverride(const oam::Policy& policy) {
    if (policy.type != "override") return;
    oam::Diagnostics ignored;
    oam::Reader spec(policy.properties, policy.propertiesPlace, ignored);
    for (oam::Reader& component : spec.children("components")) {
      checkType(oam::DefinitionKind::Component, component.text("type"), component.placeOfValue("type"));
      for (oam::Reader& trait : component.children("traits")) {
        checkType(oam::DefinitionKind::Trait, trait.text("type"), trait.placeOfValue("type"));
      }
    }
  }
  void checkType(oam::DefinitionKind kind, const std::string& type, const oam::Place& place) {
    if (type.empty()) return;
    auto found = catalog_.find(kind, type);
    if (!found) note(place, found.error());
  }

  std::optional<oam::Policy> policyNamed(const std::string& name) const {
    for (const oam::Policy& policy : files_.application.policies) {
      if (policy.name == name) return policy;
    }
    const data::Value* external = byName(files_.policies, name);
    if (external == nullptr) return std::nullopt;
    oam::Policy out;
    out.name = name;
    out.type = external->get("type").asString();
    out.properties = external->get("properties");
    out.propertiesPlace.path = data::Path() / "properties";
    return out;
  }

  void addStep(const oam::WorkflowStep& step, std::vector<Deployment>& out) {
    oam::Diagnostics found;
    oam::Reader spec(step.properties, step.propertiesPlace, found);
    spec.knows("a deploy step", {"policies", "auto", "parallelism", "ignoreTerraformComponent"});
    std::vector<std::string> wanted = spec.texts("policies");
    spec.boolean("auto");
    spec.any("parallelism");
    spec.boolean("ignoreTerraformComponent");
    for (const Error& e : found.errors) diagnostics_.error(e);
    for (const Error& e : found.warnings) diagnostics_.error(e);
    std::vector<oam::Policy> overrides;
    std::vector<oam::Policy> topologies;
    std::vector<oam::Policy> replications;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const std::string& name = wanted[i];
      auto policy = policyNamed(name);
      if (!policy) {
        unknownPolicy(spec, name, i);
      } else if (policy->type == "override") {
        overrides.push_back(std::move(*policy));
      } else if (policy->type == "topology") {
        topologies.push_back(std::move(*policy));
      } else if (policy->type == "replication") {
        replications.push_back(std::move(*policy));
      }
    }
    const oam::Application& application = files_.application;
    oam::Application patched = withOverrides(application, overrides, diagnostics_);
    for (const oam::Policy& topology : topologies) {
      Deployment one{step.name, topology.name, application.name + " with topology " + topology.name, patched};
      for (const data::Value& cluster : topology.properties.get("clusters").elements())
        one.clusters.push_back(cluster.asString());
      one.targetNamespace = topology.properties.get("namespace").asString();
      one.replications = replications;
      out.push_back(std::move(one));
    }
    if (topologies.empty()) {
      out.push_back({step.name, "", application.name + " only with override policies", std::move(patched)});
      out.back().replications = std::move(replications);
    }
  }

  void unknownPolicy(const oam::Reader& spec, const std::string& name, std::size_t index) {
    std::vector<std::string> names = namesOf(files_.policies);
    for (const oam::Policy& policy : files_.application.policies) names.push_back(policy.name);
    Error error = spec.place()
                      .in(spec.object(), data::Path() / "policies" / index)
                      .error(ErrorCode::NotFound, "there is no policy named \"" + name + "\"");
    error.expected(names.empty() ? "none, for there is no policy" : "one of " + join(names, ", "));
    error.found("\"" + name + "\"");
    if (auto near = nearest(name, names)) error.suggest(*near);
    diagnostics_.error(std::move(error));
  }

  const oam::ApplicationFiles& files_;
  const oam::Catalog& catalog_;
  oam::Diagnostics& diagnostics_;
};

}  // namespace

std::vector<oam::WorkflowStep> effectiveSteps(const oam::ApplicationFiles& files,
                                              oam::Diagnostics& diagnostics) {
  const oam::Application& application = files.application;
  std::vector<oam::WorkflowStep> steps;
  if (application.workflow && !application.workflow->ref.empty()) {
    const oam::Workflow& workflow = *application.workflow;
    const data::Value* external = byName(files.workflows, workflow.ref);
    if (external == nullptr) {
      Error error = workflow.place.error(
          ErrorCode::NotFound, "there is no Workflow named \"" + workflow.ref + "\" in the files given");
      std::vector<std::string> names = namesOf(files.workflows);
      error.expected(names.empty() ? "a file with it" : "one of " + join(names, ", "));
      error.found("\"" + workflow.ref + "\"");
      if (auto near = nearest(workflow.ref, names)) error.suggest(*near);
      diagnostics.error(std::move(error));
      return {};
    }
    // Its form is that of an Application's workflow block.
    data::Value document = data::Value::object({{"metadata", data::Value::object({{"name", workflow.ref}})}});
    document["spec"].set("workflow", data::Value::object({{"steps", external->get("steps")}}));
    steps = oam::parseApplication(document, nullptr, diagnostics).workflow->steps;
  } else if (application.workflow) {
    steps = application.workflow->steps;
  }
  return steps.empty() ? madeUpSteps(application) : steps;
}

std::vector<Deployment> deploymentsOf(const oam::ApplicationFiles& files, const oam::Catalog& catalog,
                                      oam::Diagnostics& diagnostics) {
  return Planner(files, catalog, diagnostics).run();
}

oam::Application withReplicas(oam::Application application, const std::vector<oam::Policy>& replications,
                              oam::Diagnostics& diagnostics) {
  for (const oam::Policy& policy : replications) {
    std::vector<oam::Component> out;
    bool any = false;
    const data::Value& keys = policy.properties.get("keys");
    const auto& selected = policy.properties.get("selector").elements();
    for (oam::Component& component : application.components) {
      bool chosen = std::ranges::any_of(
          selected, [&](const data::Value& name) { return name.asString() == component.name; });
      if (!chosen) {
        out.push_back(std::move(component));
        continue;
      }
      any = true;
      for (const data::Value& key : keys.elements()) {
        oam::Component copy = component;
        copy.object.set("replicaKey", key);
        out.push_back(std::move(copy));
      }
    }
    if (!any) {
      diagnostics.error(
          policy.place.error(ErrorCode::InvalidArgument,
                             "the policy \"" + policy.name + "\" selects no component to replicate"));
    }
    application.components = std::move(out);
  }
  return application;
}

}  // namespace puppis::render
