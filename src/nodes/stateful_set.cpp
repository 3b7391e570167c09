// SPDX-License-Identifier: Apache-2.0
#include "nodes/stateful_set.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "kube/object.h"
#include "nodes/pod_state.h"
#include "nodes/revisions.h"

namespace puppis::nodes {
namespace {

constexpr const char* kPodName = "statefulset.kubernetes.io/pod-name";
constexpr const char* kPodIndex = "apps.kubernetes.io/pod-index";

std::int64_t ordinalOf(const Value& set, const Value& pod) {
  const std::string& name = kube::name(pod);
  std::string prefix = kube::name(set) + "-";
  if (name.rfind(prefix, 0) != 0) return -1;
  char* end = nullptr;
  std::int64_t ordinal = std::strtoll(name.c_str() + prefix.size(), &end, 10);
  return *end == '\0' ? ordinal : -1;
}

/// One pass over a StatefulSet.
class Pass {
 public:
  Pass(Context& context, const Value& set, std::string_view component)
      : context_(context), set_(set), component_(component) {}

  Result<std::optional<Nanos>> run() {
    TRY(Value update, currentRevision(context_, set_));
    update_ = kube::name(update);
    current_ = set_.get("status", "currentRevision").asString();
    if (current_.empty()) current_ = update_;
    start_ = set_.get("spec", "ordinals", "start").asInt();
    replicas_ = set_.get("spec", "replicas").asInt();
    ordered_ = set_.get("spec", "podManagementPolicy").asString() != "Parallel";
    for (const auto& pod : context_.owned(kPods, kube::uid(set_))) {
      if (std::int64_t ordinal = ordinalOf(set_, pod); ordinal >= 0) pods_[ordinal] = pod;
    }
    if (!kube::beingDeleted(set_)) TRY_VOID(act());
    TRY_VOID(writeStatus());
    TRY_VOID(dropOldRevisions(context_, set_, {current_, update_}));
    return wait_;
  }

 private:
  [[nodiscard]] bool healthy(const Value& pod) {
    return !kube::beingDeleted(pod) && podReady(pod) &&
           podAvailable(pod, set_.get("spec", "minReadySeconds").asInt(), context_.clock.now(), wait_);
  }

  Status act() {
    for (std::int64_t i = start_; i < start_ + replicas_; ++i) {  // fill the row from the left
      auto found = pods_.find(i);
      if (found != pods_.end() && podEnded(found->second) && !kube::beingDeleted(found->second)) {
        TRY_VOID(context_.remove(kPods, found->second));
        if (ordered_) return {};
        continue;
      }
      if (found == pods_.end()) TRY_VOID(create(i));
      if (ordered_ && !healthy(pods_[i])) return {};
    }
    for (auto it = pods_.rbegin(); it != pods_.rend(); ++it) {  // give up the surplus from the right
      bool surplus = it->first >= start_ + replicas_ || it->first < start_;
      if (!surplus) continue;
      if (!kube::beingDeleted(it->second)) {
        TRY_VOID(context_.remove(kPods, it->second));
        context_.event(
            set_, "Normal", "SuccessfulDelete",
            "delete Pod " + kube::name(it->second) + " in StatefulSet " + kube::name(set_) + " successful",
            component_);
      }
      if (ordered_) return {};
    }
    return roll();
  }

  /// Replaces pods of another revision, one at a time, from the right, down to the partition.
  Status roll() {
    const Value& strategy = set_.get("spec", "updateStrategy");
    if (strategy.get("type").asString() == "OnDelete") return {};
    std::int64_t partition = strategy.get("rollingUpdate", "partition").asInt();
    for (auto it = pods_.rbegin(); it != pods_.rend(); ++it) {
      if (it->first < std::max(start_, partition)) break;
      const Value& pod = it->second;
      if (kube::label(pod, kRevisionHash) != update_ && !kube::beingDeleted(pod))
        return context_.remove(kPods, pod);
      if (!healthy(pod)) return {};
    }
    return {};
  }

