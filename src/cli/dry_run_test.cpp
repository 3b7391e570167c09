// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/testing/world.h"
#include "cli/verbs.h"
#include "data/json.h"

namespace puppis::cli {
namespace {

constexpr const char* kApplication = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
spec:
  components:
    - name: front
      type: webservice
      properties:
        image: nginx
        ports: [{port: 80, expose: true}]
      traits:
        - type: scaler
          properties: {replicas: 2}
)";

int run(testing::World& world, std::vector<std::string> line) {
  return runCommandLine(line, allVerbs(), world.context);
}

TEST(DryRun, PrintsObjectsWithWhereTheyComeFrom) {
  testing::World world;
  ASSERT_TRUE(world.files.write("app.yaml", kApplication, 0644));
  EXPECT_EQ(run(world, {"dry-run"}), 0) << world.err.str();
  std::string out = world.out.str();
  EXPECT_NE(out.find("# Application(shop) -- Component(front)"), std::string::npos) << out;
  EXPECT_NE(out.find("## From the auxiliary workload\napiVersion: v1\nkind: Service\n"), std::string::npos)
      << out;
  EXPECT_NE(out.find("  replicas: 2\n"), std::string::npos);
  EXPECT_EQ(world.err.str(), "");
}

TEST(DryRun, JsonIsAListOfObjects) {
  testing::World world;
  ASSERT_TRUE(world.files.write("a.yaml", kApplication, 0644));
  EXPECT_EQ(run(world, {"dry-run", "-f", "a.yaml", "--offline", "-o", "json", "-n", "prod"}), 0)
      << world.err.str();
  auto list = data::parseJson(world.out.str());
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ(list->at(0).get("metadata", "namespace").asString(), "prod");
}

TEST(DryRun, GivenDefinitionsReplaceBuiltInOnes) {
  testing::World world;
  ASSERT_TRUE(world.files.write("app.yaml", kApplication, 0644));
  ASSERT_TRUE(world.files.write(
      "d/scaler.cue",
      "scaler: {type: \"trait\", annotations: {}, labels: {}, description: \"\", attributes: {}}\n"
      "template: {patch: spec: mine: true, parameter: replicas: int}\n",
      0644));
  EXPECT_EQ(run(world, {"dry-run", "-d", "d", "-o", "json"}), 0) << world.err.str();
  auto list = data::parseJson(world.out.str());
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->at(0).get("spec", "mine").asBool());
}

TEST(DryRun, AVersionIsADefinitionRevisionAmongTheFiles) {
  testing::World world;
  std::string application = kApplication;
  application.replace(application.find("type: scaler"), 12, "type: scaler@v2");
  ASSERT_TRUE(world.files.write("app.yaml", application, 0644));
  ASSERT_TRUE(world.files.write(
      "d/revisions.yaml",
      "apiVersion: core.oam.dev/v1beta1\nkind: DefinitionRevision\nmetadata: {name: scaler-v2}\nspec:\n"
      "  revision: 2\n  definitionType: Trait\n  traitDefinition:\n    metadata: {name: scaler}\n    spec:\n"
      "      schematic: {cue: {template: \"patch: spec: second: true, parameter: replicas: int\"}}\n",
      0644));
  EXPECT_EQ(run(world, {"dry-run", "-d", "d", "-o", "json"}), 0) << world.err.str();
  auto list = data::parseJson(world.out.str());
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->at(0).get("spec", "second").asBool());
  EXPECT_EQ(list->at(0).get("metadata", "labels").get("workload.oam.dev/type").asString(), "webservice");
  testing::World without;
  ASSERT_TRUE(without.files.write("app.yaml", application, 0644));
  EXPECT_NE(run(without, {"dry-run"}), 0);
  EXPECT_NE(without.err.str().find("has no version 2"), std::string::npos) << without.err.str();
}

TEST(DryRun, PlacedIsWhereATopologySendsIt) {
  testing::World world;
  ASSERT_TRUE(world.files.write(
      "app.yaml",
      std::string(kApplication) + "  policies: [{name: t, type: topology, properties: {namespace: prod}}]\n",
      0644));
  EXPECT_EQ(run(world, {"dry-run"}), 0) << world.err.str();
  EXPECT_EQ(world.out.str().find("namespace: prod"), std::string::npos);
  EXPECT_EQ(run(world, {"dry-run", "--placed"}), 0) << world.err.str();
  EXPECT_NE(world.out.str().find("  namespace: prod"), std::string::npos);
}

