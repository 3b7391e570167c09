// SPDX-License-Identifier: Apache-2.0
#include "oam/application.h"

#include <gtest/gtest.h>

#include "data/json.h"
#include "data/yaml.h"

namespace puppis::oam {
namespace {

struct Read {
  ApplicationFiles files;
  Diagnostics diagnostics;
  std::string problem;
};

Read read(std::string text) {
  Read out;
  IsTrait isTrait = [](std::string_view name) { return name == "scaler" || name == "env"; };
  auto files =
      readApplicationFiles({SourceFile::make("app.yaml", std::move(text))}, isTrait, out.diagnostics);
  if (files) {
    out.files = std::move(*files);
  } else {
    out.problem = files.error().str();
  }
  return out;
}

std::string joined(const std::vector<Error>& errors) {
  std::string out;
  for (const Error& e : errors) out += e.str() + "\n";
  return out;
}

TEST(Application, ReadsEveryPart) {
  Read r = read(R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
  namespace: prod
  labels: {team: a}
spec:
  components:
    - name: web
      type: webservice
      properties:
        image: nginx
      dependsOn: [db]
      inputs:
        - from: context.appName
          parameterKey: env[0].value
      traits:
        - type: scaler
          properties: {replicas: 2}
    - name: db
      type: worker@v1.2
  policies:
    - type: topology
      properties: {clusters: [local]}
  workflow:
    mode: {steps: DAG}
    steps:
      - type: step-group
        name: g
        subSteps:
          - {name: s, type: suspend, if: always, timeout: 5s}
)");
  EXPECT_EQ(joined(r.diagnostics.errors), "");
  EXPECT_EQ(joined(r.diagnostics.warnings), "");
  const Application& app = r.files.application;
  EXPECT_EQ(app.namespace_, "prod");
  EXPECT_EQ(app.labels.at("team"), "a");
  ASSERT_EQ(app.components.size(), 2u);
  const Component& web = app.components[0];
  EXPECT_EQ(web.properties.get("image").asString(), "nginx");
  EXPECT_EQ(web.typePlace.mark.line, 10u);
  EXPECT_EQ(web.propertiesPlace.mark.line, 11u);
  EXPECT_EQ(web.typePlace.path.str(), "spec.components[0].type");
  EXPECT_EQ(web.traits.at(0).properties.get("replicas").asInt(), 2);
  EXPECT_EQ(app.policies.at(0).name, "topology-auto-gen-0");
  EXPECT_EQ(app.workflow->steps.at(0).subSteps.at(0).condition, "always");
}

TEST(Application, TheFirstFormIsRewritten) {
  Read r = read(R"(apiVersion: core.oam.dev/v1alpha2
kind: Application
metadata:
  name: application-sample
spec:
  components:
    - name: foo
      type: webservice
      settings:
        image: crccheck/hello-world
        port: 8000
      traits:
        - name: ingress
          properties:
            domain: testsvc.example.com
        - name: sidecar
          properties:
            name: "logging"
    - name: bar
      type: aliyun-oss # cloud service
      bucket: "my-bucket"
)");
  EXPECT_EQ(joined(r.diagnostics.errors), "");
  EXPECT_EQ(joined(r.diagnostics.warnings), "");
  const Application& app = r.files.application;
  EXPECT_EQ(data::toJson(app.components.at(0).properties), R"({"image":"crccheck/hello-world","port":8000})");
  EXPECT_EQ(app.components[0].traits.at(0).type, "ingress");
  EXPECT_EQ(app.components[0].traits.at(1).properties.get("name").asString(), "logging");
  EXPECT_EQ(data::toJson(app.components.at(1).properties), R"({"bucket":"my-bucket"})");
  EXPECT_EQ(app.components[1].properties.findMember("bucket")->keyMark.line, 21u);
}

TEST(Application, TheRolloutPlanIsKept) {
  Read r = read(R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: my-app}
spec:
  components:
  - {name: a, type: clonesetservice}
  rolloutPlan:
    rolloutStrategy: "IncreaseFirst"
    rolloutBatches:
    - replicas: 50%
  targetSize: 6
  batchPartition: 2
)");
  EXPECT_EQ(joined(r.diagnostics.warnings), "");
  EXPECT_EQ(r.files.application.rolloutPlan.get("targetSize").asInt(), 6);
  EXPECT_EQ(r.files.application.rolloutPlan.get("rolloutStrategy").asString(), "IncreaseFirst");
}

TEST(Application, AnAppfileBecomesAnApplication) {
  Read r = read(R"(name: my-app-name
services:
  my-service-name:
    image: oamdev/testapp:v1
    cmd: ["node", "server.js"]
    cpu: "0.1"
    scaler:
      replicas: 3
    env:
      - {name: FOO, value: bar}
  other:
    type: worker
    image: x
)");
  EXPECT_EQ(joined(r.diagnostics.errors), "");
  const Application& app = r.files.application;
  EXPECT_EQ(app.name, "my-app-name");
  ASSERT_EQ(app.components.size(), 2u);
  EXPECT_EQ(app.components[0].name, "my-service-name");
  EXPECT_EQ(app.components[0].type, "webservice");
  EXPECT_EQ(
      data::toJson(app.components[0].properties),
      R"({"image":"oamdev/testapp:v1","cmd":["node","server.js"],"cpu":"0.1","env":[{"name":"FOO","value":"bar"}]})");
  EXPECT_EQ(app.components[0].traits.at(0).type, "scaler");
  EXPECT_EQ(app.components[1].type, "worker");
}

TEST(Application, EveryFaultOfAFileIsFoundInOneRun) {
  Read r = read(R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: a
  annotations: {x: 1}
spec:
  components:
    - nme: web
      type: webservice
    - name: web
      type: 7
      properties: text
    - name: web
      type: worker
      dependsOn: [wbe]
  policies:
    - {name: p, type: override}
  workflow:
    - type: deploy
)");
  std::string all = joined(r.diagnostics.errors);
  for (const char* text :
       {"app.yaml:5:20: metadata.annotations.x",
        "app.yaml:8:7: spec.components[0].nme: a component has no field \"nme\" (expected \"name\"",
        "app.yaml:11:13: spec.components[1].type", "app.yaml:12:19: spec.components[1].properties",
        "app.yaml:13:13: spec.components[2].name: two components are named \"web\"", "did you mean web?",
        "app.yaml:17:7: spec.policies[0]", "app.yaml:19:5: spec.workflow"}) {
    EXPECT_NE(all.find(text), std::string::npos) << text << "\nin\n" << all;
  }
}

TEST(Application, WithoutNamesItCanStillBeRendered) {
  Read r = read(
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nspec:\n  components:\n    - type: webservice\n");
  EXPECT_EQ(joined(r.diagnostics.errors), "");
  EXPECT_EQ(
      joined(r.diagnostics.warnings),
      "app.yaml:1:1: an Application's metadata needs a \"name\" (expected \"name\" with a string, found "
      "nothing)\n"
      "app.yaml:5:7: spec.components[0]: a component needs a \"name\" (expected \"name\" with a string, "
      "found nothing)\n");
}

TEST(Application, AMisspeltFieldOfAFileIsAFaultAndReadAsWhatWasMeant) {
  const std::string text =
      "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: a}\nspec:\n  components:\n"
      "    - name: web\n      type: webservice\n      propertise: {image: x}\n      colour: red\n";
  Read r = read(text);
  EXPECT_EQ(joined(r.diagnostics.errors),
            "app.yaml:8:7: spec.components[0].propertise: a component has no field \"propertise\" (expected "
            "\"properties\", found \"propertise\"; did you mean properties?)\n");
  EXPECT_EQ(r.files.application.components.at(0).properties.get("image").asString(), "x");
  EXPECT_NE(joined(r.diagnostics.warnings)
                .find("app.yaml:9:7: spec.components[0].colour: a component has no "
                      "field \"colour\"; it is ignored"),
            std::string::npos);
  // An API drops what it does not know, so an object from there is only remarked upon.
  auto documents = data::parseYaml(SourceFile::make("app.yaml", text));
  ASSERT_TRUE(documents);
  Diagnostics diagnostics;
  parseApplication(documents->front(), nullptr, diagnostics);
  EXPECT_EQ(joined(diagnostics.errors), "");
  EXPECT_EQ(diagnostics.warnings.size(), 2u);
}

TEST(Application, ReferencesThatLeadNowhereAreToldAtTheirPlaces) {
  Read r = read(R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: a}
spec:
  components:
    - name: web
      type: webservice
      dependsOn:
        - wbe
      inputs:
        - from: url
          parameterKey: image
      outputs:
        - name: ulr
          valueFrom: "output.status +"
  workflow:
    steps:
      - name: first
        type: suspend
        timeout: 10 minutes
        dependsOn: [frist]
)");
  std::string errors = joined(r.diagnostics.errors);
  EXPECT_NE(errors.find("app.yaml:9:11: spec.components[0].dependsOn[0]"), std::string::npos) << errors;
  EXPECT_NE(errors.find("app.yaml:15:22: spec.components[0].outputs[0].valueFrom"), std::string::npos)
      << errors;
  EXPECT_NE(errors.find("app.yaml:20:18: spec.workflow.steps[0].timeout"), std::string::npos) << errors;
  std::string warnings = joined(r.diagnostics.warnings);
  EXPECT_NE(
      warnings.find("app.yaml:11:17: spec.components[0].inputs[0].from: nothing gives the output \"url\""),
      std::string::npos)
      << warnings;
  EXPECT_NE(warnings.find("app.yaml:21:21: spec.workflow.steps[0].dependsOn[0]"), std::string::npos)
      << warnings;
  EXPECT_NE(warnings.find("did you mean first?"), std::string::npos) << warnings;
}

TEST(Application, WrongVersionsAndKindsAreToldAndTheRestIsRead) {
  Read r = read(
      "apiVersion: core.oam.dev/v1beta2\nkind: Aplication\nmetadata: {name: a}\nspec:\n  components:\n"
      "    - {name: web}\n");
  std::string errors = joined(r.diagnostics.errors);
  EXPECT_NE(errors.find("app.yaml:2:7: kind: this document is no Application"), std::string::npos) << errors;
  EXPECT_NE(errors.find("did you mean Application?"), std::string::npos) << errors;
  EXPECT_NE(errors.find("a component needs a \"type\""), std::string::npos) << errors;
}

TEST(Application, AFileWithoutOneIsRefused) {
  EXPECT_NE(read("# nothing\n").problem.find("there is no Application in app.yaml"), std::string::npos);
  EXPECT_NE(read("a: [1\n").problem.find("app.yaml:"), std::string::npos);
  Read r = read("apiVersion: core.oam.dev/v1beta1\nkind: Aplication\n");
  EXPECT_NE(joined(r.diagnostics.errors).find("did you mean Application?"), std::string::npos);
}

}  // namespace
}  // namespace puppis::oam
