// SPDX-License-Identifier: Apache-2.0
#include "nodes/rollout.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/strings.h"
#include "data/json.h"
#include "kube/object.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

std::int64_t specReplicas(const Value& set) {
  return set.get("spec", "replicas").asInt();
}

std::int64_t revisionOf(const Value& object) {
  return std::strtoll(kube::annotation(object, kRevision).value_or("0").c_str(), nullptr, 10);
}

/// Annotations of a Deployment that its ReplicaSets do not take over.
bool ownAnnotation(const std::string& key) {
  static const std::set<std::string> kOwn = {"kubectl.kubernetes.io/last-applied-configuration",
                                             kRevision,
                                             kRevisionHistory,
                                             kDesiredReplicas,
                                             kMaxReplicas,
                                             "deprecated.deployment.rollback.to"};
  return kOwn.contains(key);
}

bool older(const Value& a, const Value& b) {
  const auto& left = a.get("metadata", "creationTimestamp").asString();
  const auto& right = b.get("metadata", "creationTimestamp").asString();
  return left != right ? left < right : revisionOf(a) < revisionOf(b);
}

}  // namespace

Rollout::Rollout(Context& context, Value deployment, std::string_view component)
    : context_(context), deployment_(std::move(deployment)), component_(component) {}

Result<std::optional<Nanos>> Rollout::run() {
  std::optional<Nanos> wait;
  TRY_VOID(findSets());
  if (kube::beingDeleted(deployment_)) {
    TRY_VOID(writeStatus(wait));
    return wait;
  }
  bool changed = false;
  if (deployment_.get("spec", "paused").asBool() || scalingEvent()) {
    if (newSet_) TRY_VOID(adoptNewSet());
    TRY_VOID(proportional(changed));
  } else if (rolling()) {
    TRY_VOID(makeNewSet());
    TRY_VOID(rollingUpdate(changed));
  } else {
    TRY_VOID(recreate(changed));
  }
  if (newSet_ && complete(deployment_.get("status"))) TRY_VOID(dropOldSets());
  TRY_VOID(writeStatus(wait));
  return wait;
}

Status Rollout::findSets() {
  std::vector<Value> sets = context_.owned(kReplicaSets, kube::uid(deployment_));
  std::sort(sets.begin(), sets.end(), older);
  const Value& tmpl = deployment_.get("spec", "template");
  for (auto& set : sets) {
    if (!newSet_ && sameTemplate(set.get("spec", "template"), tmpl, kTemplateHash))
      newSet_ = set;
    else
      oldSets_.push_back(set);
  }
  return {};
}

std::string Rollout::nextRevision() const {
  std::int64_t highest = 0;
  for (const auto& set : oldSets_) highest = std::max(highest, revisionOf(set));
  return std::to_string(highest + 1);
}

bool Rollout::rolling() const {
  return deployment_.get("spec", "strategy", "type").asString() != "Recreate";
}

std::int64_t Rollout::maxSurge() const {
  return rolling() ? resolveIntOrPercent(deployment_.get("spec", "strategy", "rollingUpdate", "maxSurge"),
                                         desired(), true)
                   : 0;
}

std::int64_t Rollout::maxUnavailable() const {
  if (!rolling() || desired() == 0) return 0;
  std::int64_t most = resolveIntOrPercent(
      deployment_.get("spec", "strategy", "rollingUpdate", "maxUnavailable"), desired(), false);
  if (most == 0 && maxSurge() == 0) most = 1;  // both rounded to nothing: something must give
  return std::min(most, desired());
}

bool Rollout::scalingEvent() const {
  auto differs = [&](const Value& set) {
    if (specReplicas(set) == 0) return false;
    auto noted = kube::annotation(set, kDesiredReplicas);
    return noted && *noted != std::to_string(desired());
  };
  return (newSet_ && differs(*newSet_)) || std::any_of(oldSets_.begin(), oldSets_.end(), differs);
}

void Rollout::event(const char* reason, const std::string& message) {
  context_.event(deployment_, "Normal", reason, message, component_);
}

