// SPDX-License-Identifier: Apache-2.0
#include "nodes/scheduler.h"

#include <algorithm>

#include "kube/object.h"
#include "kube/selector.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

/// Enough fitting nodes to choose among, however many there are.
constexpr std::size_t kEnough = 100;

bool wantsNode(const Value& pod) {
  return pod.get("spec", "nodeName").asString().empty() && podActive(pod) &&
         pod.get("spec", "schedulingGates").empty() &&
         pod.get("spec", "schedulerName").asString() == "default-scheduler";
}

double fullness(const Amounts& used, const Amounts& all) {
  auto share = [](std::int64_t part, std::int64_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 1.0;
  };
  return share(used.milliCpu, all.milliCpu) + share(used.memory, all.memory) + share(used.pods, all.pods);
}

}  // namespace

void Scheduler::attach(Context& context) {
  context.watch(kPods, [this, &context](const kube::Change& change) { podChanged(context, change); });
  context.watch(kNodes, [this, &context](const kube::Change& change) {
    bool matters = !change.before || !change.after ||
                   change.before->get("spec") != change.after->get("spec") ||
                   nodeReady(*change.before) != nodeReady(*change.after) ||
                   change.before->get("metadata", "labels") != change.after->get("metadata", "labels");
    std::lock_guard lock(mutex_);
    if (matters && !pending_.empty()) context.enqueue(name(), {});
  });
}

void Scheduler::podChanged(Context& context, const kube::Change& change) {
  const Value& pod = change.object();
  ObjectName key = kube::nameOf(pod);
  std::string node = change.after && !podEnded(pod) ? pod.get("spec", "nodeName").asString() : "";
  std::lock_guard lock(mutex_);
  auto counted = counted_.find(key);
  bool freed = false;
  if (counted != counted_.end() && counted->second.first != node) {
    used_[counted->second.first] -= counted->second.second;
    counted_.erase(counted);
    freed = true;
  }
  if (!node.empty() && !counted_.contains(key)) {
    Amounts amounts = requestsOf(pod.get("spec"));
    used_[node] += amounts;
    counted_[key] = {node, amounts};
  }
  bool wants = change.after && wantsNode(pod);
  bool fresh = wants ? pending_.insert(key).second : false;
  if (!wants) pending_.erase(key);
  if (fresh || (freed && !pending_.empty())) context.enqueue(name(), {});
}

Result<std::optional<Nanos>> Scheduler::reconcile(Context& context, const ObjectName&) {
  std::vector<ObjectName> pending;
  {
    std::lock_guard lock(mutex_);
    pending.assign(pending_.begin(), pending_.end());
  }
  if (pending.empty()) return std::optional<Nanos>();
  std::vector<Value> nodes = context.mirror(kNodes).list();
  for (const auto& key : pending) {
    auto pod = context.mirror(kPods).get(key);
    if (!pod || !wantsNode(*pod)) continue;
    TRY_VOID(place(context, *pod, nodes));
  }
  return std::optional<Nanos>();
}

