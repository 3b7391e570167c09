// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "kube/object.h"
#include "nodes/pod_state.h"
#include "nodes/rollout.h"

namespace puppis::nodes {

bool Rollout::complete(const Value& status) const {
  return status.get("updatedReplicas").asInt() == desired() && status.get("replicas").asInt() == desired() &&
         status.get("availableReplicas").asInt() == desired() &&
         status.get("observedGeneration").asInt() >= kube::generation(deployment_);
}

Status Rollout::writeStatus(std::optional<Nanos>& wait) {
  Value next = deployment_;
  Value& status = next["status"];
  std::int64_t replicas = 0, ready = 0, available = 0, updated = 0, specs = 0;
  auto count = [&](const Value& set) {
    replicas += set.get("status", "replicas").asInt();
    ready += set.get("status", "readyReplicas").asInt();
    available += set.get("status", "availableReplicas").asInt();
    specs += set.get("spec", "replicas").asInt();
  };
  for (const auto& set : oldSets_) count(set);
  if (newSet_) {
    count(*newSet_);
    updated = newSet_->get("status", "replicas").asInt();
  }
  auto put = [&](const char* field, std::int64_t value) {
    if (value != 0)
      status.set(field, value);
    else
      status.erase(field);
  };
  put("observedGeneration", kube::generation(deployment_));
  put("replicas", replicas);
  put("updatedReplicas", updated);
  put("readyReplicas", ready);
  put("availableReplicas", available);
  put("unavailableReplicas", std::max<std::int64_t>(0, specs - available));
  Value now = context_.nowText();
  if (available >= desired() - maxUnavailable()) {
    setCondition(status, "Available", "True", "MinimumReplicasAvailable",
                 "Deployment has minimum availability.", now);
  } else {
    setCondition(status, "Available", "False", "MinimumReplicasUnavailable",
                 "Deployment does not have minimum availability.", now);
  }
  progress(status, wait);
  for (std::size_t i = 0; i < status.get("conditions").size(); ++i) {
    Value& one = status["conditions"].mutableAt(i);
    if (!one.has("lastUpdateTime")) one.set("lastUpdateTime", now);
  }
  if (status == deployment_.get("status")) return {};
  TRY(deployment_, context_.updateStatus(kDeployments, next));
  return {};
}

/// The Progressing condition: what the last pass did, whether it is done, or since when nothing moved.
void Rollout::progress(Value& status, std::optional<Nanos>& wait) {
  const Value& limit = deployment_.get("spec", "progressDeadlineSeconds");
  if (!limit.isInt() || limit.asInt() == INT32_MAX) return;
  const Value before = condition(deployment_, "Progressing");
  Value now = context_.nowText();
  std::string setName = newSet_ ? kube::name(*newSet_) : "";
  auto set = [&](const char* state, const char* reason, const std::string& message) {
    // a renewed promise counts from now on, though the condition stays True
    if (setCondition(status, "Progressing", state, reason, message, now)) return;
    for (std::size_t i = 0; i < status.get("conditions").size(); ++i) {
      Value& one = status["conditions"].mutableAt(i);
      if (one.get("type").asString() == "Progressing") one.set("lastUpdateTime", now);
    }
  };
  const Value& old = deployment_.get("status");
  auto field = [](const Value& from, const char* name) { return from.get(name).asInt(); };
  bool moved = field(status, "updatedReplicas") > field(old, "updatedReplicas") ||
               field(status, "readyReplicas") > field(old, "readyReplicas") ||
               field(status, "availableReplicas") > field(old, "availableReplicas") ||
               field(status, "replicas") - field(status, "updatedReplicas") <
                   field(old, "replicas") - field(old, "updatedReplicas");
  const auto& said = before.get("reason").asString();
  if (deployment_.get("spec", "paused").asBool()) {
    if (said != "DeploymentPaused")
      setCondition(status, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now);
    return;
  }
  if (said == "DeploymentPaused") {
    set("Unknown", "DeploymentResumed", "Deployment is resumed");
    return;
  }
  if (reason_ == "NewReplicaSetCreated") {
    set("True", "NewReplicaSetCreated", "Created new replica set \"" + setName + "\"");
    return;
  }
  if (complete(status)) {
    if (said != "NewReplicaSetAvailable") {
      set("True", "NewReplicaSetAvailable",
          newSet_ ? "ReplicaSet \"" + setName + "\" has successfully progressed."
                  : "Deployment \"" + kube::name(deployment_) + "\" has successfully progressed.");
    }
    return;
  }
  if (moved) {
    set("True", "ReplicaSetUpdated",
        newSet_ ? "ReplicaSet \"" + setName + "\" is progressing."
                : "Deployment \"" + kube::name(deployment_) + "\" is progressing.");
    return;
  }
  if (before.isNull()) {
    set("True", reason_.empty() ? "ReplicaSetUpdated" : reason_.c_str(),
        "Found new replica set \"" + setName + "\"");
    return;
  }
  if (said == "ProgressDeadlineExceeded") return;
  auto since = timeOf(before.get("lastUpdateTime"));
  if (said == "NewReplicaSetAvailable") {  // it was done, and fell back: that is not the rollout's deadline
    return;
  }
  Nanos left =
      since.value_or(context_.clock.now()) + std::chrono::seconds(limit.asInt()) - context_.clock.now();
  if (left > Nanos::zero()) {
    wait = wait ? std::min(*wait, left) : left;
    return;
  }
  set("False", "ProgressDeadlineExceeded",
      newSet_ ? "ReplicaSet \"" + setName + "\" has timed out progressing."
              : "Deployment \"" + kube::name(deployment_) + "\" has timed out progressing.");
}

}  // namespace puppis::nodes
