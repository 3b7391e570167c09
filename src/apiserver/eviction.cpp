// SPDX-License-Identifier: Apache-2.0
#include "apiserver/eviction.h"

#include "kube/selector.h"

namespace puppis::apiserver {

using data::Value;

namespace {

/// The budgets whose selector matches the pod.
std::vector<Value> budgetsOf(Api& api, const std::string& ns, const Value& pod) {
  std::vector<Value> out;
  ResourcePtr budgets = api.registry().find({"policy", "v1", "poddisruptionbudgets"});
  if (!budgets) return out;
  std::string prefix = budgets->prefixOf(ns);
  auto range = api.store().range(prefix, store::prefixEnd(prefix));
  if (!range) return out;
  for (const store::EntryPtr& entry : range->entries) {
    Value budget = entry->value();
    auto selector = kube::LabelSelector::fromObject(budget.get("spec", "selector"));
    if (selector && selector->matches(pod.get("metadata", "labels"))) out.push_back(std::move(budget));
  }
  return out;
}

bool isReady(const Value& pod) {
  for (const Value& condition : pod.get("status", "conditions").elements()) {
    if (condition.get("type").asString() == "Ready") return condition.get("status").asString() == "True";
  }
  return false;
}

/// Whether a pod may go whatever its budget says: it has ended, has not begun, or is not ready and the policy
/// for such allows.
bool goesFreely(const Value& pod, const Value& budget) {
  const std::string& phase = pod.get("status", "phase").asString();
  if (phase == "Pending" || phase == "Succeeded" || phase == "Failed" ||
      pod.get("metadata").has("deletionTimestamp"))
    return true;
  if (isReady(pod)) return false;
  if (budget.get("spec", "unhealthyPodEvictionPolicy").asString() == "AlwaysAllow") return true;
  const Value& status = budget.get("status");
  return status.get("desiredHealthy").asInt() > 0 &&
         status.get("currentHealthy").asInt() >= status.get("desiredHealthy").asInt();
}

Error refused(const std::string& cause) {
  Error error(ErrorCode::TooManyRequests,
              "Cannot evict pod as it would violate the pod's disruption budget.");
  error.reason("TooManyRequests");
  error.detail(Error(ErrorCode::TooManyRequests, cause).reason("DisruptionBudget"));
  return error;
}

/// Takes one disruption off the budget, or says why there is none to take.
Status takeDisruption(Api& api, Call& call, const Value& budget) {
  Call write = call;
  write.type = {"policy", "v1", "poddisruptionbudgets"};
  write.subresource.clear();
  write.name = budget.get("metadata", "name").asString();
  Status taken;
  TRY_VOID(api.rewrite(write, [&](Value& object) {
    Value& status = object["status"];
    std::int64_t allowed = status.get("disruptionsAllowed").asInt();
    if (status.get("observedGeneration").asInt() < object.get("metadata", "generation").asInt()) {
      taken =
          fail(refused("The disruption budget " + write.name + " is still being processed by the server."));
    } else if (allowed <= 0) {
      taken = fail(refused("The disruption budget " + write.name + " needs " +
                           std::to_string(status.get("desiredHealthy").asInt()) + " healthy pods and has " +
                           std::to_string(status.get("currentHealthy").asInt()) + " currently"));
    } else {
      taken = {};
      status.set("disruptionsAllowed", allowed - 1);
      status["disruptedPods"].set(call.name, formatRfc3339(api.clock().now()));
    }
  }));
  return taken;
}

Result<Answer> evict(Api& api, Call& call, const Value& body) {
  Call inner = call;
  inner.subresource.clear();
  const Value& options = body.get("deleteOptions");
  if (options.get("gracePeriodSeconds").isInt())
    inner.remove.gracePeriodSeconds = options.get("gracePeriodSeconds").asInt();
  for (const Value& one : options.get("dryRun").elements())
    inner.dryRun = inner.dryRun || one.asString() == "All";
  TRY(ResourcePtr pods, api.resourceOf(inner));
  TRY(Value pod, api.read(*pods, inner.ns, inner.name));
  std::vector<Value> budgets = budgetsOf(api, call.ns, pod);
  if (budgets.size() > 1) {
    return fail(Error(ErrorCode::Internal,
                      "This pod has more than one PodDisruptionBudget, which the eviction subresource does "
                      "not support.")
                    .reason("InternalError"));
  }
  if (!budgets.empty() && !goesFreely(pod, budgets[0])) {
    if (Status taken = takeDisruption(api, inner, budgets[0]); !taken) {
      call.about = Call::About{};
      return fail(taken.error());
    }
  }
  TRY_VOID(api.remove(inner));
  return Answer{201, Value::object({{"kind", "Status"},
                                    {"apiVersion", "v1"},
                                    {"metadata", Value::object()},
                                    {"status", "Success"},
                                    {"code", 201}})};
}

}  // namespace

void addEviction(Api& api) {
  api.onPost("pods/eviction", [&api](Call& call, const Value& body) { return evict(api, call, body); });
}

}  // namespace puppis::apiserver