std::string Scheduler::refusal(const Value& pod, const Amounts& wanted, const Value& node) const {
  const Value& spec = pod.get("spec");
  if (node.get("spec", "unschedulable").asBool()) return "node(s) were unschedulable";
  if (std::string taint = untoleratedTaint(spec, node); !taint.empty())
    return "node(s) had untolerated taint " + taint;
  if (!nodeReady(node)) return "node(s) were not ready";
  if (!affinityAdmits(spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  Amounts all = allocatableOf(node);
  Amounts used;
  {
    std::lock_guard lock(mutex_);
    if (auto it = used_.find(kube::name(node)); it != used_.end()) used = it->second;
  }
  if (used.pods + 1 > all.pods) return "Too many pods";
  if (wanted.milliCpu > 0 && used.milliCpu + wanted.milliCpu > all.milliCpu) return "Insufficient cpu";
  if (wanted.memory > 0 && used.memory + wanted.memory > all.memory) return "Insufficient memory";
  return {};
}

bool Scheduler::podAffinityHolds(const Context& context, const Value& pod, const Value& node) const {
  auto holds = [&](const Value& term) {
    const auto& key = term.get("topologyKey").asString();
    const Value& place = node.get("metadata", "labels").get(key);
    auto selector = kube::LabelSelector::fromObject(term.get("labelSelector"));
    if (!selector || place.isNull()) return false;
    for (const auto& other : context.mirror(kPods).list(kube::namespaceOf(pod))) {
      const auto& on = other.get("spec", "nodeName").asString();
      if (on.empty() || !podActive(other) || !selector->matches(other.get("metadata", "labels"))) continue;
      if (on == kube::name(node)) return true;
      auto there = context.mirror(kNodes).get({"", on});
      if (there && there->get("metadata", "labels").get(key) == place) return true;
    }
    return false;
  };
  const Value& affinity = pod.get("spec", "affinity");
  for (const auto& term :
       affinity.get("podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution").elements()) {
    if (holds(term)) return false;
  }
  for (const auto& term :
       affinity.get("podAffinity", "requiredDuringSchedulingIgnoredDuringExecution").elements()) {
    auto selector = kube::LabelSelector::fromObject(term.get("labelSelector"));
    bool self =
        selector && selector->matches(pod.get("metadata", "labels"));  // the first of its kind goes anywhere
    bool anyone = false;
    for (const auto& other : context.mirror(kPods).list(kube::namespaceOf(pod))) {
      anyone = anyone || (!other.get("spec", "nodeName").asString().empty() && selector &&
                          selector->matches(other.get("metadata", "labels")));
    }
    if (!holds(term) && (anyone || !self)) return false;
  }
  return true;
}

Status Scheduler::place(Context& context, const Value& pod, const std::vector<Value>& nodes) {
  Amounts wanted = requestsOf(pod.get("spec"));
  std::map<std::string, int> reasons;
  const Value* best = nullptr;
  double bestFullness = 0;
  std::size_t fitting = 0;
  std::size_t looked = 0;
  for (; looked < nodes.size() && fitting < kEnough; ++looked) {
    const Value& node = nodes[(start_ + looked) % nodes.size()];
    std::string why = refusal(pod, wanted, node);
    if (why.empty() && !podAffinityHolds(context, pod, node))
      why = "node(s) didn't match pod affinity/anti-affinity rules";
    if (!why.empty()) {
      ++reasons[why];
      continue;
    }
    ++fitting;
    Amounts used;
    {
      std::lock_guard lock(mutex_);
      if (auto it = used_.find(kube::name(node)); it != used_.end()) used = it->second;
    }
    used += wanted;
    double full = fullness(used, allocatableOf(node));
    if (best == nullptr || full < bestFullness) {
      best = &node;
      bestFullness = full;
    }
  }
  if (!nodes.empty()) start_ = (start_ + looked) % nodes.size();
  if (best == nullptr) return sayUnschedulable(context, pod, nodes.size(), reasons);
  Value binding = Value::object(
      {{"apiVersion", "v1"},
       {"kind", "Binding"},
       {"metadata",
        Value::object(
            {{"name", kube::name(pod)}, {"namespace", kube::namespaceOf(pod)}, {"uid", kube::uid(pod)}})},
       {"target", Value::object({{"apiVersion", "v1"}, {"kind", "Node"}, {"name", kube::name(*best)}})}});
  kube::WriteOptions how;
  how.subresource = "binding";
  auto bound = context.client.create(kPods, kube::namespaceOf(pod), binding, how);
  if (!bound) {
    bool settled = bound.error().code() == ErrorCode::NotFound || bound.error().code() == ErrorCode::Conflict;
    return settled ? Status{} : fail(bound.error());
  }
  ObjectName key = kube::nameOf(pod);
  {
    std::lock_guard lock(mutex_);  // the mirror will hear of it; until then it is counted already
    if (counted_.emplace(key, std::pair{kube::name(*best), wanted}).second)
      used_[kube::name(*best)] += wanted;
    pending_.erase(key);
  }
  context.event(pod, "Normal", "Scheduled",
                "Successfully assigned " + key.ns + "/" + key.name + " to " + kube::name(*best), name());
  return {};
}

Status Scheduler::sayUnschedulable(Context& context, const Value& pod, std::size_t nodes,
                                   const std::map<std::string, int>& reasons) {
  std::string message = "0/" + std::to_string(nodes) + " nodes are available";
  std::string list;
  for (const auto& [reason, count] : reasons)
    list += (list.empty() ? ": " : ", ") + std::to_string(count) + " " + reason;
  message += list + ".";
  Value next = pod;
  if (!setCondition(next["status"], "PodScheduled", "False", "Unschedulable", message, context.nowText()))
    return {};
  auto written = context.updateStatus(kPods, next);
  if (!written && written.error().code() != ErrorCode::NotFound) return fail(written.error());
  context.event(pod, "Warning", "FailedScheduling", message, name());
  return {};
}

}  // namespace puppis::nodes
