// SPDX-License-Identifier: Apache-2.0
#include "deliver/plan.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "deliver/merge.h"
#include "kube/object.h"

namespace puppis::deliver {
namespace {

using data::Value;

const Owner kOwner{"default", "shop", "app-uid"};

Value object(const std::string& kind, const std::string& name, const Owner& owner = kOwner) {
  Value metadata = Value::object({{"name", name}, {"namespace", "default"}});
  if (!owner.name.empty()) {
    metadata.set("labels", Value::object({{kAppName, owner.name}, {kAppNamespace, owner.ns}}));
  }
  return Value::object({{"apiVersion", "v1"},
                        {"kind", kind},
                        {"metadata", std::move(metadata)},
                        {"data", Value::object({{"a", "1"}})}});
}

/// As the server keeps it.
Value stored(Value from, const std::string& uid) {
  from = creatable(from);
  from["metadata"].set("uid", uid);
  from["metadata"].set("resourceVersion", "7");
  return from;
}

Desired want(Value o) {
  Desired out;
  out.object = std::move(o);
  out.component = "front";
  return out;
}

ObjectId idOf(const Value& o) {
  return ObjectId::of(o);
}

const Action& only(const Plan& plan) {
  EXPECT_EQ(plan.actions.size(), 1U);
  return plan.actions.front();
}

TEST(PlanTest, CreatesWhatIsMissingAndRecordsItFirst) {
  Value o = object("ConfigMap", "a");
  auto plan = makePlan(kOwner, std::vector{want(o)}, {}, {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Create);
  EXPECT_EQ(plan->inventory.entries.at(idOf(o)).uid, "");
}

TEST(PlanTest, LeavesAloneWhatIsRight) {
  Value o = object("ConfigMap", "a");
  Live live{{idOf(o), stored(o, "u1")}};
  auto plan = makePlan(kOwner, std::vector{want(o)}, {}, live);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->quiet());
  EXPECT_EQ(plan->inventory.entries.at(idOf(o)).uid, "u1");
}

TEST(PlanTest, UpdatesWithTheUidItLookedAt) {
  Value o = object("ConfigMap", "a");
  Live live{{idOf(o), stored(o, "u1")}};
  o["data"].set("a", "2");
  auto plan = makePlan(kOwner, std::vector{want(o)}, {}, live);
  ASSERT_TRUE(plan);
  const Action& action = only(*plan);
  EXPECT_EQ(action.verb, Verb::Update);
  EXPECT_EQ(action.uid, "u1");
  ASSERT_EQ(action.changes.size(), 1U);
  EXPECT_EQ(action.changes[0].path.str(), "data.a");
}

TEST(PlanTest, NothingIsDoneWhenTheWishIsUnknown) {
  Value o = object("ConfigMap", "a");
  Inventory inventory{{{idOf(o), {"v1", "u1", "front", "", false}}}};
  Live live{{idOf(o), stored(o, "u1")}};
  auto plan = makePlan(kOwner, std::nullopt, inventory, live);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->actions.empty());
  EXPECT_EQ(plan->inventory, inventory);
}

TEST(PlanTest, DeletesOnlyTheRecordedUid) {
  Value o = object("ConfigMap", "a");
  Inventory inventory{{{idOf(o), {"v1", "u1", "front", "", false}}}};
  auto mine = makePlan(kOwner, std::vector<Desired>{}, inventory, {{idOf(o), stored(o, "u1")}});
  ASSERT_TRUE(mine);
  EXPECT_EQ(only(*mine).verb, Verb::Delete);
  EXPECT_EQ(only(*mine).uid, "u1");
  EXPECT_EQ(only(*mine).resourceVersion, "7");
  auto other = makePlan(kOwner, std::vector<Desired>{}, inventory, {{idOf(o), stored(o, "u2")}});
  ASSERT_TRUE(other);
  EXPECT_EQ(only(*other).verb, Verb::Forget);
  EXPECT_TRUE(other->inventory.entries.empty());
}

TEST(PlanTest, LabelsTakenAwayMeansNoLongerOurs) {
  Value o = object("ConfigMap", "a");
  Inventory inventory{{{idOf(o), {"v1", "u1", "front", "", false}}}};
  Live live{{idOf(o), stored(object("ConfigMap", "a", {"default", "other", ""}), "u1")}};
  auto plan = makePlan(kOwner, std::vector<Desired>{}, inventory, live);
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Forget);
}

