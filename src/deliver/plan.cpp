// SPDX-License-Identifier: Apache-2.0
#include "deliver/plan.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
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

/// The Applications, as NAMESPACE/NAME, that an object says it is shared by.
std::vector<std::string> sharersOf(const Value& object) {
  std::vector<std::string> out;
  for (const std::string& one : split(kube::annotation(object, kSharedBy).value_or(""), ',')) {
    if (!trim(one).empty()) out.emplace_back(trim(one));
  }
  return out;
}

Value sharersPatch(const std::vector<std::string>& sharers) {
  Value annotations = Value::object();
  annotations.set(kSharedBy, sharers.empty() ? Value() : Value(join(sharers, ",")));
  return Value::object({{"metadata", Value::object({{"annotations", std::move(annotations)}})}});
}

/// Takes us off the sharers; what was ours is the first other's from now on.
Value handOverPatch(const Value& live, const std::vector<std::string>& others, bool ours) {
  Value patch = sharersPatch(others);
  if (!ours) return patch;
  std::vector<std::string> next = split(others.front(), '/');
  Value labels = Value::object();
  if (next.size() == 2) {
    labels.set(kAppNamespace, next[0]);
    labels.set(kAppName, next[1]);
  }
  patch["metadata"].set("labels", std::move(labels));
  if (kube::annotation(live, kLastApplied)) patch["metadata"]["annotations"].set(kLastApplied, Value());
  return patch;
}

/// Whether something changes at one of the paths or below it.
bool touches(const std::vector<data::Change>& changes, const std::vector<data::Path>& paths) {
  return std::any_of(changes.begin(), changes.end(), [&](const data::Change& change) {
    const auto& steps = change.path.steps();
    return std::any_of(paths.begin(), paths.end(), [&](const data::Path& path) {
      const auto& prefix = path.steps();
      return prefix.size() <= steps.size() && std::equal(prefix.begin(), prefix.end(), steps.begin());
    });
  });
}

/// Decides one Application's objects, one after the other.
class Planner {
 public:
  Planner(const Owner& owner, const Inventory& inventory, const Live& live, const Rules& rules)
      : owner_(owner), recorded_(inventory), live_(live), rules_(rules) {
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
    if (!ours && !found.name.empty() && one.shared) return wantShared(id, one, *live);
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

  /// What of the object stays as it is now.
  [[nodiscard]] const Untouched& untouched(const Desired& one) const {
    return rules_.keepsUp ? one.leftWhenKept : one.leftWhenUpdated;
  }

  /// The object as it is to be written: what is left untouched is as it is found, and a shared one names us
  /// among its sharers.
  [[nodiscard]] Result<Value> wantedOf(const Desired& one, const Value* live) const {
    Value wanted = creatable(one.object);
    if (live != nullptr) {
      for (const data::Path& path : untouched(one).paths) {
        const Value* found = data::find(*live, path);
        if (found != nullptr) TRY_VOID(data::assign(wanted, path, *found));
      }
    }
    if (one.shared) {
      std::vector<std::string> sharers = live == nullptr ? std::vector<std::string>() : sharersOf(*live);
      if (std::find(sharers.begin(), sharers.end(), owner_.str()) == sharers.end())
        sharers.push_back(owner_.str());
      kube::setAnnotation(wanted, kSharedBy, join(sharers, ","));
    }
    return wanted;
  }

  /// Another Application owns it: it keeps its form, and learns that we want it too.
  Status wantShared(const ObjectId& id, const Desired& one, const Value& live) {
    std::vector<std::string> sharers = sharersOf(live);
    if (sharers.empty()) {
      act(Verb::Conflict, id, one).reason =
          id.str() + " belongs to the Application " + ownerOf(live).str() + ", which does not share it";
      return {};
    }
    if (!one.hold.empty() || kube::beingDeleted(live)) {
      act(Verb::Wait, id, one).reason = one.hold.empty() ? "it is being deleted" : one.hold;
      return {};
    }
    record(id, one, kube::uid(live));
    if (std::find(sharers.begin(), sharers.end(), owner_.str()) != sharers.end()) {
      act(Verb::Keep, id, one).reason = "shared with " + ownerOf(live).str();
      return {};
    }
    Value before = kube::annotation(live, kSharedBy).value_or("");
    sharers.push_back(owner_.str());
    Action& action = act(Verb::Update, id, one);
    action.reason = "shared with " + ownerOf(live).str();
    action.changes.push_back({data::Path() / "metadata" / "annotations" / std::string(kSharedBy), before,
                              Value(join(sharers, ","))});
    action.body = sharersPatch(sharers);
    action.uid = kube::uid(live);
    return {};
  }

  Status wantAbsent(const ObjectId& id, const Desired& one) {
    if (!one.hold.empty()) {
      act(Verb::Wait, id, one).reason = one.hold;
      return {};
    }
    auto it = recorded_.entries.find(id);
    bool lost = it != recorded_.entries.end() && !it->second.uid.empty();
    if (lost && rules_.keepsUp && one.leftWhenKept.any()) {
      act(Verb::Keep, id, one).reason = "it is gone, and apply-once does not make it again";
      return {};
    }
    Action& action = act(Verb::Create, id, one);
    TRY(action.body, wantedOf(one, nullptr));
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
    if (untouched(one).whole) {
      act(Verb::Keep, id, one).reason = "apply-once leaves it as it is";
      return {};
    }
    TRY(Value wanted, wantedOf(one, &live));
    TRY(auto update, updateTo(wanted, live));
    if (!update.needed() || (rules_.settled && rules_.settled(id, wanted, live))) {
      act(Verb::Keep, id, one);
      return {};
    }
    if (touches(update.changes, one.recreate)) {
      Action& action = act(Verb::Delete, id, one);
      action.reason = "resource-update makes it anew";
      action.changes = std::move(update.changes);
      action.uid = kube::uid(live);
      action.resourceVersion = kube::resourceVersion(live);
      action.recreates = true;
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
    std::vector<std::string> others = sharersOf(*live);
    bool shared = std::erase(others, owner_.str()) > 0;
    bool ours = ownedBy(*live, owner_);
    if (!ours && !shared) return forget("its labels no longer name this Application");
    plan_.inventory.entries[id].uid = uid;
    if (kube::beingDeleted(*live)) {
      act(Verb::Wait, id, none).reason = "it is being deleted";
      return;
    }
    Retention retention = rules_.retention ? rules_.retention(id, entry) : Retention::Delete;
    if (retention == Retention::UntilTheEnd && !rules_.ending) {
      act(Verb::Keep, id, none).reason = "garbage-collect keeps it until the Application goes";
      return;
    }
    bool handOver = shared && (!ours || !others.empty());
    bool release = handOver || entry.keep || retention == Retention::LetGo;
    Action& action = act(release ? Verb::Release : Verb::Delete, id, none);
    action.version = entry.version;
    action.uid = uid;
    action.resourceVersion = kube::resourceVersion(*live);
    action.rank = 100 - rankOf(id);
    if (handOver) {
      action.body = handOverPatch(*live, others, ours);
      action.reason = "others share it";
    } else if (release) {
      action.body = releasePatch(*live);
    }
  }

  const Owner& owner_;
  const Inventory& recorded_;
  const Live& live_;
  const Rules& rules_;
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
                      const Inventory& inventory, const Live& live, const Rules& rules) {
  return Planner(owner, inventory, live, rules).run(desired);
}

}  // namespace puppis::deliver
