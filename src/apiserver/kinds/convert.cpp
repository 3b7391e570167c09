// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/convert.h"

#include <array>
#include <string_view>
#include <utility>

#include "data/json.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

constexpr std::string_view kMetrics = "autoscaling.alpha.kubernetes.io/metrics";
constexpr std::string_view kCurrent = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr std::string_view kConditions = "autoscaling.alpha.kubernetes.io/conditions";
constexpr std::string_view kBehavior = "autoscaling.alpha.kubernetes.io/behavior";

bool isCpuUtilization(const Value& metric, const char* part, const char* side) {
  return metric.get("type").asString() == "Resource" && metric.get("resource", "name").asString() == "cpu" &&
         metric.get(part, side, "averageUtilization").isInt();
}

void moveToAnnotation(Value& object, std::string_view key, const Value& value) {
  if (!value.empty()) object["metadata"]["annotations"].set(key, data::toJson(value));
}

/// The annotation's value, taken off the object.
Value fromAnnotation(Value& object, std::string_view key) {
  const Value* text = object.get("metadata", "annotations").find(key);
  if (text == nullptr) return {};
  auto parsed = data::parseJson(text->asString());
  object["metadata"]["annotations"].erase(key);
  if (object.get("metadata", "annotations").empty()) object["metadata"].erase("annotations");
  return parsed ? *parsed : Value();
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kEventFields = {{
    {"involvedObject", "regarding"},
    {"message", "note"},
    {"source", "deprecatedSource"},
    {"firstTimestamp", "deprecatedFirstTimestamp"},
    {"lastTimestamp", "deprecatedLastTimestamp"},
    {"count", "deprecatedCount"},
    {"reportingComponent", "reportingController"},
    {"apiVersion", "apiVersion"},
}};

Value renameEvent(const Value& event, bool toCore) {
  Value out = Value::object();
  for (const auto& member : event.members()) {
    std::string_view name = member.key.str();
    for (const auto& [core, events] : kEventFields) {
      if (name == (toCore ? events : core)) {
        name = toCore ? core : events;
        break;
      }
    }
    out.set(name, member.value);
  }
  out.set("apiVersion", toCore ? "v1" : "events.k8s.io/v1");
  return out;
}

}  // namespace

Value autoscalerToV2(const Value& v1) {
  Value out = v1;
  out.set("apiVersion", "autoscaling/v2");
  Value metrics = fromAnnotation(out, kMetrics);
  const Value cpu = v1.get("spec", "targetCPUUtilizationPercentage");
  if (!cpu.isNull()) {
    Value target = Value::object({{"type", "Utilization"}, {"averageUtilization", cpu}});
    Value metric = Value::object(
        {{"type", "Resource"}, {"resource", Value::object({{"name", "cpu"}, {"target", target}})}});
    if (metrics.isNull()) metrics = Value::array();
    metrics.insertAt(0, metric);
    out["spec"].erase("targetCPUUtilizationPercentage");
  }
  if (!metrics.empty()) out["spec"].set("metrics", metrics);
  if (Value behavior = fromAnnotation(out, kBehavior); !behavior.isNull())
    out["spec"].set("behavior", behavior);
  Value current = fromAnnotation(out, kCurrent);
  const Value cpuNow = v1.get("status", "currentCPUUtilizationPercentage");
  if (!cpuNow.isNull()) {
    Value resource =
        Value::object({{"name", "cpu"},
                       {"current", Value::object({{"averageUtilization", cpuNow}, {"averageValue", "0"}})}});
    if (current.isNull()) current = Value::array();
    current.insertAt(0, Value::object({{"type", "Resource"}, {"resource", resource}}));
    out["status"].erase("currentCPUUtilizationPercentage");
  }
  if (out.has("status")) {
    out["status"].set("currentMetrics", current);
    if (Value conditions = fromAnnotation(out, kConditions); !conditions.isNull())
      out["status"].set("conditions", conditions);
  }
  return out;
}

Value autoscalerToV1(const Value& v2) {
  Value out = v2;
  out.set("apiVersion", "autoscaling/v1");
  Value others = Value::array();
  for (const auto& metric : v2.get("spec", "metrics").elements()) {
    if (isCpuUtilization(metric, "resource", "target") &&
        !out.get("spec").has("targetCPUUtilizationPercentage")) {
      out["spec"].set("targetCPUUtilizationPercentage",
                      metric.get("resource", "target", "averageUtilization"));
    } else {
      others.push(metric);
    }
  }
  if (out.has("spec")) {
    out["spec"].erase("metrics");
    out["spec"].erase("behavior");
  }
  moveToAnnotation(out, kMetrics, others);
  moveToAnnotation(out, kBehavior, v2.get("spec", "behavior"));
  if (!out.has("status")) return out;
  Value otherCurrent = Value::array();
  for (const auto& metric : v2.get("status", "currentMetrics").elements()) {
    if (isCpuUtilization(metric, "resource", "current")) {
      out["status"].set("currentCPUUtilizationPercentage",
                        metric.get("resource", "current", "averageUtilization"));
    } else {
      otherCurrent.push(metric);
    }
  }
  moveToAnnotation(out, kCurrent, otherCurrent);
  moveToAnnotation(out, kConditions, v2.get("status", "conditions"));
  out["status"].erase("currentMetrics");
  out["status"].erase("conditions");
  return out;
}

Value eventToCore(const Value& event) {
  return renameEvent(event, true);
}
Value eventFromCore(const Value& core) {
  return renameEvent(core, false);
}

}  // namespace puppis::apiserver::kinds