TEST(PlanTest, IntendedThenMadeIsRecordedBeforeItIsDeleted) {
  Value o = object("ConfigMap", "a");
  Inventory inventory{{{idOf(o), {"v1", "", "front", "", false}}}};
  auto plan = makePlan(kOwner, std::vector<Desired>{}, inventory, {{idOf(o), stored(o, "u1")}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Delete);
  EXPECT_EQ(plan->inventory.entries.at(idOf(o)).uid, "u1");
}

TEST(PlanTest, StrangersAreConflicts) {
  Value o = object("ConfigMap", "a");
  Live unowned{{idOf(o), stored(object("ConfigMap", "a", {}), "u1")}};
  auto plan = makePlan(kOwner, std::vector{want(o)}, {}, unowned);
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Conflict);
  EXPECT_TRUE(plan->inventory.entries.empty());

  Desired taking = want(o);
  taking.takeOver = true;
  plan = makePlan(kOwner, std::vector{taking}, {}, unowned);
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Update);

  Live others{{idOf(o), stored(object("ConfigMap", "a", {"default", "other", ""}), "u1")}};
  plan = makePlan(kOwner, std::vector{taking}, {}, others);
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Conflict);
}

TEST(PlanTest, HeldObjectsWaitButAreNotDeleted) {
  Value o = object("ConfigMap", "a");
  Desired held = want(o);
  held.hold = "waits for back";
  Inventory inventory{{{idOf(o), {"v1", "u1", "front", "", false}}}};
  for (const Live& live : {Live{}, Live{{idOf(o), stored(o, "u1")}}}) {
    auto plan = makePlan(kOwner, std::vector{held}, inventory, live);
    ASSERT_TRUE(plan);
    EXPECT_EQ(only(*plan).verb, Verb::Wait);
  }
}

TEST(PlanTest, KindsComeInOrderAndGoInReverse) {
  std::vector<Desired> desired = {want(object("Ingress", "i")), want(object("Deployment", "d")),
                                  want(object("ConfigMap", "c"))};
  auto plan = makePlan(kOwner, desired, {}, {});
  ASSERT_TRUE(plan);
  std::vector<std::string> order;
  for (const auto& action : plan->actions) order.push_back(action.id.kind);
  EXPECT_EQ(order, (std::vector<std::string>{"ConfigMap", "Deployment", "Ingress"}));
  Inventory inventory;
  Live live;
  for (const auto& one : desired) {
    inventory.entries[idOf(one.object)] = {"v1", "u", "front", "", false};
    live[idOf(one.object)] = stored(one.object, "u");
  }
  plan = makePlan(kOwner, std::vector<Desired>{}, inventory, live);
  ASSERT_TRUE(plan);
  order.clear();
  for (const auto& action : plan->actions) order.push_back(action.id.kind);
  EXPECT_EQ(order, (std::vector<std::string>{"Ingress", "Deployment", "ConfigMap"}));
}

