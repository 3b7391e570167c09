// SPDX-License-Identifier: Apache-2.0
#include "render/health.h"

#include "data/json.h"
#include "render/testing/fixture.h"

namespace puppis::render {
namespace {

oam::Definition definition(std::string health, std::string custom, std::string details = "") {
  oam::Definition out;
  out.name = "web";
  out.healthPolicy = std::move(health);
  out.customStatus = std::move(custom);
  out.statusDetails = std::move(details);
  return out;
}

StatusContext live(std::string_view output) {
  StatusContext out;
  out.name = "c";
  out.appName = "app";
  out.output = *data::parseJson(output);
  return out;
}

constexpr const char* kHealth = R"(ready: *0 | int
if context.output.status.readyReplicas != _|_ {ready: context.output.status.readyReplicas}
isHealth: ready == context.output.spec.replicas)";
constexpr const char* kMessage = R"cue(ready: *0 | int
if context.output.status.readyReplicas != _|_ {ready: context.output.status.readyReplicas}
message: "Ready:\(ready)/\(context.output.spec.replicas)")cue";

TEST(Health, CountsReplicas) {
  StatusEvaluator evaluator(cue::Runtime::make());
  auto d = definition(kHealth, kMessage);
  LiveStatus up = evaluator.evaluate(d, {}, live(R"({"spec":{"replicas":2},"status":{"readyReplicas":2}})"));
  EXPECT_TRUE(up.healthy);
  EXPECT_EQ(up.message, "Ready:2/2");
  LiveStatus fresh = evaluator.evaluate(d, {}, live(R"({"spec":{"replicas":2}})"));
  EXPECT_FALSE(fresh.healthy);
  EXPECT_EQ(fresh.message, "Ready:0/2");
  EXPECT_TRUE(fresh.problems.empty());
}

TEST(Health, WithoutARuleItIsHealthyAndABrokenRuleIsNot) {
  StatusEvaluator evaluator(cue::Runtime::make());
  EXPECT_TRUE(evaluator.evaluate(definition("", ""), {}, live("{}")).healthy);
  LiveStatus broken =
      evaluator.evaluate(definition("isHealth: context.output.status.x > 1", "message: 5"), {}, live("{}"));
  EXPECT_FALSE(broken.healthy);
  EXPECT_EQ(broken.message, "");
  EXPECT_EQ(broken.problems.size(), 2u);
  EXPECT_FALSE(evaluator.evaluate(definition("isHealth: [", ""), {}, live("{}")).healthy);
}

TEST(Health, DetailsAreTextsAndFeedTheMessage) {
  StatusEvaluator evaluator(cue::Runtime::make());
  auto d =
      definition("isHealth: context.status.details.$n == 2",
                 "message: \"\\(context.status.details.url) \\(context.status.healthy)\"",
                 "url: \"http://\" + context.name\ncount: 2\n$n: count\nsecret: 1 @private()\nbad: string\n");
  LiveStatus out = evaluator.evaluate(d, {}, live("{}"));
  std::string details;
  for (const auto& [key, text] : out.details) details += key + "=" + text + ";";
  EXPECT_EQ(details, "url=http://c;count=2;bad=_|_;");
  EXPECT_TRUE(out.healthy);
  EXPECT_EQ(out.message, "http://c true");
}

TEST(Health, ATerraformModuleIsAsFarAsItsConfigurationSays) {
  oam::Definition module;
  module.name = "bucket";
  module.schematic = oam::SchematicKind::Terraform;
  StatusEvaluator evaluator(cue::Runtime::make());
  auto healthy = [&](const char* state, long seen) {
    StatusContext context;
    context.output = data::Value::object(
        {{"metadata", data::Value::object({{"generation", 2L}})},
         {"status",
          data::Value::object({{"observedGeneration", seen},
                               {"apply", data::Value::object({{"state", state}, {"message", "m"}})}})}});
    LiveStatus status = evaluator.evaluate(module, data::Value(), context);
    EXPECT_EQ(status.message, "m");
    return status.healthy;
  };
  EXPECT_TRUE(healthy("Available", 2));
  EXPECT_FALSE(healthy("Available", 1));
  EXPECT_FALSE(healthy("ProvisioningAndChecking", 2));
}

}  // namespace
}  // namespace puppis::render
