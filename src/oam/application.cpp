// SPDX-License-Identifier: Apache-2.0
#include "oam/application.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "data/yaml.h"
#include "oam/legacy.h"
#include "oam/reader.h"

namespace puppis::oam {

namespace {

std::vector<Input> readInputs(Reader& from) {
  std::vector<Input> out;
  for (Reader& input : from.children("inputs")) {
    out.push_back({input.requiredText("from", "an input"), input.text("parameterKey")});
    input.warnUnknown("an input");
  }
  return out;
}

std::vector<Output> readOutputs(Reader& from, Diagnostics& diagnostics) {
  std::vector<Output> out;
  for (Reader& output : from.children("outputs")) {
    out.push_back({output.requiredText("name", "an output"), output.text("valueFrom")});
    if (out.back().valueFrom.empty()) {
      diagnostics.warn(
          output.place().error(ErrorCode::InvalidArgument, "an output without \"valueFrom\" gives nothing"));
    }
    output.warnUnknown("an output");
  }
  return out;
}

Trait readTrait(Reader& from) {
  Trait out;
  out.type = from.requiredText("type", "a trait");
  out.properties = from.map("properties");
  out.place = from.placeOfValue("type");
  out.propertiesPlace = from.placeOf("properties");
  from.warnUnknown("a trait");
  return out;
}

Component readComponent(Reader& from, Diagnostics& diagnostics) {
  Component out;
  out.object = from.object();
  out.place = from.place();
  out.name = from.wantedText("name", "a component");
  out.type = from.requiredText("type", "a component");
  out.typePlace = from.placeOfValue("type");
  out.properties = from.map("properties");
  out.propertiesPlace = from.placeOf("properties");
  out.externalRevision = from.text("externalRevision");
  out.dependsOn = from.texts("dependsOn");
  out.inputs = readInputs(from);
  out.outputs = readOutputs(from, diagnostics);
  for (Reader& trait : from.children("traits")) out.traits.push_back(readTrait(trait));
  from.warnUnknown("a component", {"scopes", "replicaKey"});
  return out;
}

Policy readPolicy(Reader& from, std::size_t index, Diagnostics& diagnostics) {
  Policy out;
  out.place = from.place();
  out.type = from.requiredText("type", "a policy");
  out.name = from.text("name");
  if (out.name.empty()) out.name = out.type + "-auto-gen-" + std::to_string(index);
  out.properties = from.map("properties");
  out.propertiesPlace = from.placeOf("properties");
  if (!from.has("properties") && !out.type.empty() && out.type != "debug") {
    diagnostics.error(out.place.error(ErrorCode::InvalidArgument, "the policy \"" + out.name + "\" of type " +
                                                                      out.type + " needs \"properties\""));
  }
  from.warnUnknown("a policy");
  return out;
}

WorkflowStep readStep(Reader& from, bool nested, Diagnostics& diagnostics) {
  WorkflowStep out;
  out.place = from.place();
  out.name = from.text("name");
  out.type = from.requiredText("type", "a workflow step");
  out.typePlace = from.placeOfValue("type");
  out.properties = from.map("properties");
  out.propertiesPlace = from.placeOf("properties");
  out.condition = from.text("if");
  out.timeout = from.text("timeout");
  out.dependsOn = from.texts("dependsOn");
  out.inputs = readInputs(from);
  out.outputs = readOutputs(from, diagnostics);
  out.meta = from.map("meta");
  out.subStepsMode = from.text("mode");
  for (Reader& sub : from.children("subSteps")) {
    if (nested) {
      diagnostics.error(
          sub.place().error(ErrorCode::InvalidArgument, "a sub step cannot have sub steps of its own"));
      break;
    }
    out.subSteps.push_back(readStep(sub, true, diagnostics));
  }
  from.warnUnknown("a workflow step");
  return out;
}

void checkMode(Reader& mode, std::string_view key, const std::string& value, Diagnostics& diagnostics) {
  if (value.empty() || value == "DAG" || value == "StepByStep") return;
  Error error =
      mode.placeOfValue(key).error(ErrorCode::InvalidArgument, "unknown workflow mode \"" + value + "\"");
  error.expected("DAG or StepByStep");
  if (auto near = nearest(value, {"DAG", "StepByStep"})) error.suggest(*near);
  diagnostics.error(std::move(error));
}

Workflow readWorkflow(Reader& from, Diagnostics& diagnostics) {
  Workflow out;
  out.place = from.place();
  out.ref = from.text("ref");
  Reader mode = from.child("mode");
  out.stepsMode = mode.text("steps");
  out.subStepsMode = mode.text("subSteps");
  checkMode(mode, "steps", out.stepsMode, diagnostics);
  checkMode(mode, "subSteps", out.subStepsMode, diagnostics);
  out.hasSteps = from.has("steps");
  for (Reader& step : from.children("steps")) out.steps.push_back(readStep(step, false, diagnostics));
  if (!out.ref.empty() && out.hasSteps) {
    diagnostics.error(from.placeOf("ref").error(ErrorCode::InvalidArgument,
                                                "a workflow has either \"ref\" or \"steps\", not both"));
  }
  from.warnUnknown("a workflow");
  return out;
}

/// Names that must not repeat, with the place of the first.
class Unique {
 public:
  Unique(std::string what, Diagnostics& diagnostics) : what_(std::move(what)), diagnostics_(diagnostics) {}
  void check(const std::string& name, const Place& place) {
    if (name.empty()) return;
    auto [first, fresh] = seen_.emplace(name, place);
    if (fresh) return;
    Error error = place.error(ErrorCode::InvalidArgument, "two " + what_ + " are named \"" + name + "\"");
    const Place& other = first->second;
    if (other.source != nullptr && other.mark.known()) error.at(data::locate(*other.source, other.mark));
    diagnostics_.error(std::move(error));
  }

