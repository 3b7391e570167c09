// SPDX-License-Identifier: Apache-2.0
#include "nodes/autoscaler.h"

#include <algorithm>

#include "kube/object.h"
#include "kube/selector.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

/// The built-in resource that a scale target names, if it is one.
const Gvr* targetType(const Value& target) {
  const auto& kind = target.get("kind").asString();
  if (kind == "Deployment") return &kDeployments;
  if (kind == "StatefulSet") return &kStatefulSets;
  if (kind == "ReplicaSet") return &kReplicaSets;
  if (kind == "ReplicationController") return &kReplicationControllers;
  return nullptr;
}

}  // namespace

void AutoscalerController::attach(Context& context) {
  context.watch(kAutoscalers, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  auto wake = [&context, this](const kube::Change& change) {
    const Value& object = change.object();
    for (const auto& scaler : context.mirror(kAutoscalers).list(kube::namespaceOf(object))) {
      const Value& target = scaler.get("spec", "scaleTargetRef");
      if (target.get("kind") == object.get("kind") && target.get("name").asString() == kube::name(object))
        context.enqueue(name(), kube::nameOf(scaler));
    }
  };
  context.watch(kDeployments, wake);
  context.watch(kStatefulSets, wake);
}

Result<std::optional<Nanos>> AutoscalerController::reconcile(Context& context, const ObjectName& key) {
  std::optional<Nanos> wait;
  auto scaler = context.mirror(kAutoscalers).get(key);
  if (!scaler || kube::beingDeleted(*scaler)) return wait;
  const Value& target = scaler->get("spec", "scaleTargetRef");
  Value next = *scaler;
  Value& status = next["status"];
  Value now = context.nowText();
  const Gvr* type = targetType(target);
  ObjectName targetName{key.ns, target.get("name").asString()};
  auto object = type != nullptr ? context.client.get(*type, targetName)
                                : Result<Value>(fail(ErrorCode::NotFound, "no such kind"));
  if (!object) {
    setCondition(
        status, "AbleToScale", "False", "FailedGetScale",
        "the HPA controller was unable to get the target's current scale: " + object.error().message(), now);
  } else {
    std::int64_t current = object->get("spec", "replicas").asInt();
    std::int64_t least = std::max<std::int64_t>(1, scaler->get("spec", "minReplicas").asInt());
    std::int64_t most = scaler->get("spec", "maxReplicas").asInt();
    std::int64_t wanted = current == 0 ? 0 : std::clamp(current, least, std::max(least, most));
    setCondition(status, "AbleToScale", "True", "SucceededGetScale",
                 "the HPA controller was able to get the target's current scale", now);
    if (current == 0) {
      setCondition(status, "ScalingActive", "False", "ScalingDisabled",
                   "scaling is disabled since the replica count of the target is zero", now);
    } else {
      setCondition(status, "ScalingActive", "False", "FailedGetResourceMetric",
                   "simulated pods have no metrics; only the bounds are kept", now);
    }
    if (wanted != current) {
      TRY_VOID(
          context.patch(*type, targetName, Value::object({{"spec", Value::object({{"replicas", wanted}})}})));
      const char* why = wanted < current ? "Current number of replicas above Spec.MaxReplicas"
                                         : "Current number of replicas below Spec.MinReplicas";
      context.event(*scaler, "Normal", "SuccessfulRescale",
                    "New size: " + std::to_string(wanted) + "; reason: " + why, name());
      status.set("lastScaleTime", now);
    }
    status.set("currentReplicas", object->get("status", "replicas").asInt());
    status.set("desiredReplicas", wanted);
  }
  if (status == scaler->get("status")) return wait;
  TRY_VOID(context.updateStatus(kAutoscalers, next));
  return wait;
}

void BudgetController::attach(Context& context) {
  context.watch(kBudgets, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(kPods, [&context, this](const kube::Change& change) {
    if (change.before && change.after && podReady(*change.before) == podReady(*change.after) &&
        podActive(*change.before) == podActive(*change.after))
      return;
    for (const auto& budget : context.mirror(kBudgets).list(kube::namespaceOf(change.object())))
      context.enqueue(name(), kube::nameOf(budget));
  });
}

Result<std::optional<Nanos>> BudgetController::reconcile(Context& context, const ObjectName& key) {
  std::optional<Nanos> wait;
  auto budget = context.mirror(kBudgets).get(key);
  if (!budget || kube::beingDeleted(*budget)) return wait;
  auto selector = kube::LabelSelector::fromObject(budget->get("spec", "selector"));
  std::int64_t expected = 0;
  std::int64_t healthy = 0;
  for (const auto& pod : context.mirror(kPods).list(key.ns)) {
    if (!selector || !selector->matches(pod.get("metadata", "labels")) || podEnded(pod)) continue;
    ++expected;
    if (podReady(pod) && !kube::beingDeleted(pod)) ++healthy;
  }
  const Value& least = budget->get("spec", "minAvailable");
  const Value& most = budget->get("spec", "maxUnavailable");
  std::int64_t desired = !most.isNull()
                             ? std::max<std::int64_t>(0, expected - resolveIntOrPercent(most, expected, true))
                         : least.isNull() ? 1
                                          : resolveIntOrPercent(least, expected, true);
  std::int64_t allowed = expected > 0 ? std::max<std::int64_t>(0, healthy - desired) : 0;
  Value next = *budget;
  Value& status = next["status"];
  status.set("currentHealthy", healthy);
  status.set("desiredHealthy", desired);
  status.set("disruptionsAllowed", allowed);
  status.set("expectedPods", expected);
  status.set("observedGeneration", kube::generation(*budget));
  setCondition(status, "DisruptionAllowed", allowed > 0 ? "True" : "False",
               allowed > 0 ? "SufficientPods" : "InsufficientPods", "", context.nowText());
  for (std::size_t i = 0; i < status.get("conditions").size(); ++i) {
    Value& one = status["conditions"].mutableAt(i);
    one.set("message", "");
    one.set("observedGeneration", kube::generation(*budget));
  }
  if (status == budget->get("status")) return wait;
  TRY_VOID(context.updateStatus(kBudgets, next));
  return wait;
}

}  // namespace puppis::nodes
