// SPDX-License-Identifier: Apache-2.0
#include "cli/definition_store.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/random.h"
#include "kube/memory_client.h"
#include "kube/object.h"

namespace puppis::cli {
namespace {

using data::Value;

Value trait(const std::string& name, int replicas) {
  Value out = Value::object({{"apiVersion", "core.oam.dev/v1beta1"}, {"kind", "TraitDefinition"}});
  out["metadata"].set("name", name);
  out["metadata"]["labels"].set("mine", "yes");
  out["spec"].set("x", replicas);
  return out;
}

struct Api {
  ManualClock clock;
  SeededRandom random{1};
  kube::MemoryClient client{clock, random};
};

TEST(DefinitionStore, ResourcesOfTheKinds) {
  EXPECT_EQ(definitionResource(oam::DefinitionKind::WorkflowStep).str(),
            "workflowstepdefinitions.core.oam.dev");
}

TEST(DefinitionStore, AppliesCreatesChangesAndLeavesAlone) {
  Api api;
  std::string ns(kSystemNamespace);
  EXPECT_EQ(*applyDefinition(api.client, trait("scaler", 1), ns, false), Applied::Created);
  EXPECT_EQ(*applyDefinition(api.client, trait("scaler", 1), ns, false), Applied::Unchanged);
  kube::Gvr type = definitionResource(oam::DefinitionKind::Trait);
  Value live = *api.client.get(type, {ns, "scaler"});
  kube::setLabel(live, "theirs", "yes");
  ASSERT_TRUE(api.client.update(type, {ns, "scaler"}, live));
  EXPECT_EQ(*applyDefinition(api.client, trait("scaler", 2), ns, false), Applied::Configured);
  live = *api.client.get(type, {ns, "scaler"});
  EXPECT_EQ(live.get("spec", "x").asInt(), 2);
  EXPECT_EQ(kube::label(live, "theirs"), "yes");
}

TEST(DefinitionStore, FindsInTheNamespaceThenInTheSystems) {
  Api api;
  ASSERT_TRUE(applyDefinition(api.client, trait("scaler", 1), std::string(kSystemNamespace), false));
  ASSERT_TRUE(applyDefinition(api.client, trait("scaler", 2), "mine", false));
  EXPECT_EQ(getDefinition(api.client, std::nullopt, "mine", "scaler")->get("spec", "x").asInt(), 2);
  EXPECT_EQ(getDefinition(api.client, std::nullopt, "other", "scaler")->get("spec", "x").asInt(), 1);
  auto missing = getDefinition(api.client, std::nullopt, "other", "scalar");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::NotFound);
  EXPECT_EQ(missing.error().suggestion(), "scaler");
}

TEST(DefinitionStore, AsksWhichWhenAKindIsNeeded) {
  Api api;
  Value policy = trait("both", 1);
  policy.set("kind", "PolicyDefinition");
  ASSERT_TRUE(applyDefinition(api.client, trait("both", 1), "mine", false));
  ASSERT_TRUE(applyDefinition(api.client, policy, "mine", false));
  EXPECT_EQ(getDefinition(api.client, std::nullopt, "mine", "both").error().code(),
            ErrorCode::InvalidArgument);
  EXPECT_TRUE(getDefinition(api.client, oam::DefinitionKind::Policy, "mine", "both"));
  EXPECT_EQ(listDefinitions(api.client, std::nullopt, "mine")->size(), 2U);
}

}  // namespace
}  // namespace puppis::cli
