// SPDX-License-Identifier: Apache-2.0
#include "nodes/daemon_set.h"

#include <algorithm>
#include <map>

#include "kube/object.h"
#include "nodes/placement.h"
#include "nodes/pod_state.h"
#include "nodes/revisions.h"

namespace puppis::nodes {
namespace {

/// Tolerations that every pod of a DaemonSet gets: its nodes may be in any state.
Value tolerationsFor(const Value& podSpec) {
  Value out = podSpec.get("tolerations");
  auto add = [&](const char* key, const char* effect) {
    out.push(Value::object({{"key", key}, {"operator", "Exists"}, {"effect", effect}}));
  };
  add("node.kubernetes.io/not-ready", "NoExecute");
  add("node.kubernetes.io/unreachable", "NoExecute");
  for (auto key : {"disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"}) {
    add((std::string("node.kubernetes.io/") + key).c_str(), "NoSchedule");
  }
  if (podSpec.get("hostNetwork").asBool()) add("node.kubernetes.io/network-unavailable", "NoSchedule");
  return out;
}

/// The node that a pod of a DaemonSet is meant for.
std::string nodeOf(const Value& pod) {
  if (const auto& bound = pod.get("spec", "nodeName").asString(); !bound.empty()) return bound;
  const Value& required =
      pod.get("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  for (const auto& term : required.get("nodeSelectorTerms").elements()) {
    for (const auto& field : term.get("matchFields").elements()) {
      if (field.get("key").asString() == "metadata.name") return field.get("values").at(0).asString();
    }
  }
  return {};
}

class Pass {
 public:
  Pass(Context& context, const Value& set, std::string_view component)
      : context_(context), set_(set), component_(component) {}

  Result<std::optional<Nanos>> run() {
    TRY(Value revision, currentRevision(context_, set_));
    hash_ = kube::label(revision, kRevisionHash).value_or("");
    for (const auto& pod : context_.owned(kPods, kube::uid(set_))) pods_[nodeOf(pod)].push_back(pod);
    probe_ = set_.get("spec", "template", "spec");
    probe_.set("tolerations", tolerationsFor(probe_));
    for (const auto& node : context_.mirror(kNodes).list()) {
      if (affinityAdmits(probe_, node) && untoleratedTaint(probe_, node).empty() && !kube::beingDeleted(node))
        wanted_.push_back(kube::name(node));
    }
    if (!kube::beingDeleted(set_)) {
      TRY_VOID(place());
      TRY_VOID(roll());
    }
    TRY_VOID(writeStatus());
    TRY_VOID(dropOldRevisions(context_, set_, {kube::name(revision)}));
    return wait_;
  }

 private:
  [[nodiscard]] bool isWanted(const std::string& node) const {
    return std::find(wanted_.begin(), wanted_.end(), node) != wanted_.end();
  }

  Status place() {
    for (auto& [node, pods] : pods_) {
      for (const auto& pod : pods) {
        bool surplus = !isWanted(node) || (&pod != &pods.front() && podActive(pods.front()));
        if (podEnded(pod) || (surplus && !kube::beingDeleted(pod))) TRY_VOID(context_.remove(kPods, pod));
      }
    }
    for (const auto& node : wanted_) {
      auto found = pods_.find(node);
      bool there = found != pods_.end() && std::any_of(found->second.begin(), found->second.end(),
                                                       [](const Value& pod) { return !podEnded(pod); });
      if (!there) TRY_VOID(create(node));
    }
    return {};
  }

  Status create(const std::string& node) {
    Value pod = podFromTemplate(set_.get("spec", "template"), set_);
    pod["metadata"].set("generateName", kube::name(set_) + "-");
    kube::setLabel(pod, kRevisionHash, hash_);
    kube::setLabel(pod, "pod-template-generation",
                   kube::annotation(set_, "deprecated.daemonset.template.generation").value_or("1"));
    pod["spec"].set("tolerations", probe_.get("tolerations"));
    Value field =
        Value::object({{"key", "metadata.name"}, {"operator", "In"}, {"values", Value::array({node})}});
    Value term = Value::object({{"matchFields", Value::array({field})}});
    pod["spec"]["affinity"]["nodeAffinity"].set("requiredDuringSchedulingIgnoredDuringExecution",
                                                Value::object({{"nodeSelectorTerms", Value::array({term})}}));
    TRY(Value made, context_.create(kPods, pod));
    context_.event(set_, "Normal", "SuccessfulCreate", "Created pod: " + kube::name(made), component_);
    pods_[node].push_back(made);
    return {};
  }

