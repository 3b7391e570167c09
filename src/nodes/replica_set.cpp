// SPDX-License-Identifier: Apache-2.0
#include "nodes/replica_set.h"

#include <algorithm>
#include <tuple>

#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

constexpr std::int64_t kBurst = 500;

/// The order in which pods are given up: not bound, not running, not ready, then the youngest.
std::tuple<int, int, int> worth(const Value& pod) {
  int bound = pod.get("spec", "nodeName").asString().empty() ? 0 : 1;
  const auto& phase = pod.get("status", "phase").asString();
  int running = phase == "Running" ? 1 : 0;
  int ready = podReady(pod) ? 1 : 0;
  return {bound, running, ready};
}

}  // namespace

void ReplicaSetController::attach(Context& context) {
  context.watch(type(), [this, &context](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(
      kPods, [this, &context](const kube::Change& change) { context.enqueueOwners(name(), kind(), change); });
}

Result<std::optional<Nanos>> ReplicaSetController::reconcile(Context& context, const ObjectName& key) {
  auto set = context.mirror(type()).get(key);
  std::optional<Nanos> wait;
  if (!set) return wait;
  if (!kube::beingDeleted(*set)) {
    std::vector<Value> pods = context.owned(kPods, kube::uid(*set));
    std::erase_if(pods, [](const Value& pod) { return !podActive(pod); });
    std::int64_t missing = set->get("spec", "replicas").asInt() - static_cast<std::int64_t>(pods.size());
    if (missing > 0) TRY_VOID(create(context, *set, std::min(missing, kBurst)));
    if (missing < 0) TRY_VOID(removeSome(context, *set, std::move(pods), std::min(-missing, kBurst)));
    if (missing > kBurst || missing < -kBurst) wait = Nanos::zero();
  }
  TRY_VOID(writeStatus(context, *set, wait));
  return wait;
}

Status ReplicaSetController::create(Context& context, const Value& set, std::int64_t count) {
  Value pod = podFromTemplate(set.get("spec", "template"), set);
  pod["metadata"].set("generateName", kube::name(set) + "-");
  for (std::int64_t i = 0; i < count; ++i) {
    auto made = context.create(kPods, pod);
    if (!made) {
      context.event(set, "Warning", "FailedCreate", "Error creating: " + made.error().message(), name());
      return fail(made.error());
    }
    context.event(set, "Normal", "SuccessfulCreate", "Created pod: " + kube::name(*made), name());
  }
  return {};
}

Status ReplicaSetController::removeSome(Context& context, const Value& set, std::vector<Value> pods,
                                        std::int64_t count) {
  std::stable_sort(pods.begin(), pods.end(), [](const Value& a, const Value& b) {
    auto left = worth(a);
    auto right = worth(b);
    if (left != right) return left < right;
    return a.get("metadata", "creationTimestamp").asString() >
           b.get("metadata", "creationTimestamp").asString();
  });
  for (std::int64_t i = 0; i < count; ++i) {
    const Value& pod = pods[static_cast<std::size_t>(i)];
    TRY_VOID(context.remove(kPods, pod));
    context.event(set, "Normal", "SuccessfulDelete", "Deleted pod: " + kube::name(pod), name());
  }
  return {};
}

Status ReplicaSetController::writeStatus(Context& context, const Value& set, std::optional<Nanos>& wait) {
  std::int64_t replicas = 0, labeled = 0, ready = 0, available = 0;
  const Value& wanted = set.get("spec", "template", "metadata", "labels");
  for (const auto& pod : context.owned(kPods, kube::uid(set))) {
    if (!podActive(pod)) continue;
    ++replicas;
    bool all = std::all_of(wanted.members().begin(), wanted.members().end(), [&](const data::Member& label) {
      return pod.get("metadata", "labels", label.key.str()) == label.value;
    });
    if (all) ++labeled;
    if (podReady(pod)) ++ready;
    if (podAvailable(pod, set.get("spec", "minReadySeconds").asInt(), context.clock.now(), wait)) ++available;
  }
  Value next = set;
  Value& status = next["status"];
  bool changed = false;
  auto put = [&](const char* field, std::int64_t value) {
    if (status.get(field).asInt() == value) return;
    status.set(field, value);
    changed = true;
  };
  put("replicas", replicas);
  put("fullyLabeledReplicas", labeled);
  put("readyReplicas", ready);
  put("availableReplicas", available);
  put("observedGeneration", kube::generation(set));
  if (!changed) return {};
  TRY_VOID(context.updateStatus(type(), next));
  return {};
}

}  // namespace puppis::nodes
