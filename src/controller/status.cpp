// SPDX-License-Identifier: Apache-2.0
#include "controller/status.h"

#include <algorithm>

#include "base/strings.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;

namespace {

/// Writes conditions into a list, keeping the time of those whose status stays.
class Conditions {
 public:
  Conditions(const Value& before, Nanos now) : before_(before), now_(formatRfc3339(now)) {}

  void succeed(const std::string& type) { put(type, "True", "Available", ""); }
  void fail(const std::string& type, const std::string& reason, const std::string& message) {
    put(type, "False", reason, message);
  }
  /// Keeps a condition of other types as it was.
  Value take() {
    for (const auto& old : before_.elements()) {
      const std::string& type = old.get("type").asString();
      auto same = [&](const Value& c) { return c.get("type").asString() == type; };
      if (std::none_of(out_.elements().begin(), out_.elements().end(), same)) out_.push(old);
    }
    return out_;
  }

 private:
  void put(const std::string& type, const std::string& status, const std::string& reason,
           const std::string& message) {
    std::string time = now_;
    for (const auto& old : before_.elements()) {
      if (old.get("type").asString() == type && old.get("status").asString() == status) {
        time = old.get("lastTransitionTime").asString();
      }
    }
    Value one =
        Value::object({{"type", type}, {"status", status}, {"reason", reason}, {"lastTransitionTime", time}});
    if (!message.empty()) one.set("message", message);
    out_.push(std::move(one));
  }

