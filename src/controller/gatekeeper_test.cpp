// SPDX-License-Identifier: Apache-2.0
#include "controller/gatekeeper.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/random.h"
#include "data/json.h"
#include "data/yaml.h"
#include "kube/memory_client.h"
#include "kube/object.h"
#include "oam/runtime.h"

namespace puppis::controller {
namespace {

using data::Value;

class GatekeeperTest : public testing::Test {
 protected:
  static Value yaml(const std::string& text) {
    auto documents = data::parseYaml(SourceFile::make("t.yaml", text));
    EXPECT_TRUE(documents) << documents.error().str();
    return documents ? documents->front() : Value();
  }

  std::string refusal(const std::string& text, const Value* old = nullptr) {
    warnings.clear();
    Status said = gatekeeper.review(yaml(text), old, warnings);
    return said ? "" : said.error().message();
  }

  static std::string definition(const std::string& name, const std::string& body,
                                const std::string& more = "") {
    return "apiVersion: core.oam.dev/v1beta1\nkind: ComponentDefinition\nmetadata:\n  name: " + name +
           "\n  namespace: d\nspec:\n" + more + "  schematic:\n    cue:\n      template: |\n        " + body +
           "\n";
  }

  static std::string application(const std::string& spec) {
    return "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: web, namespace: "
           "d}\nspec:\n" +
           spec;
  }

  void put(const kube::Gvr& type, const std::string& text) {
    Value object = yaml(text);
    auto made = client.create(type, "d", object);
    ASSERT_TRUE(made) << made.error().str();
  }

