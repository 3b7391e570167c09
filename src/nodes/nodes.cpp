// SPDX-License-Identifier: Apache-2.0
#include "nodes/nodes.h"

#include <algorithm>

#include "base/strings.h"
#include "nodes/autoscaler.h"
#include "nodes/cron_job.h"
#include "nodes/daemon_set.h"
#include "nodes/deployment.h"
#include "nodes/endpoints.h"
#include "nodes/fleet.h"
#include "nodes/job.h"
#include "nodes/kubelet.h"
#include "nodes/namespaces.h"
#include "nodes/replica_set.h"
#include "nodes/scheduler.h"
#include "nodes/stateful_set.h"
#include "nodes/storage.h"

namespace puppis::nodes {

Nodes::Nodes(kube::Client& client, Clock& clock, Random& random, Log& log, Options options)
    : context_(client, clock, random, log, std::move(options)) {
  auto add = [&](std::unique_ptr<Controller> controller) { controllers_.push_back(std::move(controller)); };
  add(std::make_unique<NamespaceFurnisher>());
  add(std::make_unique<Fleet>());
  add(std::make_unique<Scheduler>());
  add(std::make_unique<Kubelet>());
  add(std::make_unique<DeploymentController>());
  add(std::make_unique<ReplicaSetController>());
  add(std::make_unique<ReplicationControllerController>());
  add(std::make_unique<StatefulSetController>());
  add(std::make_unique<DaemonSetController>());
  add(std::make_unique<JobController>());
  add(std::make_unique<CronJobController>());
  add(std::make_unique<EndpointsController>());
  add(std::make_unique<BalancerController>());
  add(std::make_unique<StorageController>());
  add(std::make_unique<AutoscalerController>());
  add(std::make_unique<BudgetController>());
  for (auto& controller : controllers_) controller->attach(context_);
  context_.startMirrors();
}

Nodes::~Nodes() {
  stop();
}

Status Nodes::start(int workers) {
  context_.mirrors().start();
  if (!context_.mirrors().waitSynced(std::chrono::seconds(30))) {
    return fail(ErrorCode::Timeout, "the workload controllers could not read the API within 30 s");
  }
  for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
  return populate();
}

void Nodes::stop() {
  context_.queue().close();
  for (auto& worker : workers_) worker.join();
  workers_.clear();
  context_.mirrors().stop();
}

Status Nodes::populate() {
  populated_ = true;
  TRY_VOID(Fleet::populate(context_));
  return StorageController::populate(context_);
}

void Nodes::work() {
  while (auto key = context_.queue().take()) handle(*key);
}

void Nodes::handle(const std::string& key) {
  std::vector<std::string> parts = split(key, '|');
  auto found = std::find_if(controllers_.begin(), controllers_.end(),
                            [&](const auto& one) { return one->name() == parts[0]; });
  if (found == controllers_.end()) return context_.queue().done(key);
  auto wait = (*found)->reconcile(context_, {parts[1], parts[2]});
  if (!wait) {
    bool raced = wait.error().code() == ErrorCode::Conflict || wait.error().code() == ErrorCode::NotFound;
    if (!raced)
      context_.log.warn(
          "reconcile failed",
          {{"controller", parts[0]}, {"object", parts[1] + "/" + parts[2]}, {"error", wait.error().str()}});
    context_.queue().addFailed(key);
  } else {
    context_.queue().forget(key);
    if (*wait) context_.queue().addAfter(key, **wait);
  }
  context_.queue().done(key);
}

std::optional<Nanos> Nodes::step() {
  std::optional<Nanos> next;
  for (bool busy = true; busy;) {
    busy = false;
    next = context_.mirrors().runDue();
    if (!populated_ && context_.mirrors().waitSynced(Nanos::zero())) {
      if (auto made = populate(); !made) context_.log.warn("nodes not made", {{"error", made.error().str()}});
    }
    while (auto key = context_.queue().tryTake()) {
      handle(*key);
      busy = true;
    }
  }
  auto due = context_.queue().nextDue();
  if (!next || (due && *due < *next)) next = due;
  return next;
}

}  // namespace puppis::nodes