  Status roll() {
    const Value& strategy = set_.get("spec", "updateStrategy");
    if (strategy.get("type").asString() == "OnDelete") return {};
    auto total = static_cast<std::int64_t>(wanted_.size());
    std::int64_t budget = resolveIntOrPercent(strategy.get("rollingUpdate", "maxUnavailable"), total, true);
    budget = std::max<std::int64_t>(budget, 1);
    std::vector<Value> outdated;
    for (const auto& node : wanted_) {
      bool available = false;
      for (const auto& pod : pods_[node]) {
        available =
            available || (podActive(pod) && podAvailable(pod, minReady(), context_.clock.now(), wait_));
        if (podActive(pod) && kube::label(pod, kRevisionHash) != hash_) outdated.push_back(pod);
      }
      if (!available) --budget;
    }
    for (const auto& pod : outdated) {  // what does not run anyway costs no availability
      if (!podReady(pod)) TRY_VOID(context_.remove(kPods, pod));
    }
    for (const auto& pod : outdated) {
      if (budget <= 0) break;
      if (!podReady(pod)) continue;
      TRY_VOID(context_.remove(kPods, pod));
      context_.event(set_, "Normal", "SuccessfulDelete", "Deleted pod: " + kube::name(pod), component_);
      --budget;
    }
    return {};
  }

  [[nodiscard]] std::int64_t minReady() const { return set_.get("spec", "minReadySeconds").asInt(); }

  Status writeStatus() {
    std::int64_t current = 0, misplaced = 0, ready = 0, updated = 0, available = 0;
    for (const auto& [node, pods] : pods_) {
      const Value* live = nullptr;
      for (const auto& pod : pods) {
        if (podActive(pod)) live = &pod;
      }
      if (live == nullptr) continue;
      if (!isWanted(node)) {
        ++misplaced;
        continue;
      }
      ++current;
      if (kube::label(*live, kRevisionHash) == hash_) ++updated;
      if (podReady(*live)) ++ready;
      if (podAvailable(*live, minReady(), context_.clock.now(), wait_)) ++available;
    }
    auto desired = static_cast<std::int64_t>(wanted_.size());
    Value next = set_;
    Value& status = next["status"];
    auto put = [&](const char* field, std::int64_t value, bool always = false) {
      if (value != 0 || always)
        status.set(field, value);
      else
        status.erase(field);
    };
    put("currentNumberScheduled", current, true);
    put("numberMisscheduled", misplaced, true);
    put("desiredNumberScheduled", desired, true);
    put("numberReady", ready, true);
    put("observedGeneration", kube::generation(set_));
    put("updatedNumberScheduled", updated);
    put("numberAvailable", available);
    put("numberUnavailable", desired - available);
    if (status == set_.get("status")) return {};
    TRY_VOID(context_.updateStatus(kDaemonSets, next));
    return {};
  }

  Context& context_;
  const Value& set_;
  std::string_view component_;
  std::string hash_;
  Value probe_;  ///< the pod spec with all its tolerations
  std::map<std::string, std::vector<Value>> pods_;
  std::vector<std::string> wanted_;
  std::optional<Nanos> wait_;
};

}  // namespace

void DaemonSetController::attach(Context& context) {
  context.watch(kDaemonSets, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(kPods, [&context, this](const kube::Change& change) {
    context.enqueueOwners(name(), "DaemonSet", change);
  });
  context.watch(kControllerRevisions);
  context.watch(kNodes, [&context, this](const kube::Change& change) {
    bool matters = !change.before || !change.after ||
                   change.before->get("metadata", "labels") != change.after->get("metadata", "labels") ||
                   change.before->get("spec") != change.after->get("spec");
    if (!matters) return;
    for (const auto& set : context.mirror(kDaemonSets).list()) context.enqueue(name(), kube::nameOf(set));
  });
}

Result<std::optional<Nanos>> DaemonSetController::reconcile(Context& context, const ObjectName& key) {
  auto set = context.mirror(kDaemonSets).get(key);
  if (!set) return std::optional<Nanos>();
  return Pass(context, *set, name()).run();
}

}  // namespace puppis::nodes
