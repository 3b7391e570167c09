// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/columns.h"
#include "apiserver/kinds/convert.h"
#include "base/strings.h"
#include "kube/gvk.h"
#include "kube/kubeconfig.h"
#include "kube/object.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

Columns::Plain number(const char* part, const char* field) {
  return [part, field](const Value& o) { return Value(o.get(part, field).asInt()); };
}

Value selector(const Value& o) {
  return formatSelector(o.get("spec", "selector"));
}

Value readyOfDesired(const Value& o) {
  return std::to_string(o.get("status", "readyReplicas").asInt()) + "/" +
         std::to_string(o.get("spec", "replicas").asInt());
}

bool conditionTrue(const Value& object, std::string_view type) {
  for (const auto& condition : object.get("status", "conditions").elements()) {
    if (condition.get("type").asString() == type) return condition.get("status").asString() == "True";
  }
  return false;
}

Value jobStatus(const Value& job) {
  if (conditionTrue(job, "Complete")) return "Complete";
  if (conditionTrue(job, "Failed")) return "Failed";
  if (!job.get("metadata", "deletionTimestamp").isNull()) return "Terminating";
  for (auto type : {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
    if (conditionTrue(job, type)) return type;
  }
  return "Running";
}

Value jobCompletions(const Value& job) {
  std::string succeeded = std::to_string(job.get("status", "succeeded").asInt());
  const Value& completions = job.get("spec", "completions");
  if (completions.isInt()) return succeeded + "/" + std::to_string(completions.asInt());
  auto parallelism = job.get("spec", "parallelism").asInt();
  return parallelism > 1 ? succeeded + "/1 of " + std::to_string(parallelism) : succeeded + "/1";
}

Value jobDuration(const Value& job, Nanos now) {
  auto start = kube::parseRfc3339(job.get("status", "startTime").asString());
  if (!start) return "";
  auto end = kube::parseRfc3339(job.get("status", "completionTime").asString());
  return humanDuration(end.value_or(now) - *start);
}

std::string quantityText(const Value& value) {
  return value.isNull() ? "<unknown>" : value.asString();
}

std::string percent(const Value& value, const char* otherwise) {
  return value.isInt() ? std::to_string(value.asInt()) + "%" : otherwise;
}

std::string metricText(const Value& spec, const Value& status) {
  const auto& type = spec.get("type").asString();
  std::string field =
      type.empty() ? "" : std::string(1, static_cast<char>(type[0] + ('a' - 'A'))) + type.substr(1);
  const Value& target = spec.get(field, "target");
  const Value& current = status.get(field, "current");
  if (type == "Pods")
    return quantityText(current.get("averageValue")) + "/" + target.get("averageValue").asString();
  if (type == "External" || type == "Object") {
    if (!target.get("averageValue").isNull()) {
      return quantityText(current.get("averageValue")) + "/" + target.get("averageValue").asString() +
             " (avg)";
    }
    return quantityText(current.get("value")) + "/" + target.get("value").asString();
  }
  if (type == "Resource" || type == "ContainerResource") {
    std::string name = spec.get(field, "name").asString();
    if (!target.get("averageValue").isNull()) {
      return name + ": " + quantityText(current.get("averageValue")) + "/" +
             target.get("averageValue").asString();
    }
    return name + ": " + percent(current.get("averageUtilization"), "<unknown>") + "/" +
           percent(target.get("averageUtilization"), "<auto>");
  }
  return "<unknown type>";
}

Value autoscalerTargets(const Value& scaler) {
  const Value& specs = scaler.get("spec", "metrics");
  if (specs.empty()) return "<none>";
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < specs.size() && i < 2; ++i) {
    shown.push_back(metricText(specs.at(i), scaler.get("status", "currentMetrics").at(i)));
  }
  std::string out = join(shown, ", ");
  if (specs.size() > 2) out += " + " + std::to_string(specs.size() - 2) + " more...";
  return out;
}

Value controllerName(const Value& o) {
  auto owner = kube::controllerOf(o);
  if (!owner) return "<none>";
  kube::Gvk gvk = kube::Gvk::of(owner->apiVersion, owner->kind);
  return toLower(gvk.kind) + (gvk.group.empty() ? "" : "." + gvk.group) + "/" + owner->name;
}

}  // namespace

