// SPDX-License-Identifier: Apache-2.0
#include "render/deployments.h"

#include "data/json.h"
#include "render/override.h"
#include "render/references.h"
#include "render/testing/fixture.h"
#include "render/whole.h"

namespace puppis::render {
namespace {

class Deployments : public ::testing::Test, public testing::Fixture {
 protected:
  void SetUp() override {
    component("web", "output: {}");
    component("worker", "output: {}");
    trait("scaler", "patch: {}");
  }
  std::vector<Deployment> plan(const std::string& rest) {
    return deploymentsOf(
        files("apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: app}\nspec:\n"
              "  components:\n    - {name: front, type: web, properties: {a: 1, m: {x: 1, k: 2}}, traits: "
              "[{type: scaler, properties: {count: 1}}]}\n"
              "    - {name: back, type: worker}\n" +
              rest),
        *catalog, diagnostics);
  }
  std::string faults() {
    std::string out;
    for (const Error& e : diagnostics.errors) out += e.str() + "\n";
    return out;
  }
};

TEST_F(Deployments, WithoutPoliciesThereIsOne) {
  auto out = plan("");
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].topology, "");
  EXPECT_EQ(faults(), "");
}

TEST_F(Deployments, EveryTopologyIsDeployedWithAllOverrides) {
  auto out = plan(
      "  policies:\n    - {name: t1, type: topology, properties: {}}\n    - {name: t2, type: topology, "
      "properties: {}}\n"
      "    - name: o\n      type: override\n      properties:\n        components:\n          - name: fr*\n  "
      "          properties: {m: {k: 3}, b: 2}\n"
      "            traits: [{type: scaler, properties: {count: 5}}]\n");
  EXPECT_EQ(faults(), "");
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[1].topology, "t2");
  const oam::Component& front = out[0].application.components[0];
  EXPECT_EQ(data::toJson(front.properties), R"({"a":1,"m":{"x":1,"k":3},"b":2})");
  EXPECT_EQ(data::toJson(front.traits.at(0).properties), R"({"count":5})");
  EXPECT_EQ(data::toJson(front.object.get("properties")), data::toJson(front.properties));
}

TEST_F(Deployments, OverridesSelectDisableAddAndMatchWholeNames) {
  auto out = plan(
      "  policies:\n    - name: o\n      type: override\n      properties:\n        selector: [front, "
      "extra]\n        components:\n"
      "          - {name: front, traits: [{type: scaler, disable: true}]}\n          - {name: extra, type: "
      "web, properties: {k: v}}\n"
      "          - {name: ack, type: web}\n");
  EXPECT_EQ(faults(), "");
  ASSERT_EQ(out.size(), 1u);
  std::string names;
  for (const auto& c : out[0].application.components) names += c.name + " ";
  EXPECT_EQ(names, "front extra ");
  EXPECT_TRUE(out[0].application.components[0].traits.empty());
}

TEST_F(Deployments, StepsAndPoliciesMustExist) {
  plan(
      "  policies:\n    - {name: east, type: topology, properties: {}}\n  workflow:\n    steps:\n"
      "      - {name: a, type: deploy, properties: {policies: [eats]}}\n      - {name: b, type: "
      "notificaton}\n"
      "      - {name: g, type: step-group, subSteps: [{name: s, type: nope}]}\n");
  EXPECT_NE(
      faults().find(
          "there is no policy named \"eats\" (expected one of east, found \"eats\"; did you mean east?)"),
      std::string::npos)
      << faults();
  EXPECT_NE(
      faults().find("app.yaml:13:25: spec.workflow.steps[1].type: unknown workflow-step \"notificaton\""),
      std::string::npos)
      << faults();
  EXPECT_NE(faults().find("\"nope\""), std::string::npos);
}

TEST_F(Deployments, AWorkflowElsewhereIsLookedUp) {
  plan("  workflow: {ref: other}\n");
  EXPECT_NE(faults().find("there is no Workflow named \"other\""), std::string::npos) << faults();
  oam::Diagnostics fresh;
  oam::ApplicationFiles given = files(
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: app}\nspec:\n  components: []\n"
      "  workflow: {ref: other}\n---\napiVersion: core.oam.dev/v1alpha1\nkind: Workflow\nmetadata: {name: "
      "other}\n"
      "steps:\n  - {name: x, type: suspend}\n");
  auto steps = effectiveSteps(given, fresh);
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].type, "suspend");
}

TEST_F(Deployments, ReferredObjectsAreFoundAndCleaned) {
  auto given = files(
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: app}\nspec:\n  components:\n"
      "    - name: r\n      type: ref-objects\n      properties:\n        objects:\n          - {resource: "
      "deployments, name: d}\n"
      "          - {resource: secret, name: none}\n");
  auto object = data::parseJson(
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","uid":"1"},"status":{}})");
  oam::Application out = withReferredObjects(given.application, "default", lookUpIn({*object}), diagnostics);
  EXPECT_EQ(data::toJson(out.components[0].properties),
            R"({"objects":[{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"}}]})");
  EXPECT_NE(faults().find("app.yaml:11:13"), std::string::npos) << faults();
}

TEST_F(Deployments, AReplicationMakesCopiesThatKnowTheirKey) {
  component(
      "store",
      "output: {apiVersion: \"v1\", kind: \"Secret\", metadata: name: context.name + context.replicaKey}");
  oam::ApplicationFiles given = files(
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: app}\nspec:\n"
      "  components:\n    - {name: a, type: store}\n    - {name: b, type: store}\n"
      "  policies:\n    - {name: r, type: replication, properties: {keys: [-x, -y], selector: [b]}}\n"
      "  workflow: {steps: [{name: s, type: deploy, properties: {policies: [r]}}]}\n");
  auto names = [&](Placing placing) {
    auto one = [&](const oam::Application& app, const oam::Catalog& definitions, const RenderContext& where) {
      return renderer.render(app, definitions, where);
    };
    std::string out;
    for (const RenderedDeployment& made :
         renderWhole(one, given, *catalog, context, lookUpIn({}), placing, diagnostics)) {
      for (const data::Value& object : made.rendered.objects())
        out += object.get("metadata", "name").asString() + " ";
    }
    return out;
  };
  EXPECT_EQ(names(Placing::AsApplied), "a b-x b-y ");
  EXPECT_EQ(names(Placing::AsWritten), "a b ");
  EXPECT_EQ(faults(), "");
}

}  // namespace
}  // namespace puppis::render
