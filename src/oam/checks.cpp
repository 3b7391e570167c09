// SPDX-License-Identifier: Apache-2.0
#include "oam/checks.h"

#include <algorithm>

#include "base/strings.h"
#include "cue/builtin/time_layout.h"
#include "cue/syntax/parse.h"

namespace puppis::oam {

namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kMostNames = 12;

std::string oneOf(const std::vector<std::string>& names, std::string_view what) {
  if (names.empty()) return "no " + std::string(what) + ", for there is none";
  if (names.size() > kMostNames)
    return "one of the " + std::to_string(names.size()) + " " + std::string(what) + "s";
  return "one of " + join(names, ", ");
}

/// A name that refers to nothing.
Error dangling(const Place& place, std::string message, const std::string& name,
               const std::vector<std::string>& names, std::string_view what) {
  Error error = place.error(ErrorCode::InvalidArgument, std::move(message));
  error.expected(oneOf(names, what)).found("\"" + name + "\"");
  if (auto near = nearest(name, names)) error.suggest(*near);
  return error;
}

class Dependencies {
 public:
  Dependencies(const Application& application, Diagnostics& diagnostics)
      : application_(application), diagnostics_(diagnostics) {}

  void run() {
    for (const Component& component : application_.components) {
      components_.push_back(component.name);
      gather(component.outputs);
    }
    if (application_.workflow) {
      for (const WorkflowStep& step : application_.workflow->steps) gather(step);
    }
    for (const Component& component : application_.components) check(component);
    if (!application_.workflow) return;
    for (const WorkflowStep& step : application_.workflow->steps) check(step);
  }

 private:
  void gather(const std::vector<Output>& outputs) {
    for (const Output& output : outputs) outputs_.push_back(output.name);
  }
  void gather(const WorkflowStep& step) {
    if (!step.name.empty()) steps_.push_back(step.name);
    gather(step.outputs);
    for (const WorkflowStep& sub : step.subSteps) gather(sub);
  }

  void check(const Component& component) {
    for (std::size_t i = 0; i < component.dependsOn.size(); ++i) {
      const std::string& needed = component.dependsOn[i];
      if (std::ranges::find(components_, needed) != components_.end()) continue;
      diagnostics_.error(dangling(component.place.in(component.object, data::Path() / "dependsOn" / i),
                                  "the component \"" + component.name + "\" depends on \"" + needed +
                                      "\", which is no component of this application",
                                  needed, components_, "component"));
    }
    checkInputs(component.inputs, component.place, component.object);
  }

  void check(const WorkflowStep& step) {
    for (std::size_t i = 0; i < step.dependsOn.size(); ++i) {
      const std::string& needed = step.dependsOn[i];
      if (std::ranges::find(steps_, needed) != steps_.end()) continue;
      diagnostics_.warn(dangling(step.place.in(step.object, data::Path() / "dependsOn" / i),
                                 "the step waits for \"" + needed + "\", which is no step of this workflow",
                                 needed, steps_, "step"));
    }
    checkInputs(step.inputs, step.place, step.object);
    for (const WorkflowStep& sub : step.subSteps) check(sub);
  }

  void checkInputs(const std::vector<Input>& inputs, const Place& place, const data::Value& object) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::string& from = inputs[i].from;
      // Of an output that is an object a field may be taken, and `context` is always there.
      std::string first = from.substr(0, from.find_first_of(".["));
      if (from.empty() || first == "context" || std::ranges::find(outputs_, from) != outputs_.end() ||
          std::ranges::find(outputs_, first) != outputs_.end())
        continue;
      diagnostics_.warn(dangling(place.in(object, data::Path() / "inputs" / i / "from"),
                                 "nothing gives the output \"" + from + "\" that this input takes", from,
                                 outputs_, "output"));
    }
  }

  const Application& application_;
  Diagnostics& diagnostics_;
  std::vector<std::string> components_;
  std::vector<std::string> steps_;
  std::vector<std::string> outputs_;
};

bool isSubdomain(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (const std::string& label : split(name, '.')) {
    if (label.empty() || !inner(label.front()) || !inner(label.back())) return false;
    if (!std::ranges::all_of(label, [&](char c) { return inner(c) || c == '-'; })) return false;
  }
  return true;
}

void checkOutputs(const std::vector<Output>& outputs, const Place& place, const data::Value& object,
                  Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& text = outputs[i].valueFrom;
    // With imports it is a whole file, whose last line is the expression.
    if (text.empty() || startsWith(trim(text), "import")) continue;
    auto parsed = cue::parseExpression(SourceFile::make("valueFrom", text));
    if (parsed) continue;
    const Error& fault = parsed.error().details().empty() ? parsed.error() : parsed.error().details().front();
    diagnostics.error(place.in(object, data::Path() / "outputs" / i / "valueFrom")
                          .error(ErrorCode::InvalidArgument, "this is no CUE expression: " + fault.message())
                          .expected(fault.expectedText().empty() ? "a CUE expression" : fault.expectedText())
                          .found(fault.foundText().empty() ? "\"" + text + "\"" : fault.foundText()));
  }
}

void checkStepOutputs(const std::vector<WorkflowStep>& steps, Diagnostics& diagnostics) {
  for (const WorkflowStep& step : steps) {
    checkOutputs(step.outputs, step.place, step.object, diagnostics);
    checkStepOutputs(step.subSteps, diagnostics);
  }
}

}  // namespace

void checkDependencies(const Application& application, Diagnostics& diagnostics) {
  Dependencies(application, diagnostics).run();
}

void checkTimeouts(const std::vector<WorkflowStep>& steps, Diagnostics& diagnostics) {
  for (const WorkflowStep& step : steps) {
    auto duration = cue::builtin::timefmt::parseDuration(step.timeout);
    if (!step.timeout.empty() && (!duration || *duration < 0)) {
      diagnostics.error(
          step.place.in(step.object, data::Path() / "timeout")
              .error(ErrorCode::InvalidArgument, "the timeout \"" + step.timeout + "\" is no duration")
              .expected("a number with a unit, such as 30s, 5m or 1h30m")
              .found("\"" + step.timeout + "\""));
    }
    checkTimeouts(step.subSteps, diagnostics);
  }
}

void checkTexts(const Application& application, Diagnostics& diagnostics) {
  if (!application.name.empty() && !isSubdomain(application.name)) {
    Place document{application.source, application.object.mark(), {}};
    diagnostics.warn(
        document.in(application.object, data::Path() / "metadata" / "name")
            .error(ErrorCode::InvalidArgument, "Kubernetes does not take this name")
            .expected("lower-case letters, digits, '-' and '.', with a letter or digit at both ends")
            .found("\"" + application.name + "\""));
  }
  for (const Component& component : application.components)
    checkOutputs(component.outputs, component.place, component.object, diagnostics);
  if (!application.workflow) return;
  checkTimeouts(application.workflow->steps, diagnostics);
  checkStepOutputs(application.workflow->steps, diagnostics);
}

}  // namespace puppis::oam