Status Rollout::annotateDeployment(const std::string& revision) {
  if (kube::annotation(deployment_, kRevision) == revision) return {};
  Value body =
      Value::object({{"metadata", Value::object({{"annotations", Value::object({{kRevision, revision}})}})}});
  TRY(deployment_, context_.patch(kDeployments, kube::nameOf(deployment_), body));
  return {};
}

/// The new set was there before (a rollback, or just another pass): its notes are brought up to date.
Status Rollout::adoptNewSet() {
  Value& set = *newSet_;
  std::string revision = nextRevision();
  Value notes = Value::object();
  std::string had = kube::annotation(set, kRevision).value_or("0");
  if (std::strtoll(had.c_str(), nullptr, 10) < std::strtoll(revision.c_str(), nullptr, 10)) {
    notes.set(kRevision, revision);
    std::string history = kube::annotation(set, kRevisionHistory).value_or("");
    if (had != "0") notes.set(kRevisionHistory, history.empty() ? had : history + "," + had);
  } else {
    revision = had;
  }
  for (const auto& member : deployment_.get("metadata", "annotations").members()) {
    if (!ownAnnotation(member.key.str()) &&
        set.get("metadata", "annotations", member.key.str()) != member.value) {
      notes.set(member.key.str(), member.value);
    }
  }
  bool ready =
      set.get("spec", "minReadySeconds").asInt() == deployment_.get("spec", "minReadySeconds").asInt();
  if (!notes.empty() || !ready) {
    Value body = Value::object();
    if (!notes.empty()) body["metadata"].set("annotations", notes);
    if (!ready) body["spec"].set("minReadySeconds", deployment_.get("spec", "minReadySeconds").asInt());
    TRY(set, context_.patch(kReplicaSets, kube::nameOf(set), body));
  }
  if (condition(deployment_, "Progressing").isNull()) reason_ = "FoundNewReplicaSet";
  return annotateDeployment(revision);
}

Status Rollout::makeNewSet() {
  if (newSet_) return adoptNewSet();
  Value tmpl = deployment_.get("spec", "template");
  std::string salt = std::to_string(deployment_.get("status", "collisionCount").asInt());
  std::string hash = shortHash(data::toJson(tmpl, {.sortKeys = true}) + salt);
  tmpl["metadata"]["labels"].set(kTemplateHash, hash);
  Value selector = deployment_.get("spec", "selector");
  selector["matchLabels"].set(kTemplateHash, hash);
  std::string revision = nextRevision();

  std::int64_t others = 0;
  for (const auto& set : oldSets_) others += specReplicas(set);
  std::int64_t replicas = desired();
  if (rolling()) replicas = std::clamp(desired() + maxSurge() - others, std::int64_t{0}, desired());

  Value annotations = Value::object();
  for (const auto& member : deployment_.get("metadata", "annotations").members()) {
    if (!ownAnnotation(member.key.str())) annotations.set(member.key.str(), member.value);
  }
  annotations.set(kRevision, revision);
  annotations.set(kDesiredReplicas, std::to_string(desired()));
  annotations.set(kMaxReplicas, std::to_string(desired() + maxSurge()));
  Value metadata = Value::object({{"name", kube::name(deployment_) + "-" + hash},
                                  {"namespace", kube::namespaceOf(deployment_)},
                                  {"labels", tmpl.get("metadata", "labels")},
                                  {"annotations", annotations},
                                  {"ownerReferences", Value::array({kube::ownerReferenceTo(deployment_)})}});
  Value spec = Value::object({{"replicas", replicas}, {"selector", selector}, {"template", tmpl}});
  if (auto least = deployment_.get("spec", "minReadySeconds").asInt(); least != 0)
    spec.set("minReadySeconds", least);
  auto made = context_.create(
      kReplicaSets,
      Value::object(
          {{"apiVersion", "apps/v1"}, {"kind", "ReplicaSet"}, {"metadata", metadata}, {"spec", spec}}));
  if (!made) {
    if (made.error().code() != ErrorCode::AlreadyExists) return fail(made.error());
    // the hash meant another template: count the collision, and another hash comes of it
    Value next = deployment_;
    next["status"].set("collisionCount", deployment_.get("status", "collisionCount").asInt() + 1);
    TRY_VOID(context_.updateStatus(kDeployments, next));
    return fail(ErrorCode::Conflict,
                "another ReplicaSet has the name " + kube::name(deployment_) + "-" + hash);
  }
  newSet_ = std::move(*made);
  if (replicas > 0) {
    event("ScalingReplicaSet",
          "Scaled up replica set " + kube::name(*newSet_) + " from 0 to " + std::to_string(replicas));
  }
  reason_ = "NewReplicaSetCreated";
  return annotateDeployment(revision);
}