  const Value& before_;
  std::string now_;
  Value out_ = Value::array();
};

std::string phaseOf(const Value& before, const Findings& findings) {
  if (findings.deleting) return "deleting";
  if (findings.stage < Stage::Deliver) return "rendering";
  bool healthy = allHealthy(findings.services);
  if (findings.stage == Stage::Done && findings.settled && healthy) return "running";
  // A revision that once ran is unhealthy from then on, one that never did is still being brought up.
  const Value& workflow = before.get("workflow");
  bool ranBefore = workflow.get("finished").asBool() && findings.revision &&
                   workflow.get("appRevision").asString() == findings.revision->name;
  return ranBefore && findings.stage == Stage::Done ? "unhealthy" : "runningWorkflow";
}

Value detailsOf(const std::vector<std::pair<std::string, std::string>>& details) {
  Value out = Value::object();
  for (const auto& [key, text] : details) out.set(key, text);
  return out;
}

Value serviceOf(const ServiceHealth& service) {
  Value out =
      Value::object({{"name", service.name}, {"namespace", service.ns}, {"cluster", service.cluster}});
  out.set("healthy", service.healthy);
  out.set("workloadHealthy", service.workloadHealthy);
  if (!service.message.empty()) out.set("message", service.message);
  if (!service.details.empty()) out.set("details", detailsOf(service.details));
  if (!service.workload.kind.empty()) {
    out.set("workloadDefinition",
            Value::object({{"apiVersion", service.workload.apiVersion()}, {"kind", service.workload.kind}}));
  }
  if (service.traits.empty()) return out;
  Value traits = Value::array();
  for (const auto& trait : service.traits) {
    Value one = Value::object({{"type", trait.type}, {"healthy", trait.healthy}});
    if (!trait.message.empty()) one.set("message", trait.message);
    if (!trait.details.empty()) one.set("details", detailsOf(trait.details));
    traits.push(std::move(one));
  }
  out.set("traits", std::move(traits));
  return out;
}

Value appliedResources(const deliver::Inventory& inventory) {
  Value out = Value::array();
  for (const auto& [id, entry] : inventory.entries) {
    Value one = Value::object({{"cluster", id.cluster}, {"creator", "workflow"}});
    one.set("apiVersion", kube::Gvk{id.group, entry.version, id.kind}.apiVersion());
    one.set("kind", id.kind);
    if (!id.ns.empty()) one.set("namespace", id.ns);
    one.set("name", id.name);
    out.push(std::move(one));
  }
  return out;
}

/// The delivery of a revision, told as the workflow that KubeVela makes of it: one apply-component step a
/// component.
Value workflowOf(const Value& before, const Findings& findings, const std::string& phase, Nanos now) {
  const Value& old = before.get("workflow");
  bool sameRun = old.get("appRevision").asString() == findings.revision->name;
  bool finished = phase == "running" || (sameRun && old.get("finished").asBool());
  std::string time = formatRfc3339(now);
  Value out = Value::object({{"appRevision", findings.revision->name}, {"mode", "DAG-DAG"}});
  out.set("status", finished ? "succeeded" : "executing");
  out.set("suspend", false);
  out.set("terminated", false);
  out.set("finished", finished);
  out.set("startTime", sameRun && old.has("startTime") ? old.get("startTime") : Value(time));
  if (finished) out.set("endTime", sameRun && old.has("endTime") ? old.get("endTime") : Value(time));
  Value steps = Value::array();
  for (const auto& service : findings.services) {
    Value step = Value::object({{"name", service.name}, {"type", "apply-component"}});
    std::string digest = std::to_string(fnv1a(findings.revision->name + "/" + service.name));
    step.set("id", digest.substr(0, 10));
    step.set("phase", finished || service.healthy ? "succeeded" : "running");
    if (!finished && !service.healthy && !service.message.empty()) step.set("message", service.message);
    steps.push(std::move(step));
  }
  if (!steps.empty()) out.set("steps", std::move(steps));
  return out;
}

std::string stageCondition(Stage stage) {
  switch (stage) {
    case Stage::Parse:
      return "Parsed";
    case Stage::Revision:
      return "Revision";
    case Stage::Render:
      return "Render";
    case Stage::Deliver:
    case Stage::Done:
      return "Workflow";
  }
  return {};
}

Value conditionsOf(const Value& before, const Findings& findings, const std::string& phase, Nanos now) {
  Conditions out(before.get("conditions"), now);
  if (findings.deleting) return out.take();
  struct Step {
    Stage stage;
    const char* type;
  };
  for (auto [stage, type] : {Step{Stage::Parse, "Parsed"}, Step{Stage::Revision, "Revision"},
                             Step{Stage::Render, "Policy"}, Step{Stage::Render, "Render"}}) {
    bool failedHere = findings.error && findings.stage == stage && stageCondition(stage) == type;
    if (failedHere) out.fail(type, "ReconcileError", findings.error->str());
    if (findings.stage > stage) out.succeed(type);
  }
  if (findings.stage < Stage::Deliver) {
    out.fail("Ready", "ReconcileError", findings.error ? findings.error->str() : "");
    return out.take();
  }
  bool running = phase == "running";
  if (findings.error) {
    out.fail("Workflow", "ReconcileError", findings.error->str());
  } else if (running || phase == "unhealthy") {
    out.succeed("Workflow");
  } else {
    out.fail("Workflow", "Executing", findings.waits.empty() ? "" : join(findings.waits, "; "));
  }
  if (running) {
    out.succeed("Ready");
  } else {
    std::string why;
    for (const auto& service : findings.services) {
      if (!service.healthy) why += (why.empty() ? "" : "; ") + service.name + ": " + service.message;
    }
    out.fail("Ready", "Unavailable", findings.error ? findings.error->str() : why);
  }
  return out.take();
}

}  // namespace

bool allHealthy(const std::vector<ServiceHealth>& services) {
  return std::all_of(services.begin(), services.end(), [](const ServiceHealth& s) { return s.healthy; });
}

Value statusOf(const Value& application, const Findings& findings, Nanos now) {
  const Value& before = application.get("status");
  Value out = before.isObject() ? before : Value::object();
  std::string phase = phaseOf(before, findings);
  out.set("status", phase);
  out.set("observedGeneration", kube::generation(application));
  out.set("conditions", conditionsOf(before, findings, phase, now));
  if (findings.deleting || findings.stage < Stage::Deliver) return out;
  // An error may have come before anything was judged; then what was known stays.
  if (findings.stage == Stage::Done || !findings.services.empty()) {
    Value services = Value::array();
    for (const auto& service : findings.services) services.push(serviceOf(service));
    out.set("services", std::move(services));
  }
  if (findings.revision) {
    out.set("latestRevision", Value::object({{"name", findings.revision->name},
                                             {"revision", findings.revision->number},
                                             {"revisionHash", findings.revision->hash}}));
    out.set("workflow", workflowOf(before, findings, phase, now));
  }
  if (findings.inventory != nullptr) out.set("appliedResources", appliedResources(*findings.inventory));
  return out;
}

}  // namespace puppis::controller