TEST(DryRun, AnUndeclaredParameterOfSomebodyElsesDefinitionIsAWarningUnlessItIsStrict) {
  constexpr const char* kHead = "tier: {type: \"component\"";
  constexpr const char* kRest =
      "}\ntemplate: {output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: a: parameter.a}, "
      "parameter: {a: string, list?: [...{b: int}]}}\n";
  testing::World world;
  ASSERT_TRUE(world.files.write(
      "app.yaml",
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: a}\nspec:\n  components:\n"
      "    - name: x\n      type: tier\n      properties:\n        a: b\n        list: [{b: 1, c: 2}]\n",
      0644));
  ASSERT_TRUE(world.files.write("open.cue", std::string(kHead) + kRest, 0644));
  ASSERT_TRUE(world.files.write(
      "marked.cue",
      std::string(kHead) + ", annotations: \"definition.oam.dev/undeclared-parameters\": \"error\"" + kRest,
      0644));
  EXPECT_EQ(run(world, {"dry-run", "-d", "open.cue"}), 0) << world.err.str();
  EXPECT_NE(world.err.str().find("app.yaml:10:23: warning: "), std::string::npos) << world.err.str();
  EXPECT_NE(world.err.str().find("declares no parameter \"c\""), std::string::npos) << world.err.str();
  EXPECT_EQ(run(world, {"dry-run", "-d", "open.cue", "--strict"}), 2);
  EXPECT_EQ(run(world, {"dry-run", "-d", "marked.cue"}), 2);
  EXPECT_NE(world.err.str().find("app.yaml:10:23: error: "), std::string::npos) << world.err.str();
}

TEST(Export, AnAppfileBecomesAnApplication) {
  testing::World world;
  ASSERT_TRUE(
      world.files.write("vela.yaml",
                        "name: shop\nservices:\n  web:\n    image: nginx\n    env: [{name: A, value: b}]\n"
                        "    scaler: {replicas: 2}\n",
                        0644));
  EXPECT_EQ(run(world, {"export", "-o", "json"}), 0) << world.err.str();
  auto application = data::parseJson(world.out.str());
  ASSERT_TRUE(application);
  EXPECT_EQ(application->get("kind").asString(), "Application");
  EXPECT_EQ(
      data::toJson(application->get("spec", "components")),
      R"([{"name":"web","type":"webservice","properties":{"image":"nginx","env":[{"name":"A","value":"b"}]},)"
      R"("traits":[{"type":"scaler","properties":{"replicas":2}}]}])");
}

TEST(DryRun, FaultsGoToErrWithTheirPlacesAndNothingToOut) {
  testing::World world;
  ASSERT_TRUE(world.files.write(
      "app.yaml",
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: a}\nspec:\n  components:\n"
      "    - name: x\n      type: webservise\n    - name: back\n      type: worker\n      properties: {imag: "
      "z}\n",
      0644));
  EXPECT_EQ(run(world, {"dry-run"}), 2);  // InvalidArgument: two faults
  std::string err = world.err.str();
  EXPECT_NE(err.find("app.yaml:7:13: error: spec.components[0].type: unknown component type \"webservise\" "
                     "(expected \"webservice\", found \"webservise\"; did you mean webservice?)"),
            std::string::npos)
      << err;
  EXPECT_NE(
      err.find("app.yaml:10:20: error: component \"back\" (worker): spec.components[1].properties.imag: "
               "the definition declares no parameter \"imag\" (expected \"image\", found \"imag\"; did you "
               "mean image?)"),
      std::string::npos)
      << err;
  EXPECT_EQ(world.out.str(), "");
}

TEST(DefRender, GivesThePartsOfATemplate) {
  testing::World world;
  ASSERT_TRUE(world.files.write("p.yaml", "replicas: 7\n", 0644));
  EXPECT_EQ(run(world, {"def", "render", "scaler", "--kind", "trait", "--parameter", "p.yaml", "-o", "json"}),
            0)
      << world.err.str();
  EXPECT_EQ(data::toJson(*data::parseJson(world.out.str())), R"({"patch":{"spec":{"replicas":7}}})");
  testing::World wrong;
  EXPECT_EQ(run(wrong, {"def", "render", "scaler", "--kind", "trate"}), 2);
  EXPECT_NE(wrong.err.str().find("did you mean trait?"), std::string::npos) << wrong.err.str();
}

TEST(DefStatus, SaysWhatTheDefinitionSays) {
  testing::World world;
  ASSERT_TRUE(world.files.write(
      "live.yaml",
      "output:\n  metadata: {generation: 1}\n  spec: {replicas: 2}\n"
      "  status: {replicas: 2, readyReplicas: 2, updatedReplicas: 2, observedGeneration: 1}\n",
      0644));
  EXPECT_EQ(run(world, {"def", "status", "webservice", "--context", "live.yaml"}), 0) << world.err.str();
  EXPECT_EQ(world.out.str(), "healthy: Ready:2/2\n");
}

}  // namespace
}  // namespace puppis::cli