Status Rollout::scaleTo(Value& set, std::int64_t replicas, bool& changed) {
  std::string wanted = std::to_string(desired());
  std::string most = std::to_string(desired() + maxSurge());
  bool noted =
      kube::annotation(set, kDesiredReplicas) == wanted && kube::annotation(set, kMaxReplicas) == most;
  std::int64_t before = specReplicas(set);
  if (before == replicas && noted) return {};
  Value notes = Value::object({{kDesiredReplicas, wanted}, {kMaxReplicas, most}});
  Value body = Value::object({{"metadata", Value::object({{"annotations", notes}})}});
  if (before != replicas) body.set("spec", Value::object({{"replicas", replicas}}));
  TRY(set, context_.patch(kReplicaSets, kube::nameOf(set), body));
  if (before == replicas) return {};
  changed = true;
  event("ScalingReplicaSet", "Scaled " + std::string(replicas > before ? "up" : "down") + " replica set " +
                                 kube::name(set) + " from " + std::to_string(before) + " to " +
                                 std::to_string(replicas));
  return {};
}

Status Rollout::rollingUpdate(bool& changed) {
  std::int64_t total = specReplicas(*newSet_);
  for (const auto& set : oldSets_) total += specReplicas(set);
  std::int64_t current = specReplicas(*newSet_);
  std::int64_t wanted = current;
  if (current > desired()) {
    wanted = desired();
  } else if (current < desired()) {
    wanted = current + std::clamp(desired() + maxSurge() - total, std::int64_t{0}, desired() - current);
  }
  bool scaledUp = false;
  TRY_VOID(scaleTo(*newSet_, wanted, scaledUp));
  changed = changed || scaledUp;
  if (!scaledUp) TRY_VOID(scaleDownOld(changed));
  return {};
}

/// Old sets give up first what is not healthy anyway, then as much as availability allows.
Status Rollout::scaleDownOld(bool& changed) {
  std::int64_t oldPods = 0;
  for (const auto& set : oldSets_) oldPods += specReplicas(set);
  if (oldPods == 0) return {};
  std::int64_t all = oldPods + specReplicas(*newSet_);
  std::int64_t least = desired() - maxUnavailable();
  std::int64_t newUnavailable = specReplicas(*newSet_) - newSet_->get("status", "availableReplicas").asInt();
  std::int64_t most = all - least - newUnavailable;
  if (most <= 0) return {};
  std::int64_t cleaned = 0;
  for (auto& set : oldSets_) {
    std::int64_t unhealthy = specReplicas(set) - set.get("status", "availableReplicas").asInt();
    std::int64_t take = std::min(most - cleaned, unhealthy);
    if (specReplicas(set) == 0 || take <= 0) continue;
    TRY_VOID(scaleTo(set, specReplicas(set) - take, changed));
    cleaned += take;
  }
  std::int64_t available = newSet_->get("status", "availableReplicas").asInt();
  for (const auto& set : oldSets_)
    available += std::min(set.get("status", "availableReplicas").asInt(), specReplicas(set));
  std::int64_t left = available - least;
  for (auto& set : oldSets_) {
    std::int64_t take = std::min(left, specReplicas(set));
    if (take <= 0) continue;
    TRY_VOID(scaleTo(set, specReplicas(set) - take, changed));
    left -= take;
  }
  return {};
}

