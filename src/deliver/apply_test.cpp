// SPDX-License-Identifier: Apache-2.0
#include "deliver/apply.h"

#include <gtest/gtest.h>

#include "kube/memory_client.h"
#include "kube/object.h"

namespace puppis::deliver {
namespace {

using data::Value;

const kube::Gvr kConfigMaps{"", "v1", "configmaps"};
const Owner kOwner{"default", "shop", "app-uid"};

Desired config(const std::string& name, const std::string& value) {
  Value labels = Value::object({{kAppName, kOwner.name}, {kAppNamespace, kOwner.ns}});
  Value metadata = Value::object({{"name", name}, {"namespace", "default"}, {"labels", std::move(labels)}});
  Desired out;
  out.object = Value::object({{"apiVersion", "v1"},
                              {"kind", "ConfigMap"},
                              {"metadata", std::move(metadata)},
                              {"data", Value::object({{"v", value}})}});
  return out;
}

class ApplyTest : public testing::Test {
 protected:
  Live live() {
    Live out;
    auto list = client.list(kConfigMaps, "");
    EXPECT_TRUE(list.has_value());
    for (const auto& item : list->items) out[ObjectId::of(item)] = item;
    return out;
  }
  std::vector<Outcome> bring(const std::vector<Desired>& desired) {
    auto plan = makePlan(kOwner, desired, inventory, live());
    EXPECT_TRUE(plan.has_value());
    inventory = plan->inventory;
    return carryOut(client, mapper, *plan);
  }
  std::string value(const std::string& name) {
    auto found = client.get(kConfigMaps, {"default", name});
    return found ? found->get("data", "v").asString() : "-";
  }

  ManualClock clock;
  SeededRandom random{1};
  kube::MemoryClient client{clock, random};
  kube::RestMapper mapper{client};
  Inventory inventory;
};

TEST_F(ApplyTest, CreatesChangesAndDeletes) {
  bring({config("a", "1"), config("b", "1")});
  EXPECT_EQ(value("a") + value("b"), "11");
  bring({config("a", "2")});
  EXPECT_EQ(value("a") + value("b"), "2-");
  client.forgetCalls();
  auto outcomes = bring({config("a", "2")});
  EXPECT_TRUE(outcomes.empty());
}

TEST_F(ApplyTest, AnObjectMadeMeanwhileByAnotherIsNotDeleted) {
  bring({config("a", "1")});
  auto plan = makePlan(kOwner, std::vector<Desired>{}, inventory, live());
  ASSERT_TRUE(plan);
  ASSERT_TRUE(client.remove(kConfigMaps, {"default", "a"}));
  Value stranger = config("a", "precious").object;
  ASSERT_TRUE(client.create(kConfigMaps, "default", stranger));
  auto outcomes = carryOut(client, mapper, *plan);
  ASSERT_EQ(outcomes.size(), 1U);
  ASSERT_TRUE(outcomes[0].error.has_value());
  EXPECT_EQ(outcomes[0].error->code(), ErrorCode::Conflict);
  EXPECT_EQ(value("a"), "precious");
}

TEST_F(ApplyTest, AnObjectThatAppearedIsShownNotOverwritten) {
  auto plan = makePlan(kOwner, std::vector{config("a", "1")}, inventory, live());
  ASSERT_TRUE(plan);
  ASSERT_TRUE(client.create(kConfigMaps, "default", config("a", "other").object));
  auto outcomes = carryOut(client, mapper, *plan);
  ASSERT_EQ(outcomes.size(), 1U);
  ASSERT_TRUE(outcomes[0].error.has_value());
  EXPECT_EQ(outcomes[0].error->code(), ErrorCode::AlreadyExists);
  ASSERT_TRUE(outcomes[0].live.has_value());
  EXPECT_EQ(value("a"), "other");
}

TEST_F(ApplyTest, OneFailureDoesNotStopTheOthers) {
  client.fault = [](const kube::MemoryClient::Call& call) -> std::optional<Error> {
    if (call.verb == "create" && call.name.name == "a") return Error(ErrorCode::Forbidden, "quota");
    return std::nullopt;
  };
  auto outcomes = bring({config("a", "1"), config("b", "1")});
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_TRUE(outcomes[0].error.has_value());
  EXPECT_FALSE(outcomes[1].error.has_value());
  EXPECT_EQ(value("b"), "1");
}

}  // namespace
}  // namespace puppis::deliver
