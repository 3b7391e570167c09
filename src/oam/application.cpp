// SPDX-License-Identifier: Apache-2.0
#include "oam/application.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "data/yaml.h"
#include "oam/checks.h"
#include "oam/legacy.h"
#include "oam/reader.h"

namespace puppis::oam {

namespace {

std::vector<Input> readInputs(Reader& from) {
  std::vector<Input> out;
  for (Reader& input : from.children("inputs")) {
    input.knows("an input", {"from", "parameterKey"});
    out.push_back({input.requiredText("from", "an input"), input.text("parameterKey")});
  }
  return out;
}

std::vector<Output> readOutputs(Reader& from, Diagnostics& diagnostics) {
  std::vector<Output> out;
  for (Reader& output : from.children("outputs")) {
    output.knows("an output", {"name", "valueFrom"});
    out.push_back({output.requiredText("name", "an output"), output.text("valueFrom")});
    if (out.back().valueFrom.empty()) {
      diagnostics.warn(output.place()
                           .error(ErrorCode::InvalidArgument, "an output without \"valueFrom\" gives nothing")
                           .expected("\"valueFrom\" with a CUE expression")
                           .found("nothing"));
    }
  }
  return out;
}

Trait readTrait(Reader& from) {
  from.knows("a trait", {"type", "properties"});
  Trait out;
  out.object = from.object();
  out.type = from.requiredText("type", "a trait");
  out.properties = from.map("properties");
  out.place = from.placeOfValue("type");
  out.propertiesPlace = from.placeOf("properties");
  return out;
}

Component readComponent(Reader& from, Diagnostics& diagnostics) {
  from.knows("a component", {"name", "type", "properties", "traits", "dependsOn", "inputs", "outputs",
                             "externalRevision", "scopes", "replicaKey"});
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
  return out;
}

Policy readPolicy(Reader& from, std::size_t index, Diagnostics& diagnostics) {
  from.knows("a policy", {"name", "type", "properties"});
  Policy out;
  out.place = from.place();
  out.object = from.object();
  out.type = from.requiredText("type", "a policy");
  out.typePlace = from.placeOfValue("type");
  out.name = from.text("name");
  if (out.name.empty()) out.name = out.type + "-auto-gen-" + std::to_string(index);
  out.properties = from.map("properties");
  out.propertiesPlace = from.placeOf("properties");
  if (!from.has("properties") && !out.type.empty() && out.type != "debug") {
    // Parameters beside `properties` are where the reader has to look.
    Place place = out.place;
    for (const data::Member& m : out.object.members()) {
      if (m.key != "name" && m.key != "type" && m.key != "properties") place = from.placeOf(m.key.str());
    }
    diagnostics.error(place
                          .error(ErrorCode::InvalidArgument, "the policy \"" + out.name + "\" of type " +
                                                                 out.type + " needs \"properties\"")
                          .expected("\"properties\" with an object")
                          .found("nothing"));
  }
  return out;
}

WorkflowStep readStep(Reader& from, bool nested, Diagnostics& diagnostics) {
  from.knows("a workflow step", {"name", "type", "properties", "if", "timeout", "dependsOn", "inputs",
                                 "outputs", "meta", "mode", "subSteps"});
  WorkflowStep out;
  out.object = from.object();
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
      diagnostics.error(sub.place()
                            .error(ErrorCode::InvalidArgument, "a sub step cannot have sub steps of its own")
                            .expected("a step without sub steps")
                            .found("\"subSteps\""));
      break;
    }
    out.subSteps.push_back(readStep(sub, true, diagnostics));
  }
  return out;
}

void checkMode(Reader& mode, std::string_view key, const std::string& value, Diagnostics& diagnostics) {
  if (value.empty() || value == "DAG" || value == "StepByStep") return;
  Error error =
      mode.placeOfValue(key).error(ErrorCode::InvalidArgument, "unknown workflow mode \"" + value + "\"");
  error.expected("DAG or StepByStep").found("\"" + value + "\"");
  if (auto near = nearest(value, {"DAG", "StepByStep"})) error.suggest(*near);
  diagnostics.error(std::move(error));
}

Workflow readWorkflow(Reader& from, Diagnostics& diagnostics) {
  from.knows("a workflow", {"ref", "mode", "steps"});
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
    diagnostics.error(
        from.placeOf("ref")
            .error(ErrorCode::InvalidArgument, "a workflow has either \"ref\" or \"steps\", not both")
            .expected("one of them")
            .found("both"));
  }
  return out;
}

constexpr std::string_view kGroup = "core.oam.dev/";

