// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "apiserver/kinds/default_rules.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

void deployment(Value& o) {
  Value& spec = o["spec"];
  fillIn(spec, "replicas", 1);
  Value& strategy = spec["strategy"];
  fillZero(strategy, "type", "RollingUpdate");
  if (strategy.get("type").asString() == "RollingUpdate") {
    Value& rolling = strategy["rollingUpdate"];
    fillIn(rolling, "maxUnavailable", "25%");
    fillIn(rolling, "maxSurge", "25%");
  }
  fillIn(spec, "revisionHistoryLimit", 10);
  fillIn(spec, "progressDeadlineSeconds", 600);
}

void daemonSet(Value& o) {
  Value& spec = o["spec"];
  Value& strategy = spec["updateStrategy"];
  fillZero(strategy, "type", "RollingUpdate");
  if (strategy.get("type").asString() == "RollingUpdate") {
    Value& rolling = strategy["rollingUpdate"];
    fillIn(rolling, "maxUnavailable", 1);
    fillIn(rolling, "maxSurge", 0);
  }
  fillIn(spec, "revisionHistoryLimit", 10);
}

void statefulSet(Value& o) {
  Value& spec = o["spec"];
  fillZero(spec, "podManagementPolicy", "OrderedReady");
  Value& strategy = spec["updateStrategy"];
  if (strategy.get("type").asString().empty()) {
    strategy.set("type", "RollingUpdate");
    if (strategy.get("rollingUpdate").isNull()) strategy.set("rollingUpdate", Value::object());
  }
  if (strategy.get("type").asString() == "RollingUpdate" && strategy.get("rollingUpdate").isObject()) {
    fillIn(strategy["rollingUpdate"], "partition", 0);
  }
  Value& retention = spec["persistentVolumeClaimRetentionPolicy"];
  fillZero(retention, "whenDeleted", "Retain");
  fillZero(retention, "whenScaled", "Retain");
  for (std::size_t i = 0; i < spec.get("volumeClaimTemplates").size(); ++i) {
    Value& claim = spec["volumeClaimTemplates"].mutableAt(i);
    fillZero(claim, "kind", "PersistentVolumeClaim");
    fillZero(claim, "apiVersion", "v1");
  }
  fillIn(spec, "replicas", 1);
  fillIn(spec, "revisionHistoryLimit", 10);
}

void replicaSet(Value& o) {
  fillIn(o["spec"], "replicas", 1);
}

void job(Value& o) {
  Value& spec = o["spec"];
  if (spec.get("parallelism").isNull() && spec.get("completions").isNull()) spec.set("completions", 1);
  fillIn(spec, "parallelism", 1);
  fillIn(spec, "backoffLimit", spec.get("backoffLimitPerIndex").isNull() ? Value(6) : Value(INT32_MAX));
  const Value labels = spec.get("template", "metadata", "labels");
  if (!labels.isNull() && o.get("metadata", "labels").empty()) o["metadata"].set("labels", labels);
  Value& again = o["spec"];
  fillIn(again, "completionMode", "NonIndexed");
  fillIn(again, "suspend", false);
  fillIn(again, "podReplacementPolicy",
         again.get("podFailurePolicy").isNull() ? "TerminatingOrFailed" : "Failed");
  fillIn(again, "manualSelector", false);
}

void cronJob(Value& o) {
  Value& spec = o["spec"];
  fillZero(spec, "concurrencyPolicy", "Allow");
  fillIn(spec, "suspend", false);
  fillIn(spec, "successfulJobsHistoryLimit", 3);
  fillIn(spec, "failedJobsHistoryLimit", 1);
}

void podConditionPattern(Value& o) {
  fillZero(o, "status", "True");
}

void autoscalerV1(Value& o) {
  fillIn(o["spec"], "minReplicas", 1);
  // kept as v2, whose default metric this is; other metrics travel in an annotation
  bool others = o.get("metadata", "annotations").has("autoscaling.alpha.kubernetes.io/metrics");
  if (!others) fillIn(o["spec"], "targetCPUUtilizationPercentage", 80);
}

Value policy(const char* type, int value) {
  return Value::object({{"type", type}, {"value", value}, {"periodSeconds", 15}});
}

void scalingRules(Value& rules, const Value& window, Value policies) {
  fillIn(rules, "selectPolicy", "Max");
  if (!window.isNull()) fillIn(rules, "stabilizationWindowSeconds", window);
  fillIn(rules, "policies", policies);
}

void autoscalerV2(Value& o) {
  Value& spec = o["spec"];
  fillIn(spec, "minReplicas", 1);
  if (spec.get("metrics").empty()) {
    Value target = Value::object({{"type", "Utilization"}, {"averageUtilization", 80}});
    Value resource = Value::object({{"name", "cpu"}, {"target", target}});
    spec.set("metrics", Value::array({Value::object({{"type", "Resource"}, {"resource", resource}})}));
  }
  if (Value* behavior = spec.mutableFind("behavior")) {
    scalingRules((*behavior)["scaleUp"], 0, Value::array({policy("Pods", 4), policy("Percent", 100)}));
    scalingRules((*behavior)["scaleDown"], Value(), Value::array({policy("Percent", 100)}));
  }
}

}  // namespace

void addWorkloadDefaults(DefaultRules& rules) {
  rules["io.k8s.api.apps.v1.Deployment"] = deployment;
  rules["io.k8s.api.apps.v1.DaemonSet"] = daemonSet;
  rules["io.k8s.api.apps.v1.StatefulSet"] = statefulSet;
  rules["io.k8s.api.apps.v1.ReplicaSet"] = replicaSet;
  rules["io.k8s.api.batch.v1.Job"] = job;
  rules["io.k8s.api.batch.v1.CronJob"] = cronJob;
  rules["io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern"] = podConditionPattern;
  rules["io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler"] = autoscalerV1;
  rules["io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler"] = autoscalerV2;
}

}  // namespace puppis::apiserver::kinds
