// SPDX-License-Identifier: Apache-2.0
#include "deliver/plan.h"

#include <algorithm>
#include <array>
#include <set>

#include "deliver/merge.h"
#include "kube/object.h"

namespace puppis::deliver {

using data::Value;

namespace {

struct KindRank {
  std::string_view kind;
  int rank;
};

constexpr int kUsualRank = 5;
constexpr std::array kRanks = {
    KindRank{"Namespace", 0},
    KindRank{"CustomResourceDefinition", 0},
    KindRank{"PriorityClass", 0},
    KindRank{"StorageClass", 0},
    KindRank{"IngressClass", 0},
    KindRank{"ServiceAccount", 1},
    KindRank{"Secret", 1},
    KindRank{"ConfigMap", 1},
    KindRank{"ResourceQuota", 1},
    KindRank{"LimitRange", 1},
    KindRank{"NetworkPolicy", 1},
    KindRank{"PersistentVolume", 1},
    KindRank{"PersistentVolumeClaim", 2},
    KindRank{"ClusterRole", 2},
    KindRank{"Role", 2},
    KindRank{"ClusterRoleBinding", 3},
    KindRank{"RoleBinding", 3},
    KindRank{"Service", 4},
    KindRank{"PodDisruptionBudget", 6},
    KindRank{"HorizontalPodAutoscaler", 6},
    KindRank{"Ingress", 6},
    KindRank{"HTTPRoute", 6},
    KindRank{"APIService", 7},
    KindRank{"MutatingWebhookConfiguration", 7},
    KindRank{"ValidatingWebhookConfiguration", 7},
};

/// Removes the labels that name the owner, and the memory of what was applied.
Value releasePatch(const Value& live) {
  Value labels = Value::object();
  for (std::string_view key : {kAppName, kAppNamespace}) {
    if (kube::label(live, key)) labels.set(key, Value());
  }
  Value metadata = Value::object({{"labels", std::move(labels)}});
  if (kube::annotation(live, kLastApplied))
    metadata.set("annotations", Value::object({{kLastApplied, Value()}}));
  return Value::object({{"metadata", std::move(metadata)}});
}

/// Decides one Application's objects, one after the other.
class Planner {
 public:
  Planner(const Owner& owner, const Inventory& inventory, const Live& live, const Settled& settled)
      : owner_(owner), recorded_(inventory), live_(live), settled_(settled) {
    plan_.inventory = inventory;
  }

  Result<Plan> run(const std::optional<std::vector<Desired>>& desired) {
    if (!desired) return std::move(plan_);
    std::set<ObjectId> wanted;
    for (const auto& one : *desired) {
      ObjectId id = ObjectId::of(one.object, one.cluster);
      if (!wanted.insert(id).second) {
        act(Verb::Conflict, id, one).reason = "the Application makes " + id.str() + " twice";
        continue;
      }
      TRY_VOID(want(id, one));
    }
    for (const auto& [id, entry] : recorded_.entries) {
      if (wanted.count(id) == 0) drop(id, entry);
    }
    std::stable_sort(plan_.actions.begin(), plan_.actions.end(),
                     [](const Action& a, const Action& b) { return a.rank < b.rank; });
    return std::move(plan_);
  }

 private:
  Action& act(Verb verb, const ObjectId& id, const Desired& one) {
    Action action;
    action.verb = verb;
    action.id = id;
    action.version = kube::gvkOf(one.object).version;
    action.component = one.component;
    action.rank = rankOf(id);
    plan_.actions.push_back(std::move(action));
    return plan_.actions.back();
  }

  void record(const ObjectId& id, const Desired& one, const std::string& uid) {
    plan_.inventory.entries[id] = {kube::gvkOf(one.object).version, uid, one.component, one.trait, one.keep};
  }

  [[nodiscard]] const Value* find(const ObjectId& id) const {
    auto it = live_.find(id);
    return it == live_.end() ? nullptr : &it->second;
  }

  Status want(const ObjectId& id, const Desired& one) {
    const Value* live = find(id);
    if (one.readOnly) {
      if (live == nullptr) {
        act(Verb::Conflict, id, one).reason = id.str() + " is only to be read and does not exist";
      } else {
        act(Verb::Keep, id, one).reason = "read only";
      }
      return {};
    }
    if (live == nullptr) return wantAbsent(id, one);
    Owner found = ownerOf(*live);
    bool ours = found.name == owner_.name && found.ns == owner_.ns;
    if (!ours && !found.name.empty()) {
      act(Verb::Conflict, id, one).reason = id.str() + " belongs to the Application " + found.str();
      return {};
    }
    if (!ours && !one.takeOver && !recordedAs(id, kube::uid(*live))) {
      act(Verb::Conflict, id, one).reason =
          id.str() + " exists and belongs to no Application; a take-over policy would adopt it";
      return {};
    }
    return wantPresent(id, one, *live);
  }