/// Whether a document that is no Application by its version and kind was likely meant to be one.
bool meantAsApplication(const data::Value& document) {
  const data::Value& spec = document.get("spec");
  if (startsWith(document.get("apiVersion").asString(), kGroup) && document.get("kind").isNull()) return true;
  return spec.get("components").isArray() ||
         nearest(document.get("kind").asString(), {"Application"}).has_value();
}

/// Says what is wrong with the version and the kind of a document that is to be an Application, a Policy or a
/// Workflow.
void checkVersionAndKind(const data::Value& document, const Place& place, Diagnostics& diagnostics) {
  const std::string& version = document.get("apiVersion").asString();
  const std::string& kind = document.get("kind").asString();
  if (version != "core.oam.dev/v1beta1" && version != "core.oam.dev/v1alpha2") {
    Error error = place.in(document, data::Path() / "apiVersion")
                      .error(ErrorCode::InvalidArgument, "this is no version of an Application");
    error.expected("core.oam.dev/v1beta1").found(version.empty() ? "nothing" : "\"" + version + "\"");
    if (!version.empty() && version.find("oam") != std::string::npos) error.suggest("core.oam.dev/v1beta1");
    // Of a document of another kind altogether only that is said.
    bool meant = version.empty() || kind.empty() || version.find("oam") != std::string::npos ||
                 nearest(kind, {"Application", "Policy", "Workflow"}).has_value();
    if (meant) diagnostics.error(std::move(error));
  }
  if (kind == "Application") return;
  Error error = place.in(document, data::Path() / "kind")
                    .error(ErrorCode::InvalidArgument, "this document is no Application, Policy or Workflow");
  error.expected("Application, Policy or Workflow").found(kind.empty() ? "nothing" : "\"" + kind + "\"");
  if (auto near = nearest(kind, {"Application", "Policy", "Workflow"})) error.suggest(*near);
  diagnostics.error(std::move(error));
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
    error.expected("a name of its own").found("\"" + name + "\" again");
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
  for (const Component& c : application.components)
    components.check(c.name, c.place.in(c.object, data::Path() / "name"));
  for (const Policy& p : application.policies) {
    policies.check(p.name, p.place.in(p.object, data::Path() / "name"));
  }
  if (!application.workflow) return;
  for (const WorkflowStep& step : application.workflow->steps) {
    steps.check(step.name, step.place.in(step.object, data::Path() / "name"));
    for (const WorkflowStep& sub : step.subSteps)
      steps.check(sub.name, sub.place.in(sub.object, data::Path() / "name"));
  }
}

}  // namespace

Application parseApplication(const data::Value& object, const std::shared_ptr<const SourceFile>& source,
                             Diagnostics& diagnostics) {
  Application out;
  out.source = source;
  out.object = isFirstForm(object) ? ofFirstForm(object) : object;
  Reader document(out.object, {source, out.object.mark(), {}}, diagnostics);
  document.knows("an Application", {"apiVersion", "kind", "metadata", "spec", "status"});
  document.text("apiVersion");
  document.text("kind");
  Reader metadata = document.child("metadata");
  out.name = metadata.wantedText("name", "an Application's metadata");
  out.namespace_ = metadata.text("namespace");
  out.labels = metadata.textMap("labels");
  out.annotations = metadata.textMap("annotations");

  if (source != nullptr && !document.has("spec")) {
    diagnostics.error(document.place()
                          .error(ErrorCode::InvalidArgument, "an Application needs a \"spec\"")
                          .expected("\"spec\" with \"components\"")
                          .found("nothing"));
  }
  Reader spec = document.child("spec");
  spec.knows("an Application's spec",
             {"components", "policies", "workflow", "rolloutPlan", "targetSize", "batchPartition"});
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
  checkNames(out, diagnostics);
  checkDependencies(out, diagnostics);
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
      bool ours = startsWith(document.get("apiVersion").asString(), kGroup);
      if (ours && kind == "Policy") {
        out.policies.push_back(document);
      } else if (ours && kind == "Workflow") {
        out.workflows.push_back(document);
      } else if ((ours && kind == "Application") || isAppfile(document) || meantAsApplication(document)) {
        if (first) {
          Error error = place.error(ErrorCode::InvalidArgument, "there is more than one Application");
          error.expected("one Application").found("another one");
          if (first->mark.known()) error.at(data::locate(*first->source, first->mark));
          diagnostics.error(std::move(error));
          continue;
        }
        first = place;
        bool appfile = !ours && isAppfile(document);
        if (!appfile) checkVersionAndKind(document, place, diagnostics);
        out.application = parseApplication(
            appfile ? applicationOfAppfile(document, source, isTrait, diagnostics) : document, source,
            diagnostics);
        checkTexts(out.application, diagnostics);
      } else {
        checkVersionAndKind(document, place, diagnostics);
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