Status Rollout::recreate(bool& changed) {
  bool busy = false;
  for (auto& set : oldSets_) {
    if (specReplicas(set) > 0) {
      TRY_VOID(scaleTo(set, 0, changed));
      busy = true;
    }
    for (const auto& pod : context_.owned(kPods, kube::uid(set))) busy = busy || !podEnded(pod);
  }
  if (busy) return {};
  TRY_VOID(makeNewSet());
  return scaleTo(*newSet_, desired(), changed);
}

/// The Deployment was scaled (or is paused): every active set changes in proportion to its share.
Status Rollout::proportional(bool& changed) {
  std::vector<Value*> active;
  if (newSet_ && specReplicas(*newSet_) > 0) active.push_back(&*newSet_);
  for (auto& set : oldSets_) {
    if (specReplicas(set) > 0) active.push_back(&set);
  }
  if (active.empty()) return newSet_ ? scaleTo(*newSet_, desired(), changed) : Status{};
  if (active.size() == 1) return scaleTo(*active[0], desired(), changed);
  if (newSet_ && newSet_->get("status", "availableReplicas").asInt() >= desired() &&
      specReplicas(*newSet_) == desired()) {
    for (auto& set : oldSets_) TRY_VOID(scaleTo(set, 0, changed));
    return {};
  }
  if (!rolling()) return {};
  std::int64_t total = 0;
  for (auto* set : active) total += specReplicas(*set);
  std::int64_t allowed = desired() > 0 ? desired() + maxSurge() : 0;
  std::int64_t left = allowed - total;
  std::stable_sort(active.begin(), active.end(),
                   [](const Value* a, const Value* b) { return specReplicas(*a) > specReplicas(*b); });
  for (std::size_t i = 0; i < active.size(); ++i) {
    Value& set = *active[i];
    std::int64_t before =
        std::strtoll(kube::annotation(set, kMaxReplicas).value_or("0").c_str(), nullptr, 10);
    if (before <= 0) before = total;
    double share =
        static_cast<double>(specReplicas(set)) * static_cast<double>(allowed) / static_cast<double>(before);
    std::int64_t part = static_cast<std::int64_t>(share + 0.5) - specReplicas(set);
    part = left >= 0 ? std::clamp(part, std::int64_t{0}, left) : std::clamp(part, left, std::int64_t{0});
    if (i == 0 && active.size() > 1) {  // the largest takes what rounding leaves over, in the end
      std::int64_t rest = left;
      for (std::size_t j = 1; j < active.size(); ++j) {
        double other = static_cast<double>(specReplicas(*active[j])) * static_cast<double>(allowed) /
                       static_cast<double>(before);
        rest -= static_cast<std::int64_t>(other + 0.5) - specReplicas(*active[j]);
      }
      part = left >= 0 ? std::clamp(rest, std::int64_t{0}, left) : std::clamp(rest, left, std::int64_t{0});
    }
    left -= part;
    TRY_VOID(scaleTo(set, std::max<std::int64_t>(0, specReplicas(set) + part), changed));
  }
  return {};
}

Status Rollout::dropOldSets() {
  const Value& limit = deployment_.get("spec", "revisionHistoryLimit");
  if (!limit.isInt()) return {};
  std::vector<Value> idle;
  for (const auto& set : oldSets_) {
    bool empty =
        specReplicas(set) == 0 && set.get("status", "replicas").asInt() == 0 && !kube::beingDeleted(set);
    if (empty && set.get("status", "observedGeneration").asInt() >= kube::generation(set))
      idle.push_back(set);
  }
  std::int64_t over = static_cast<std::int64_t>(idle.size()) - limit.asInt();
  std::sort(idle.begin(), idle.end(),
            [](const Value& a, const Value& b) { return revisionOf(a) < revisionOf(b); });
  for (std::int64_t i = 0; i < over; ++i)
    TRY_VOID(context_.remove(kReplicaSets, idle[static_cast<std::size_t>(i)]));
  return {};
}

}  // namespace puppis::nodes