  /// The labels may have been stripped by hand from an object that is on record as ours.
  [[nodiscard]] bool recordedAs(const ObjectId& id, const std::string& uid) const {
    auto it = recorded_.entries.find(id);
    return it != recorded_.entries.end() && !it->second.uid.empty() && it->second.uid == uid;
  }

  Status wantAbsent(const ObjectId& id, const Desired& one) {
    if (!one.hold.empty()) {
      act(Verb::Wait, id, one).reason = one.hold;
      return {};
    }
    Action& action = act(Verb::Create, id, one);
    action.body = creatable(one.object);
    auto it = recorded_.entries.find(id);
    bool lost = it != recorded_.entries.end() && !it->second.uid.empty();
    if (lost) action.reason = "it was deleted by somebody else";
    record(id, one, "");
    return {};
  }

  Status wantPresent(const ObjectId& id, const Desired& one, const Value& live) {
    bool leave = kube::beingDeleted(live) || !one.hold.empty();
    // What is to be taken over is ours only from the moment it is.
    if (!leave || ownedBy(live, owner_)) record(id, one, kube::uid(live));
    if (leave) {
      act(Verb::Wait, id, one).reason =
          kube::beingDeleted(live) ? "it is being deleted and is made again when it is gone" : one.hold;
      return {};
    }
    Value wanted = creatable(one.object);
    TRY(auto update, updateTo(wanted, live));
    if (!update.needed() || (settled_ && settled_(id, wanted, live))) {
      act(Verb::Keep, id, one);
      return {};
    }
    Action& action = act(Verb::Update, id, one);
    action.body = std::move(update.patch);
    action.changes = std::move(update.changes);
    action.uid = kube::uid(live);
    return {};
  }

  void drop(const ObjectId& id, const InventoryEntry& entry) {
    Desired none;
    none.component = entry.component;
    const Value* live = find(id);
    auto forget = [&](std::string reason) {
      plan_.inventory.entries.erase(id);
      act(Verb::Forget, id, none).reason = std::move(reason);
    };
    if (live == nullptr) return forget("it is gone");
    const std::string& uid = kube::uid(*live);
    if (!entry.uid.empty() && entry.uid != uid) return forget("another object has its name now");
    if (!ownedBy(*live, owner_)) return forget("its labels no longer name this Application");
    plan_.inventory.entries[id].uid = uid;
    if (kube::beingDeleted(*live)) {
      act(Verb::Wait, id, none).reason = "it is being deleted";
      return;
    }
    Action& action = act(entry.keep ? Verb::Release : Verb::Delete, id, none);
    action.version = entry.version;
    action.uid = uid;
    action.resourceVersion = kube::resourceVersion(*live);
    action.rank = 100 - rankOf(id);
    if (entry.keep) action.body = releasePatch(*live);
  }

  const Owner& owner_;
  const Inventory& recorded_;
  const Live& live_;
  const Settled& settled_;
  Plan plan_;
};

}  // namespace

std::string_view verbName(Verb verb) {
  switch (verb) {
    case Verb::Create:
      return "create";
    case Verb::Update:
      return "update";
    case Verb::Keep:
      return "keep";
    case Verb::Delete:
      return "delete";
    case Verb::Release:
      return "release";
    case Verb::Forget:
      return "forget";
    case Verb::Wait:
      return "wait";
    case Verb::Conflict:
      return "conflict";
  }
  return {};
}

bool Plan::has(Verb verb) const {
  return std::any_of(actions.begin(), actions.end(), [&](const Action& a) { return a.verb == verb; });
}

bool Plan::quiet() const {
  return std::all_of(actions.begin(), actions.end(), [](const Action& a) { return a.verb == Verb::Keep; });
}

int rankOf(const ObjectId& id) {
  for (const auto& [kind, rank] : kRanks) {
    if (id.kind == kind) return rank;
  }
  return kUsualRank;
}

Result<Plan> makePlan(const Owner& owner, const std::optional<std::vector<Desired>>& desired,
                      const Inventory& inventory, const Live& live, const Settled& settled) {
  return Planner(owner, inventory, live, settled).run(desired);
}

}  // namespace puppis::deliver