TEST(PlanTest, KeptObjectsAreReleased) {
  Value o = object("ConfigMap", "a");
  Inventory inventory{{{idOf(o), {"v1", "u1", "front", "", true}}}};
  auto plan = makePlan(kOwner, std::vector<Desired>{}, inventory, {{idOf(o), stored(o, "u1")}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(only(*plan).verb, Verb::Release);
  EXPECT_TRUE(only(*plan).body.get("metadata", "labels").has(kAppName));
}

TEST(PlanTest, TheSameObjectTwiceIsAConflict) {
  Value o = object("ConfigMap", "a");
  auto plan = makePlan(kOwner, std::vector{want(o), want(o)}, {}, {});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->has(Verb::Create));
  EXPECT_TRUE(plan->has(Verb::Conflict));
}

/// Any state of a small world: which of four names are wanted, recorded (with which uid), and live (with
/// which uid and whose labels).
struct World {
  std::optional<std::vector<Desired>> desired;
  Inventory inventory;
  Live live;
};

World anyWorld() {
  World world;
  auto draw = [](int bound) { return *rc::gen::inRange(0, bound); };
  bool known = draw(5) != 0;
  if (known) world.desired.emplace();
  for (const char* name : {"a", "b", "c", "d"}) {
    Value o = object("ConfigMap", name);
    if (known && draw(2) == 0) {
      Desired one = want(o);
      one.takeOver = draw(4) == 0;
      if (draw(4) == 0) one.hold = "waits";
      world.desired->push_back(one);
    }
    const std::vector<std::string> uids = {"", "u1", "u2"};
    if (draw(2) == 0)
      world.inventory.entries[idOf(o)] = {"v1", uids[static_cast<std::size_t>(draw(3))], "", "", false};
    if (draw(2) == 0) {
      Owner whose = draw(3) == 0 ? Owner{"default", "other", ""} : draw(4) == 0 ? Owner{} : kOwner;
      Value kept = stored(object("ConfigMap", name, whose), uids[static_cast<std::size_t>(1 + draw(2))]);
      if (draw(3) == 0) kept["data"].set("a", "drifted");
      world.live[idOf(o)] = kept;
    }
  }
  return world;
}

RC_GTEST_PROP(PlanProperty, WantedObjectsAreNeverDeleted, ()) {
  World world = anyWorld();
  auto plan = makePlan(kOwner, world.desired, world.inventory, world.live);
  RC_ASSERT(plan.has_value());
  for (const auto& action : plan->actions) {
    if (action.verb != Verb::Delete && action.verb != Verb::Release && action.verb != Verb::Forget) continue;
    RC_ASSERT(world.desired.has_value());
    for (const auto& one : *world.desired) RC_ASSERT(!(ObjectId::of(one.object) == action.id));
  }
}

RC_GTEST_PROP(PlanProperty, OnlyRecordedUidsAreDeleted, ()) {
  World world = anyWorld();
  auto plan = makePlan(kOwner, world.desired, world.inventory, world.live);
  RC_ASSERT(plan.has_value());
  for (const auto& action : plan->actions) {
    if (action.verb != Verb::Delete) continue;
    const Value& live = world.live.at(action.id);
    RC_ASSERT(!action.uid.empty());
    RC_ASSERT(action.uid == kube::uid(live));
    RC_ASSERT(ownedBy(live, kOwner));
    const auto& before = world.inventory.entries.at(action.id);
    RC_ASSERT((before.uid == action.uid || before.uid.empty()));
    RC_ASSERT(plan->inventory.entries.at(action.id).uid == action.uid);
  }
}

RC_GTEST_PROP(PlanProperty, WhatExistsAndIsOursStaysOnRecord, ()) {
  World world = anyWorld();
  auto plan = makePlan(kOwner, world.desired, world.inventory, world.live);
  RC_ASSERT(plan.has_value());
  for (const auto& [id, entry] : world.inventory.entries) {
    auto live = world.live.find(id);
    if (live == world.live.end() || !ownedBy(live->second, kOwner)) continue;
    if (!entry.uid.empty() && entry.uid != kube::uid(live->second)) continue;
    RC_ASSERT(plan->inventory.entries.count(id) == 1);
  }
  for (const auto& action : plan->actions) {
    if (action.verb == Verb::Create) RC_ASSERT(plan->inventory.entries.count(action.id) == 1);
  }
}

RC_GTEST_PROP(PlanProperty, CarryingItOutLeavesNothingToDo, ()) {
  World world = anyWorld();
  auto plan = makePlan(kOwner, world.desired, world.inventory, world.live);
  RC_ASSERT(plan.has_value());
  Live after = world.live;
  int made = 0;
  for (const auto& action : plan->actions) {
    if (action.verb == Verb::Create) after[action.id] = stored(action.body, "new" + std::to_string(++made));
    if (action.verb == Verb::Delete) after.erase(action.id);
    if (action.verb == Verb::Update) {
      auto wanted = std::find_if(world.desired->begin(), world.desired->end(),
                                 [&](const Desired& d) { return ObjectId::of(d.object) == action.id; });
      after[action.id] = stored(wanted->object, action.uid);
    }
  }
  auto again = makePlan(kOwner, world.desired, plan->inventory, after);
  RC_ASSERT(again.has_value());
  for (const auto& action : again->actions) {
    RC_ASSERT((action.verb != Verb::Create && action.verb != Verb::Update && action.verb != Verb::Delete));
  }
}

}  // namespace
}  // namespace puppis::deliver