  Status create(std::int64_t ordinal) {
    std::int64_t partition = set_.get("spec", "updateStrategy", "rollingUpdate", "partition").asInt();
    bool old = current_ != update_ && ordinal - start_ < partition;
    Value tmpl = set_.get("spec", "template");
    if (old) {
      auto revision = context_.mirror(kControllerRevisions).get({kube::namespaceOf(set_), current_});
      if (revision) tmpl = revision->get("data", "spec", "template");
      tmpl.erase("$patch");
    }
    Value pod = podFromTemplate(tmpl, set_);
    std::string name = kube::name(set_) + "-" + std::to_string(ordinal);
    pod["metadata"].set("name", name);
    kube::setLabel(pod, kRevisionHash, old ? current_ : update_);
    kube::setLabel(pod, kPodName, name);
    kube::setLabel(pod, kPodIndex, std::to_string(ordinal));
    pod["spec"].set("hostname", name);
    if (const auto& service = set_.get("spec", "serviceName").asString(); !service.empty())
      pod["spec"].set("subdomain", service);
    TRY_VOID(claims(pod, ordinal));
    TRY(pods_[ordinal], context_.create(kPods, pod));
    context_.event(set_, "Normal", "SuccessfulCreate",
                   "create Pod " + name + " in StatefulSet " + kube::name(set_) + " successful", component_);
    return {};
  }

  /// Makes the claims of one pod, and mounts them in place of volumes of the same name.
  Status claims(Value& pod, std::int64_t ordinal) {
    for (const auto& tmpl : set_.get("spec", "volumeClaimTemplates").elements()) {
      const std::string& volume = tmpl.get("metadata", "name").asString();
      std::string name = volume + "-" + kube::name(set_) + "-" + std::to_string(ordinal);
      Value& volumes = pod["spec"]["volumes"];
      for (std::size_t i = 0; i < volumes.size();) {
        if (volumes.at(i).get("name").asString() == volume)
          volumes.eraseAt(i);
        else
          ++i;
      }
      volumes.push(
          Value::object({{"name", volume}, {"persistentVolumeClaim", Value::object({{"claimName", name}})}}));
      if (context_.mirror(kClaims).get({kube::namespaceOf(set_), name})) continue;
      Value claim = tmpl;
      claim.set("apiVersion", "v1");
      claim.set("kind", "PersistentVolumeClaim");
      claim.erase("status");
      claim["metadata"].set("name", name);
      claim["metadata"].set("namespace", kube::namespaceOf(set_));
      for (const auto& label : set_.get("spec", "selector", "matchLabels").members()) {
        kube::setLabel(claim, label.key.str(), label.value.asString());
      }
      auto made = context_.create(kClaims, claim);
      if (!made && made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
    }
    return {};
  }

  Status writeStatus() {
    std::int64_t replicas = 0, ready = 0, available = 0, current = 0, updated = 0;
    for (const auto& [ordinal, pod] : pods_) {
      ++replicas;
      if (kube::beingDeleted(pod)) continue;
      if (podReady(pod)) ++ready;
      if (healthy(pod)) ++available;
      if (kube::label(pod, kRevisionHash) == current_) ++current;
      if (kube::label(pod, kRevisionHash) == update_) ++updated;
    }
    bool done = updated == replicas_ && ready == replicas_ && replicas == replicas_;
    if (done && set_.get("spec", "updateStrategy", "type").asString() != "OnDelete") {
      current_ = update_;
      current = updated;
    }
    Value next = set_;
    Value& status = next["status"];
    auto put = [&](const char* field, std::int64_t value, bool always) {
      if (value != 0 || always)
        status.set(field, value);
      else
        status.erase(field);
    };
    put("observedGeneration", kube::generation(set_), false);
    put("replicas", replicas, true);
    put("readyReplicas", ready, false);
    put("currentReplicas", current, false);
    put("updatedReplicas", updated, false);
    put("availableReplicas", available, true);
    put("collisionCount", status.get("collisionCount").asInt(), true);
    status.set("currentRevision", current_);
    status.set("updateRevision", update_);
    if (status == set_.get("status")) return {};
    TRY_VOID(context_.updateStatus(kStatefulSets, next));
    return {};
  }

  Context& context_;
  const Value& set_;
  std::string_view component_;
  std::map<std::int64_t, Value> pods_;
  std::string current_, update_;
  std::int64_t start_ = 0, replicas_ = 0;
  bool ordered_ = true;
  std::optional<Nanos> wait_;
};

}  // namespace

void StatefulSetController::attach(Context& context) {
  context.watch(kStatefulSets, [&context, this](const kube::Change& change) {
    context.enqueue(name(), kube::nameOf(change.object()));
  });
  context.watch(kPods, [&context, this](const kube::Change& change) {
    context.enqueueOwners(name(), "StatefulSet", change);
  });
  context.watch(kControllerRevisions);
  context.watch(kClaims);
}

Result<std::optional<Nanos>> StatefulSetController::reconcile(Context& context, const ObjectName& key) {
  auto set = context.mirror(kStatefulSets).get(key);
  if (!set) return std::optional<Nanos>();
  return Pass(context, *set, name()).run();
}

}  // namespace puppis::nodes
