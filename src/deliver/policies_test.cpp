// SPDX-License-Identifier: Apache-2.0
#include "deliver/policies.h"

#include <gtest/gtest.h>

#include "data/yaml.h"
#include "deliver/merge.h"
#include "kube/object.h"

namespace puppis::deliver {
namespace {

using data::Value;

const Owner kShop{"d", "shop", "u"};
const Owner kOther{"d", "other", "v"};

class PoliciesTest : public testing::Test {
 protected:
  static Value yaml(const std::string& text) {
    auto documents = data::parseYaml(SourceFile::make("t.yaml", text));
    EXPECT_TRUE(documents) << documents.error().str();
    return documents ? documents->front() : Value();
  }
  static Policies policies(const std::string& type, const std::string& properties) {
    oam::Policy policy;
    policy.name = policy.type = type;
    policy.properties = yaml(properties);
    return Policies({policy});
  }
  static Desired desired(const Owner& owner = kShop, int replicas = 1) {
    Desired out;
    out.object =
        yaml("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: d\n  labels: {" +
             std::string(kAppName) + ": " + owner.name + ", " + std::string(kAppNamespace) + ": " + owner.ns +
             "}\nspec: {image: a, replicas: " + std::to_string(replicas) + "}\n");
    out.component = "web";
    return out;
  }
  static Value live(const Desired& from) {
    Value out = creatable(from.object);
    out["metadata"].set("uid", "u1");
    out["metadata"].set("resourceVersion", "5");
    return out;
  }
  static Plan plan(const Owner& owner, const Desired& one, const std::optional<Value>& there,
                   const Rules& rules = {}, bool recorded = true) {
    ObjectId id = ObjectId::of(one.object);
    Inventory inventory;
    if (recorded) inventory.entries[id] = {"v1", "u1", "web", "", false};
    Live world;
    if (there) world[id] = *there;
    auto made = makePlan(owner, std::vector{one}, inventory, world, rules);
    EXPECT_TRUE(made);
    return made ? *made : Plan();
  }
  static Plan dropPlan(const Owner& owner, const Value& there, const Rules& rules = {}) {
    Inventory inventory;
    inventory.entries[ObjectId::of(there)] = {"v1", "u1", "web", "", false};
    auto made = makePlan(owner, std::vector<Desired>{}, inventory, {{ObjectId::of(there), there}}, rules);
    EXPECT_TRUE(made);
    return made ? *made : Plan();
  }
};

TEST_F(PoliciesTest, ApplyOnceLeavesDriftAloneButBringsOutNewForms) {
  Policies once = policies("apply-once", "enable: true");
  Desired one = desired(kShop, 1);
  once.apply(one, "webservice");
  Value drifted = live(desired(kShop, 1));
  drifted["spec"].set("replicas", 5);
  Rules keepsUp;
  keepsUp.keepsUp = true;
  EXPECT_EQ(plan(kShop, one, drifted, keepsUp).actions.at(0).verb, Verb::Keep);
  EXPECT_EQ(plan(kShop, one, std::nullopt, keepsUp).actions.at(0).verb, Verb::Keep);
  EXPECT_EQ(plan(kShop, one, drifted).actions.at(0).verb, Verb::Update);
  EXPECT_EQ(plan(kShop, one, std::nullopt).actions.at(0).verb, Verb::Create);
  // Not enabled, its rules say nothing.
  Desired other = desired(kShop, 1);
  policies("apply-once",
           "{enable: false, rules: [{selector: {resourceTypes: [Deployment]}, "
           "strategy: {path: ['*']}}]}")
      .apply(other, "webservice");
  EXPECT_EQ(plan(kShop, other, drifted, keepsUp).actions.at(0).verb, Verb::Update);
}

TEST_F(PoliciesTest, ApplyOnceOfAPathKeepsWhatIsFoundThere) {
  const std::string rule =
      "enable: true\nrules:\n- selector: {resourceTypes: [Deployment]}\n"
      "  strategy: {path: [spec.replicas], affect: ";
  Value drifted = live(desired(kShop, 1));
  drifted["spec"].set("replicas", 5);
  Value both = drifted;
  both["spec"].set("image", "b");
  Rules keepsUp;
  keepsUp.keepsUp = true;
  struct Case {
    const char* affect;
    Verb updating;
    Verb keeping;
  };
  for (const Case& c :
       {Case{"onUpdate", Verb::Keep, Verb::Update}, Case{"onStateKeep", Verb::Update, Verb::Keep},
        Case{"always", Verb::Keep, Verb::Keep}, Case{"''", Verb::Keep, Verb::Keep}}) {
    Desired one = desired(kShop, 1);
    policies("apply-once", rule + c.affect + "}\n").apply(one, "webservice");
    EXPECT_EQ(plan(kShop, one, drifted).actions.at(0).verb, c.updating) << c.affect;
    EXPECT_EQ(plan(kShop, one, drifted, keepsUp).actions.at(0).verb, c.keeping) << c.affect;
  }
  Desired one = desired(kShop, 1);
  policies("apply-once", rule + "always}\n").apply(one, "webservice");
  Plan made = plan(kShop, one, both, keepsUp);
  ASSERT_EQ(made.actions.at(0).verb, Verb::Update);
  EXPECT_EQ(made.actions[0].changes.size(), 1U);
  EXPECT_EQ(made.actions[0].changes[0].path.str(), "spec.image");
}

TEST_F(PoliciesTest, ASharedObjectKeepsItsOwnersFormAndGoesWithTheLast) {
  Policies shares = policies("shared-resource", "rules: [{selector: {resourceTypes: [Deployment]}}]");
  Desired first = desired(kShop, 1);
  shares.apply(first, "webservice");
  Plan made = plan(kShop, first, std::nullopt, {}, false);
  ASSERT_EQ(made.actions.at(0).verb, Verb::Create);
  Value object = made.actions[0].body;
  EXPECT_EQ(kube::annotation(object, kSharedBy), "d/shop");
  object["metadata"].set("uid", "u1");

  // Another joins: only the annotation changes.
  Desired second = desired(kOther, 3);
  EXPECT_EQ(plan(kOther, second, object, {}, false).actions.at(0).verb, Verb::Conflict);
  shares.apply(second, "webservice");
  made = plan(kOther, second, object, {}, false);
  ASSERT_EQ(made.actions.at(0).verb, Verb::Update);
  EXPECT_EQ(made.actions[0].body.size(), 1U);
  EXPECT_EQ(kube::annotation(made.actions[0].body, kSharedBy), "d/shop,d/other");
  EXPECT_EQ(made.inventory.entries.size(), 1U);
  kube::setAnnotation(object, kSharedBy, "d/shop,d/other");
  EXPECT_EQ(plan(kOther, second, object).actions.at(0).verb, Verb::Keep);
  EXPECT_EQ(plan(kShop, first, object).actions.at(0).verb, Verb::Keep);

  // The owner goes: the object is handed over. The last one deletes it.
  made = dropPlan(kShop, object);
  ASSERT_EQ(made.actions.at(0).verb, Verb::Release);
  EXPECT_EQ(made.actions[0].body.get("metadata", "labels").get(kAppName).asString(), "other");
  EXPECT_EQ(kube::annotation(made.actions[0].body, kSharedBy), "d/other");
  made = dropPlan(kOther, object);
  ASSERT_EQ(made.actions.at(0).verb, Verb::Release);
  EXPECT_FALSE(made.actions[0].body.get("metadata").has("labels"));
  kube::setAnnotation(object, kSharedBy, "d/shop");
  EXPECT_EQ(dropPlan(kShop, object).actions.at(0).verb, Verb::Delete);
  // Somebody else's object that is not shared stays a conflict.
  Value mine = live(desired(kShop, 1));
  EXPECT_EQ(plan(kOther, second, mine, {}, false).actions.at(0).verb, Verb::Conflict);
}

TEST_F(PoliciesTest, GarbageCollectSaysWhatGoesWhen) {
  Value object = live(desired());
  struct Case {
    const char* properties;
    Verb updating;
    Verb ending;
  };
  for (const Case& c :
       {Case{"{}", Verb::Delete, Verb::Delete}, Case{"{keepLegacyResource: true}", Verb::Keep, Verb::Delete},
        Case{"{rules: [{selector: {componentNames: [web]}, strategy: onAppDelete}]}", Verb::Keep,
             Verb::Delete},
        Case{"{rules: [{selector: {componentNames: [web]}, strategy: never}]}", Verb::Release, Verb::Release},
        Case{"{keepLegacyResource: true, rules: [{selector: {oamTypes: [WORKLOAD]}, strategy: onAppUpdate}]}",
             Verb::Delete, Verb::Delete},
        Case{"{rules: [{selector: {resourceNames: [web]}, strategy: onAppUpdate, propagation: orphan}]}",
             Verb::Release, Verb::Release},
        Case{"{rules: [{selector: {componentNames: [db]}, strategy: never}]}", Verb::Delete, Verb::Delete}}) {
    Policies policy = policies("garbage-collect", c.properties);
    Rules rules;
    rules.retention = [&](const ObjectId& id, const InventoryEntry& e) { return policy.retentionOf(id, e); };
    EXPECT_EQ(dropPlan(kShop, object, rules).actions.at(0).verb, c.updating) << c.properties;
    rules.ending = true;
    EXPECT_EQ(dropPlan(kShop, object, rules).actions.at(0).verb, c.ending) << c.properties;
  }
  EXPECT_TRUE(policies("garbage-collect", "{order: dependency}").inReverseOrder());
  EXPECT_EQ(policies("garbage-collect", "{applicationRevisionLimit: 3}").revisionLimit(), 3);
}

TEST_F(PoliciesTest, DependenciesGoLast) {
  Plan made;
  for (const char* component : {"db", "api", "web"}) {
    Action action;
    action.verb = Verb::Delete;
    action.component = component;
    made.actions.push_back(action);
  }
  deleteInReverse(made, {{"web", {"api"}}, {"api", {"db"}}});
  EXPECT_EQ(made.actions[0].verb, Verb::Wait);
  EXPECT_EQ(made.actions[1].verb, Verb::Wait);
  EXPECT_EQ(made.actions[2].verb, Verb::Delete);
  EXPECT_NE(made.actions[1].reason.find("component web"), std::string::npos);
}

TEST_F(PoliciesTest, FieldsThatCannotChangeMakeTheObjectAnew) {
  Desired one = desired(kShop, 2);
  policies("resource-update",
           "rules: [{selector: {resourceTypes: [Deployment]}, strategy: {recreateFields: [spec.image]}}]")
      .apply(one, "webservice");
  Value other = live(desired(kShop, 1));
  EXPECT_EQ(plan(kShop, one, other).actions.at(0).verb, Verb::Update);
  other["spec"].set("image", "b");
  Plan made = plan(kShop, one, other);
  ASSERT_EQ(made.actions.at(0).verb, Verb::Delete);
  EXPECT_TRUE(made.actions[0].recreates);
  EXPECT_EQ(made.actions[0].uid, "u1");
  EXPECT_EQ(made.inventory.entries.size(), 1U);
}

}  // namespace
}  // namespace puppis::deliver