std::vector<TableColumn> workloadColumns(std::string_view resource) {
  Columns c;
  c.name();
  const std::vector<std::string> podSpec = {"spec", "template", "spec"};
  if (resource == "deployments") {
    return c.add("Ready", readyOfDesired)
        .add("Up-to-date", number("status", "updatedReplicas"))
        .add("Available", number("status", "availableReplicas"))
        .age()
        .containers(podSpec)
        .wide("Selector", selector)
        .take();
  }
  if (resource == "replicasets") {
    return c.add("Desired", number("spec", "replicas"), "integer")
        .add("Current", number("status", "replicas"), "integer")
        .add("Ready", number("status", "readyReplicas"), "integer")
        .age()
        .containers(podSpec)
        .wide("Selector", selector)
        .take();
  }
  if (resource == "statefulsets") return c.add("Ready", readyOfDesired).age().containers(podSpec).take();
  if (resource == "daemonsets") {
    return c.add("Desired", number("status", "desiredNumberScheduled"), "integer")
        .add("Current", number("status", "currentNumberScheduled"), "integer")
        .add("Ready", number("status", "numberReady"), "integer")
        .add("Up-to-date", number("status", "updatedNumberScheduled"), "integer")
        .add("Available", number("status", "numberAvailable"), "integer")
        .add("Node Selector",
             [](const Value& o) { return formatLabels(o.get("spec", "template", "spec", "nodeSelector")); })
        .age()
        .containers(podSpec)
        .wide("Selector", selector)
        .take();
  }
  if (resource == "controllerrevisions") {
    return c.add("Controller", controllerName)
        .add("Revision", [](const Value& o) { return o.get("revision").asInt(); })
        .age()
        .take();
  }
  if (resource == "jobs") {
    return c.add("Status", jobStatus)
        .add("Completions", jobCompletions)
        .addTimed("Duration", jobDuration)
        .age()
        .containers(podSpec)
        .wide("Selector", selector)
        .take();
  }
  if (resource == "cronjobs") {
    return c.add("Schedule", [](const Value& o) { return o.get("spec", "schedule"); })
        .add("Timezone",
             [](const Value& o) {
               return o.get("spec", "timeZone").isNull() ? Value("<none>") : o.get("spec", "timeZone");
             })
        .add(
            "Suspend",
            [](const Value& o) -> Value {
              const Value& suspend = o.get("spec", "suspend");
              return suspend.isNull() ? "<unset>" : suspend.asBool() ? "True" : "False";
            },
            "boolean")
        .add(
            "Active",
            [](const Value& o) { return static_cast<std::int64_t>(o.get("status", "active").size()); },
            "integer")
        .addTimed("Last Schedule",
                  [](const Value& o, Nanos now) -> Value {
                    const Value& last = o.get("status", "lastScheduleTime");
                    return last.isNull() ? "<none>" : ageSince(last, now);
                  })
        .age()
        .containers({"spec", "jobTemplate", "spec", "template", "spec"})
        .wide("Selector",
              [](const Value& o) { return formatSelector(o.get("spec", "jobTemplate", "spec", "selector")); })
        .take();
  }
  return {};
}

std::vector<TableColumn> autoscalerColumns(bool v1) {
  return Columns()
      .name()
      .add("Reference",
           [](const Value& o) {
             const Value& target = o.get("spec", "scaleTargetRef");
             return target.get("kind").asString() + "/" + target.get("name").asString();
           })
      .add("Targets", [v1](const Value& o) { return autoscalerTargets(v1 ? autoscalerToV2(o) : o); })
      .add("MinPods",
           [](const Value& o) -> Value {
             const Value& least = o.get("spec", "minReplicas");
             return least.isInt() ? std::to_string(least.asInt()) : "<unset>";
           })
      .add("MaxPods", number("spec", "maxReplicas"))
      .add("Replicas", number("status", "currentReplicas"))
      .age()
      .take();
}

}  // namespace puppis::apiserver::kinds