 private:
  std::string what_;
  Diagnostics& diagnostics_;
  std::map<std::string, Place> seen_;
};

void checkNames(const Application& application, Diagnostics& diagnostics) {
  Unique components("components", diagnostics);
  Unique policies("policies", diagnostics);
  Unique steps("workflow steps", diagnostics);
  std::vector<std::string> names;
  for (const Component& c : application.components) {
    components.check(c.name, c.place);
    names.push_back(c.name);
  }
  for (const Component& c : application.components) {
    for (const std::string& needed : c.dependsOn) {
      if (std::ranges::find(names, needed) != names.end()) continue;
      Error error = c.place.error(ErrorCode::InvalidArgument,
                                  "the component \"" + c.name + "\" depends on \"" + needed +
                                      "\", which is no component of this application");
      if (auto near = nearest(needed, names)) error.suggest(*near);
      diagnostics.error(std::move(error));
    }
  }
  for (const Policy& p : application.policies) policies.check(p.name, p.place);
  if (!application.workflow) return;
  for (const WorkflowStep& step : application.workflow->steps) {
    steps.check(step.name, step.place);
    for (const WorkflowStep& sub : step.subSteps) steps.check(sub.name, sub.place);
  }
}

}  // namespace

Application parseApplication(const data::Value& object, const std::shared_ptr<const SourceFile>& source,
                             Diagnostics& diagnostics) {
  Application out;
  out.source = source;
  out.object = isFirstForm(object) ? ofFirstForm(object) : object;
  Reader document(out.object, {source, out.object.mark(), {}}, diagnostics);
  document.text("apiVersion");
  document.text("kind");
  Reader metadata = document.child("metadata");
  out.name = metadata.wantedText("name", "an Application's metadata");
  out.namespace_ = metadata.text("namespace");
  out.labels = metadata.textMap("labels");
  out.annotations = metadata.textMap("annotations");

  Reader spec = document.child("spec");
  for (Reader& component : spec.children("components"))
    out.components.push_back(readComponent(component, diagnostics));
  std::size_t index = 0;
  for (Reader& policy : spec.children("policies"))
    out.policies.push_back(readPolicy(policy, index++, diagnostics));
  if (spec.has("workflow")) {
    Reader workflow = spec.child("workflow");
    out.workflow = readWorkflow(workflow, diagnostics);
  } else {
    spec.any("workflow");
  }
  out.rolloutPlan = spec.map("rolloutPlan");
  for (const char* beside : {"targetSize", "batchPartition"}) {
    data::Value value = spec.any(beside);
    if (!value.isNull()) out.rolloutPlan.set(beside, std::move(value));
  }
  spec.warnUnknown("an Application's spec");
  document.warnUnknown("an Application", {"status"});
  checkNames(out, diagnostics);
  return out;
}

bool followsNewest(const Application& application) {
  auto found = application.annotations.find("app.oam.dev/autoUpdate");
  return found != application.annotations.end() && found->second == "true";
}

Result<ApplicationFiles> readApplicationFiles(const std::vector<std::shared_ptr<const SourceFile>>& sources,
                                              const IsTrait& isTrait, Diagnostics& diagnostics) {
  ApplicationFiles out;
  std::optional<Place> first;
  for (const auto& source : sources) {
    TRY(std::vector<data::Value> documents, data::parseYaml(source));
    for (const data::Value& document : documents) {
      Place place{source, document.mark(), {}};
      const std::string& kind = document.get("kind").asString();
      bool ours = startsWith(document.get("apiVersion").asString(), "core.oam.dev/");
      if (ours && kind == "Policy") {
        out.policies.push_back(document);
      } else if (ours && kind == "Workflow") {
        out.workflows.push_back(document);
      } else if ((ours && kind == "Application") || isAppfile(document)) {
        if (first) {
          Error error = place.error(ErrorCode::InvalidArgument, "there is more than one Application");
          if (first->mark.known()) error.at(data::locate(*first->source, first->mark));
          diagnostics.error(std::move(error));
          continue;
        }
        first = place;
        bool appfile = !ours && isAppfile(document);
        out.application = parseApplication(
            appfile ? applicationOfAppfile(document, source, isTrait, diagnostics) : document, source,
            diagnostics);
      } else {
        Error error =
            place.error(ErrorCode::InvalidArgument, "this document is no Application, Policy or Workflow");
        error.found(document.get("apiVersion").asString() + " " + kind);
        if (auto near = nearest(kind, {"Application", "Policy", "Workflow"})) error.suggest(*near);
        diagnostics.error(std::move(error));
      }
    }
  }
  if (!first && diagnostics.ok()) {
    std::string names;
    for (const auto& source : sources) names += (names.empty() ? "" : ", ") + source->name();
    return fail(ErrorCode::InvalidArgument, "there is no Application in " + names);
  }
  return out;
}

}  // namespace puppis::oam
