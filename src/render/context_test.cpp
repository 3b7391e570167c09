// SPDX-License-Identifier: Apache-2.0
#include "data/json.h"
#include "render/context_data.h"
#include "render/testing/fixture.h"

namespace puppis::render {
namespace {

class ContextSeen : public ::testing::Test, public testing::Fixture {
 protected:
  void SetUp() override {
    component(
        "web",
        "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: context}\n"
        "outputs: side: {apiVersion: \"v1\", kind: \"Secret\", metadata: name: \"s\"}\nparameter: {...}");
    trait(
        "look",
        "outputs: seen: {apiVersion: \"v1\", kind: \"ConfigMap\", metadata: name: \"seen\", data: context}");
    trait("mark", "patch: marked: \"yes\"\npatchOutputs: side: marked: \"too\"");
    context.namespace_ = "space";
    context.appRevision = "app-v7";
    context.cluster = "local";
    context.clusterVersion = {"1", 34, "v1.34.3", "linux/amd64"};
    context.componentRevisions = {{"front", "abc"}};
  }
  /// What the component's template and the last trait's see.
  std::pair<data::Value, data::Value> seen(const std::string& traits) {
    auto out = render(
        "  labels: {team: a}\n  annotations: {app.oam.dev/publishVersion: p1, "
        "app.oam.dev/workflowName: w1, filter.oam.dev/annotation-keys: x}\nspec:\n"
        "  components:\n    - {name: front, type: web, properties: {z: 1, a: {b: 2}}, traits: " +
        traits + "}\n    - {name: back, type: web, properties: {}, dependsOn: [front]}\n");
    EXPECT_TRUE(out) << out.error().str();
    if (!out) return {};
    data::Value trait;
    for (const Resource& r : out->components[0].resources) {
      if (r.outputName == "seen") trait = r.object.get("data");
    }
    return {out->components[0].resources[0].object.get("data"), trait};
  }
};

TEST_F(ContextSeen, AComponentSeesItsApplicationAndItsPlace) {
  data::Value all = seen("[]").first;
  EXPECT_EQ(
      data::toJson(all, {.sortKeys = true}),
      R"({"appAnnotations":{"app.oam.dev/publishVersion":"p1","app.oam.dev/workflowName":"w1",)"
      R"("filter.oam.dev/annotation-keys":"x"},"appLabels":{"team":"a"},"appName":"app","appRevision":"app-v7",)"
      R"("appRevisionNum":7,"cluster":"local","clusterVersion":{"gitVersion":"v1.34.3","major":"1","minor":34,)"
      R"("platform":"linux/amd64"},"components":[{"name":"front","properties":{"a":{"b":2},"z":1},"type":"web"},)"
      R"({"dependsOn":["front"],"name":"back","properties":{},"type":"web"}],"name":"front","namespace":"space",)"
      R"("parameter":{"a":{"b":2},"z":1},"publishVersion":"p1","replicaKey":"","revision":"abc",)"
      R"("workflowName":"w1"})");
}

TEST_F(ContextSeen, ATraitSeesTheObjectsSoFarAndTheTypeOfItsComponent) {
  data::Value first = seen("[{type: look}, {type: mark}]").second;
  EXPECT_EQ(first.get("componentType").asString(), "web");
  EXPECT_EQ(first.get("output", "kind").asString(), "ConfigMap");
  EXPECT_FALSE(first.get("output").has("marked"));
  EXPECT_EQ(first.get("outputs").get("side").get("kind").asString(), "Secret");
  data::Value last = seen("[{type: mark}, {type: look}]").second;
  EXPECT_EQ(last.get("output", "marked").asString(), "yes");
  EXPECT_EQ(last.get("outputs").get("side").get("marked").asString(), "too");
}

TEST_F(ContextSeen, ATopologysNamespaceIsTheContexts) {
  context.targetNamespace = "prod";
  EXPECT_EQ(seen("[]").first.get("namespace").asString(), "prod");
}

TEST(RevisionNumber, IsWhatFollowsTheLastV) {
  EXPECT_EQ(revisionNumber("a-v1-v12"), 12);
  EXPECT_EQ(revisionNumber("a-v1x"), 0);
  EXPECT_EQ(revisionNumber(""), 0);
}

}  // namespace
}  // namespace puppis::render
