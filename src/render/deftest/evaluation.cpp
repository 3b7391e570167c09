// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/evaluation.h"

#include <algorithm>
#include <utility>

#include "cue/syntax/ast.h"
#include "render/patch.h"

namespace puppis::render::deftest {

namespace {

using data::Value;
using oam::DefinitionKind;

Value standardContext(const oam::Definition& definition) {
  Value version =
      Value::object({{"major", "1"}, {"minor", 34}, {"gitVersion", "v1.34.0"}, {"platform", "linux/amd64"}});
  Value out = Value::object({{"name", "web"},
                             {"namespace", "default"},
                             {"appName", "app"},
                             {"appRevision", "app-v1"},
                             {"appRevisionNum", 1},
                             {"revision", ""},
                             {"cluster", "local"},
                             {"clusterVersion", std::move(version)},
                             {"appLabels", Value::object()},
                             {"appAnnotations", Value::object()},
                             {"replicaKey", ""},
                             {"workflowName", ""},
                             {"publishVersion", ""}});
  if (definition.kind == DefinitionKind::WorkflowStep) {
    out.set("name", "app");
    out.set("stepName", "step");
    out.set("stepSessionID", "abcdef");
    out.set("spanID", "app.abcdef");
  }
  return out;
}

Value standardWorkload() {
  Value container = Value::object({{"name", "web"}, {"image", "nginx"}});
  Value spec;
  spec["template"]["spec"].set("containers", Value::array({std::move(container)}));
  return Value::object({{"apiVersion", "apps/v1"},
                        {"kind", "Deployment"},
                        {"metadata", Value::object({{"name", "web"}})},
                        {"spec", std::move(spec)}});
}

}  // namespace

Value contextOf(const oam::Definition& definition, const TestCase& test) {
  Value out = standardContext(definition);
  if (definition.kind == DefinitionKind::Trait) {
    out.set("output", test.workload.isNull() ? standardWorkload() : test.workload);
    if (!test.auxiliaries.empty()) out.set("outputs", test.auxiliaries);
  }
  for (const data::Member& m : test.context.members()) out.set(m.key.str(), m.value);
  return out;
}

Evaluation::Evaluation(std::shared_ptr<cue::Runtime> runtime, const oam::Definition& definition,
                       const TestCase& test)
    : definition_(definition), session_(std::move(runtime)), context_(contextOf(definition, test)) {}

Result<std::unique_ptr<Evaluation>> Evaluation::make(Templates& templates, const oam::Definition& definition,
                                                     const TestCase& test) {
  TRY(std::shared_ptr<const cue::Program> program, templates.of(definition));
  std::unique_ptr<Evaluation> out(new Evaluation(templates.runtime(), definition, test));
  std::vector<cue::Binding> bindings;
  // The order of a user's keys says nothing, so the engine gets them sorted, as when it renders.
  bindings.push_back({"parameter", test.properties.sorted(), {}});
  bindings.push_back({"context", out->context_, {}});
  for (const data::Member& m : test.returns.members())
    bindings.push_back({m.key.str() + ".$returns", m.value, {}});
  out->session_.recordYields();
  out->root_ = out->session_.evaluate(std::move(program), bindings);
  return out;
}

Result<std::vector<Location>> branchesOf(Templates& templates, const oam::Definition& definition) {
  TRY(std::shared_ptr<const cue::Program> program, templates.of(definition));
  std::vector<Location> out;
  for (const std::shared_ptr<const cue::File>& file : program->files()) {
    cue::walk(file.get(), [&](const cue::Node& node) {
      if (node.is<cue::Comprehension>()) out.push_back(file->locate(node));
      return true;
    });
  }
  return out;
}

Result<cue::Value> Evaluation::patched() {
  bool isTrait = definition_.kind == DefinitionKind::Trait;
  cue::Value base = isTrait ? session_.fromData(context_.get("output")) : root_.lookup("output");
  cue::Value patch = root_.lookup("patch");
  if (!patch.exists()) return base;
  TRY(cue::Value out, applyPatch(session_, base, patch));
  std::vector<Error> failures = out.validate();
  if (!failures.empty()) return fail(failures.front());
  return out;
}

Result<std::optional<Value>> Evaluation::patchedOutputs() {
  Value out = Value::object();
  cue::Value patches = root_.lookup("patchOutputs");
  for (const data::Member& m : context_.get("outputs").members()) {
    cue::Value base = session_.fromData(m.value);
    cue::Selector name;
    name.name = m.key.str();
    cue::Value patch = patches.exists() ? patches.field(name) : cue::Value();
    if (patch.exists()) {
      TRY(base, applyStrategicPatch(session_, base, patch));
    }
    TRY(Value object, base.toJson());
    out.set(m.key.str(), std::move(object));
  }
  return out;
}

Result<std::optional<Value>> Evaluation::yielded(std::string_view name) {
  if (name == "resultOutputs") return patchedOutputs();
  cue::Value value;
  if (name == "result") {
    TRY(value, patched());
  } else {
    value = root_.lookup(name);
  }
  if (!value.exists()) return std::optional<Value>();
  TRY(Value out, value.toJson());
  return std::optional<Value>(std::move(out));
}

std::vector<std::string> Evaluation::refusals() {
  std::vector<std::string> out;
  for (const cue::Value& element : root_.lookup("errs").elements()) {
    auto text = element.asString();
    if (text && !text->empty()) out.push_back(std::move(*text));
  }
  return out;
}

std::vector<Error> Evaluation::faults() {
  std::vector<Error> out = root_.validate();
  auto unfinished = [&](std::string_view name) {
    cue::Value value = root_.lookup(name);
    if (!value.exists()) return;
    for (Error& e : value.validate({.concrete = true, .final = true})) out.push_back(std::move(e));
  };
  unfinished("parameter");
  if (definition_.kind != DefinitionKind::WorkflowStep) {
    for (std::string_view name : kResults) unfinished(name);
  }
  for (std::string& text : refusals()) out.emplace_back(ErrorCode::InvalidArgument, std::move(text));
  return out;
}

Result<Value> Evaluation::results() {
  Value out = Value::object();
  for (std::string_view name : kResults) {
    TRY(std::optional<Value> value, yielded(name));
    if (value) out.set(name, std::move(*value));
  }
  return out;
}

}  // namespace puppis::render::deftest