  std::vector<std::string> warnings;
  ManualClock clock;
  SeededRandom random{1};
  kube::MemoryClient client{clock, random};
  std::shared_ptr<cue::Runtime> runtime = oam::makeRuntime();
  Gatekeeper gatekeeper{client, runtime, std::make_shared<oam::BuiltInCatalog>(runtime), "vela-system"};
};

TEST_F(GatekeeperTest, ADefinitionIsRefusedWithTheLineAndColumnOfItsTemplate) {
  EXPECT_EQ(refusal(definition("good", "output: {apiVersion: \"v1\", kind: \"ConfigMap\"}")), "");
  std::string said = refusal(definition("bad", "output: {\n          kind: parameter.\n        }"));
  EXPECT_NE(said.find("ComponentDefinition.core.oam.dev \"bad\" is invalid: "), std::string::npos) << said;
  EXPECT_NE(said.find("<ComponentDefinition bad>:"), std::string::npos) << said;
  said = refusal(definition("bad", "output: {kind: \"A\"} & {kind: \"B\"}"));
  EXPECT_NE(said.find("<ComponentDefinition bad>:1:"), std::string::npos) << said;
  EXPECT_NE(said.find("conflicting values"), std::string::npos) << said;
  EXPECT_NE(refusal(definition("bad", "parameter: {}")).find("needs an output"), std::string::npos);
  EXPECT_NE(refusal(definition("bad", "output: kind: \"A\"", "  status: {healthPolicy: \"ok: true\"}\n"))
                .find("isHealth"),
            std::string::npos);
}

TEST_F(GatekeeperTest, AComponentWithoutAWorkloadTypeGetsOne) {
  Value object = yaml(definition("a", "output: kind: \"A\""));
  Gatekeeper::complete(object);
  EXPECT_EQ(object.get("spec", "workload").get("type").asString(), "autodetects.core.oam.dev");
  Value given =
      yaml(definition("a", "output: kind: \"A\"", "  workload: {definition: {apiVersion: v1, kind: Pod}}\n"));
  Value same = given;
  Gatekeeper::complete(given);
  EXPECT_EQ(given, same);
}

TEST_F(GatekeeperTest, AVersionIsThreeNumbersAndSaysOneThing) {
  const std::string body = "output: kind: \"A\"";
  EXPECT_NE(refusal(definition("d", body, "  version: \"1.2\"\n")).find("no version"), std::string::npos);
  EXPECT_EQ(refusal(definition("d", body, "  version: \"1.2.3\"\n")), "");
  put({"core.oam.dev", "v1beta1", "definitionrevisions"},
      "apiVersion: core.oam.dev/v1beta1\nkind: DefinitionRevision\nmetadata: {name: d-v1.2.3, namespace: d}\n"
      "spec:\n  revision: 1\n  componentDefinition:\n    metadata: {name: d}\n    spec:\n      version: "
      "1.2.3\n"
      "      schematic: {cue: {template: \"output: kind: \\\"Other\\\"\"}}\n");
  EXPECT_NE(refusal(definition("d", body, "  version: \"1.2.3\"\n")).find("says something else"),
            std::string::npos);
  EXPECT_EQ(refusal(definition("d", body, "  version: \"1.2.4\"\n")), "");
}

TEST_F(GatekeeperTest, AnApplicationIsRefusedWithThePathOfTheFault) {
  EXPECT_EQ(refusal(application("  components:\n  - {name: a, type: webservice, properties: {image: x}}\n")),
            "");
  std::string said = refusal(application("  components:\n  - {name: a, type: webservce, properties: {}}\n"));
  EXPECT_NE(said.find("spec.components[0].type"), std::string::npos) << said;
  EXPECT_NE(said.find("did you mean webservice?"), std::string::npos) << said;
  said = refusal(application("  components:\n  - {name: a, type: webservice, properties: {image: 7}}\n"));
  EXPECT_NE(said.find("spec.components[0].properties"), std::string::npos) << said;
  said =
      refusal(application("  components:\n  - name: a\n    type: webservice\n    properties: {image: x}\n"
                          "    traits:\n    - {type: scaler, properties: {replicas: many}}\n"));
  EXPECT_NE(said.find("spec.components[0].traits[0].properties"), std::string::npos) << said;
  said = refusal(application("  components: []\n  workflow: {ref: nowhere}\n"));
  EXPECT_NE(said.find("there is no Workflow named \"nowhere\""), std::string::npos) << said;
}

TEST_F(GatekeeperTest, TimeoutsOfStepsAndSubStepsAreDurations) {
  auto with = [](const char* step, const char* sub) {
    return application(std::string("  components: [{name: a, type: webservice, properties: {image: x}}]\n") +
                       "  workflow:\n    steps:\n    - name: g\n      type: step-group\n      timeout: " +
                       step + "\n      subSteps: [{name: s, type: suspend, timeout: " + sub + "}]\n");
  };
  EXPECT_EQ(refusal(with("1h30m", "0.5s")), "");
  EXPECT_NE(refusal(with("1d", "1s")).find("\"1d\" is no duration"), std::string::npos);
  EXPECT_NE(refusal(with("1m", "soon")).find("spec.workflow.steps[0].subSteps[0]"), std::string::npos);
}

TEST_F(GatekeeperTest, WhatIsLikelyNotMeantIsAWarning) {
  put({"core.oam.dev", "v1beta1", "componentdefinitions"},
      definition("open",
                 "output: {apiVersion: \"v1\", kind: \"ConfigMap\"}\n        parameter: {size: *1 | int}"));
  EXPECT_EQ(refusal(application("  components:\n  - {name: a, type: open, properties: {sise: 2}}\n")), "");
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("spec.components[0].properties.sise"), std::string::npos) << warnings[0];
}

TEST_F(GatekeeperTest, WorkflowsAndPoliciesElsewhereAreRead) {
  const std::string app =
      "  components:\n  - {name: a, type: webservice, properties: {image: x}}\n  workflow: {ref: flow}\n";
  EXPECT_NE(refusal(application(app)), "");
  put({"core.oam.dev", "v1alpha1", "workflows"},
      "apiVersion: core.oam.dev/v1alpha1\nkind: Workflow\nmetadata: {name: flow, namespace: d}\n"
      "steps: [{name: s, type: deploy, properties: {policies: [more]}}]\n");
  EXPECT_NE(refusal(application(app)).find("no policy named \"more\""), std::string::npos);
  put({"core.oam.dev", "v1alpha1", "policies"},
      "apiVersion: core.oam.dev/v1alpha1\nkind: Policy\nmetadata: {name: more, namespace: d}\ntype: "
      "override\n"
      "properties: {components: [{name: a, properties: {image: 7}}]}\n");
  EXPECT_NE(refusal(application(app)).find("image"), std::string::npos);
}

TEST_F(GatekeeperTest, ReferredObjectsAreReadFromTheApi) {
  const std::string app =
      "  components:\n  - name: a\n    type: ref-objects\n    properties:\n      objects:\n"
      "      - {apiVersion: v1, kind: ConfigMap, name: there}\n";
  EXPECT_NE(refusal(application(app)).find("there"), std::string::npos);
  put({"", "v1", "configmaps"}, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: there, namespace: d}\n");
  EXPECT_EQ(refusal(application(app)), "");
}

TEST_F(GatekeeperTest, WhatAWorkflowMaySupplyIsNotMissed) {
  EXPECT_EQ(refusal(application("  components:\n  - name: a\n    type: webservice\n    properties: {}\n"
                                "    inputs: [{from: image, parameterKey: image}]\n")),
            "");
  EXPECT_NE(refusal(application("  components:\n  - name: a\n    type: nothing\n    properties: {}\n"
                                "    inputs: [{from: image, parameterKey: image}]\n")),
            "");
}

TEST_F(GatekeeperTest, WritesThatLeaveTheSpecAlonePass) {
  std::string bad = application("  components:\n  - {name: a, type: nothing, properties: {}}\n");
  Value old = yaml(bad);
  EXPECT_EQ(refusal(bad, &old), "");
  Value going = old;
  going["metadata"].set("deletionTimestamp", "2026-01-01T00:00:00Z");
  EXPECT_TRUE(gatekeeper.review(going, nullptr, warnings));
  EXPECT_TRUE(
      gatekeeper.review(yaml("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"), nullptr, warnings));
}

TEST_F(GatekeeperTest, DefinitionsOfTheNamespaceComeFirstAndVersionsAreRevisions) {
  put({"core.oam.dev", "v1beta1", "componentdefinitions"},
      definition("mine",
                 "output: {apiVersion: \"v1\", kind: \"ConfigMap\"}\n        parameter: {a: string}"));
  put({"core.oam.dev", "v1beta1", "definitionrevisions"},
      "apiVersion: core.oam.dev/v1beta1\nkind: DefinitionRevision\nmetadata: {name: mine-v1, namespace: d}\n"
      "spec:\n  revision: 1\n  componentDefinition:\n    metadata: {name: mine}\n    spec:\n"
      "      schematic: {cue: {template: \"output: {apiVersion: \\\"v1\\\", kind: \\\"A\\\"}, parameter: {b: "
      "int}\"}}\n");
  auto with = [](const char* type, const char* properties) {
    return application(std::string("  components:\n  - {name: a, type: ") + type +
                       ", properties: " + properties + "}\n");
  };
  EXPECT_EQ(refusal(with("mine", "{a: x}")), "");
  EXPECT_NE(refusal(with("mine", "{a: 1}")), "");
  EXPECT_EQ(refusal(with("mine@v1", "{b: 1}")), "");
  EXPECT_NE(refusal(with("mine@v1", "{b: x}")), "");
  EXPECT_NE(refusal(with("mine@v2", "{}")).find("has no version 2"), std::string::npos);
}

}  // namespace
}  // namespace puppis::controller
