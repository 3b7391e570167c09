// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/delivery.h"
#include "cli/testing/world.h"
#include "cli/verbs.h"
#include "controller/types.h"
#include "data/json.h"
#include "kube/memory_client.h"
#include "kube/object.h"

namespace puppis::cli {
namespace {

using data::Value;

constexpr std::string_view kShop = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: shop}
spec:
  components:
    - name: front
      type: webservice
      properties: {image: "nginx:1"}
      traits:
        - type: scaler
          properties: {replicas: 2}
)";

class ApplicationVerbsTest : public ::testing::Test {
 protected:
  ApplicationVerbsTest() {
    world.context.cluster = &client;
    EXPECT_TRUE(world.files.write("app.yaml", kShop, 0644));
  }
  int run(std::vector<std::string> line) {
    world.out.str("");
    world.err.str("");
    return runCommandLine(line, allVerbs(), world.context);
  }
  bool printed(std::string_view text) { return world.out.str().find(text) != std::string::npos; }
  bool told(std::string_view text) { return world.err.str().find(text) != std::string::npos; }

  cli::testing::World world;
  kube::MemoryClient client{world.clock, world.random};
};

TEST_F(ApplicationVerbsTest, UpCreatesThenLeavesThenChanges) {
  EXPECT_EQ(run({"up", "-f", "app.yaml"}), 0) << world.err.str();
  EXPECT_TRUE(told("shop created"));
  EXPECT_EQ(run({"up", "-f", "app.yaml"}), 0) << world.err.str();
  EXPECT_TRUE(told("shop unchanged"));
  std::string next(kShop);
  next.replace(next.find("nginx:1"), 7, "nginx:2");
  ASSERT_TRUE(world.files.write("app.yaml", next, 0644));
  EXPECT_EQ(run({"up", "-f", "app.yaml"}), 0) << world.err.str();
  EXPECT_TRUE(told("shop configured"));
  auto shop = client.get(controller::kApplications, {"default", "shop"});
  ASSERT_TRUE(shop);
  EXPECT_EQ(shop->get("spec", "components").at(0).get("properties", "image").asString(), "nginx:2");
}

TEST_F(ApplicationVerbsTest, NothingIsAppliedWhenSomethingIsWrong) {
  std::string wrong(kShop);
  wrong.replace(wrong.find("replicas: 2"), 11, "replicas: x");
  ASSERT_TRUE(world.files.write("app.yaml", wrong, 0644));
  EXPECT_NE(run({"up", "-f", "app.yaml"}), 0);
  EXPECT_TRUE(told("app.yaml:11:34")) << world.err.str();
  EXPECT_FALSE(client.get(controller::kApplications, {"default", "shop"}));
}

TEST_F(ApplicationVerbsTest, StatusAndLs) {
  EXPECT_EQ(run({"ls"}), 0);
  EXPECT_TRUE(told("no applications in namespace default"));
  ASSERT_EQ(run({"up", "-f", "app.yaml"}), 0);
  EXPECT_EQ(run({"ls"}), 0);
  EXPECT_TRUE(printed("shop")) << world.out.str();
  EXPECT_TRUE(printed("webservice  scaler")) << world.out.str();
  EXPECT_EQ(run({"status", "shop"}), 0);
  EXPECT_TRUE(printed("not seen by a controller yet"));
  EXPECT_EQ(run({"status", "shop", "-o", "json"}), 0);
  auto object = data::parseJson(world.out.str());
  ASSERT_TRUE(object);
  EXPECT_EQ(kube::name(*object), "shop");
  EXPECT_EQ(run({"status", "shpo"}), 3);
  EXPECT_TRUE(told("shop")) << "the nearest name is offered: " << world.err.str();
}

TEST_F(ApplicationVerbsTest, DeleteWithAndWithoutOrphans) {
  ASSERT_EQ(run({"up", "-f", "app.yaml"}), 0);
  EXPECT_EQ(run({"delete", "shop", "--orphan", "--no-wait"}), 0) << world.err.str();
  auto shop = client.get(controller::kApplications, {"default", "shop"});
  ASSERT_TRUE(shop);
  EXPECT_TRUE(kube::beingDeleted(*shop));
  EXPECT_TRUE(kube::hasFinalizer(*shop, controller::kOrphanFinalizer));
  EXPECT_EQ(run({"delete", "nothing"}), 3);
}

TEST_F(ApplicationVerbsTest, LiveDiffShowsWhatWouldChange) {
  EXPECT_EQ(run({"live-diff", "-f", "app.yaml"}), 0) << world.err.str();
  EXPECT_TRUE(printed("create Deployment default/front")) << world.out.str();
  EXPECT_EQ(run({"live-diff", "-f", "app.yaml", "-o", "json"}), 0);
  auto plan = data::parseJson(world.out.str());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->get("actions").at(0).get("action").asString(), "create");
}

TEST(AgeTest, AsKubectlShowsThem) {
  Nanos now = std::chrono::hours(100);
  auto age = [&](Nanos back) { return ageOf(formatRfc3339(now - back), now); };
  EXPECT_EQ(age(std::chrono::seconds(5)), "5s");
  EXPECT_EQ(age(std::chrono::seconds(150)), "2m30s");
  EXPECT_EQ(age(std::chrono::minutes(90)), "90m");
  EXPECT_EQ(age(std::chrono::hours(30)), "30h");
  EXPECT_EQ(age(std::chrono::hours(72)), "3d");
  EXPECT_EQ(ageOf("", now), "");
}

}  // namespace
}  // namespace puppis::cli
