// SPDX-License-Identifier: Apache-2.0
#include "nodes/deployment.h"

#include "kube/object.h"
#include "nodes/rollout.h"

namespace puppis::nodes {

void DeploymentController::attach(Context& context) {
  context.watch(kDeployments, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(kReplicaSets, [&context, this](const kube::Change& change) {
    context.enqueueOwners(name(), "Deployment", change);
  });
  // Recreate waits for the last pod of the old sets to be gone.
  context.watch(kPods, [&context, this](const kube::Change& change) {
    if (change.after) return;
    auto owner = kube::controllerOf(*change.before);
    if (!owner || owner->kind != "ReplicaSet") return;
    auto set = context.mirror(kReplicaSets).get({kube::namespaceOf(*change.before), owner->name});
    if (!set) return;
    if (auto deployment = kube::controllerOf(*set))
      context.enqueue(name(), {kube::namespaceOf(*set), deployment->name});
  });
}

Result<std::optional<Nanos>> DeploymentController::reconcile(Context& context, const ObjectName& key) {
  auto deployment = context.mirror(kDeployments).get(key);
  if (!deployment) return std::optional<Nanos>();
  return Rollout(context, std::move(*deployment), name()).run();
}

}  // namespace puppis::nodes
