// SPDX-License-Identifier: Apache-2.0
#include "oam/scaffold.h"

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/yaml.h"

namespace puppis::oam {
namespace {

std::vector<data::Value> yaml(std::string text) {
  auto documents = data::parseYaml(SourceFile::make("x.yaml", std::move(text)));
  EXPECT_TRUE(documents) << documents.error().str();
  return *documents;
}

void expectReadable(const Result<std::string>& text) {
  ASSERT_TRUE(text) << text.error().str();
  auto runtime = cue::Runtime::make();
  auto definition = parseAuthoredDefinition(SourceFile::make("new.cue", *text), *runtime);
  EXPECT_TRUE(definition) << definition.error().str() << *text;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Scaffold, EveryKindCanBeReadBack) {
  for (auto kind : {DefinitionKind::Component, DefinitionKind::Trait, DefinitionKind::Policy,
                    DefinitionKind::WorkflowStep}) {
    expectReadable(scaffold({.name = "my-thing", .kind = kind, .description = "a \"thing\"", .alias = ""}));
  }
  EXPECT_FALSE(scaffold({.name = "x", .kind = DefinitionKind::Workload, .description = "", .alias = ""}));
}

TEST(Scaffold, ObjectsBecomeATemplateWithTheUsualParameters) {
  auto objects = yaml(R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: x, uid: u}
spec: {replicas: 2, template: {spec: {containers: [{name: c, image: "nginx:1"}]}}}
status: {replicas: 2}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: extra}
)");
  auto text = scaffoldOfObjects(
      {.name = "shop", .kind = DefinitionKind::Component, .description = "", .alias = ""}, objects);
  expectReadable(text);
  EXPECT_TRUE(has(*text, "image: *\"nginx:1\" | string")) << *text;
  EXPECT_TRUE(has(*text, "replicas: *2 | int")) << *text;
  EXPECT_TRUE(has(*text, "image: parameter.image")) << *text;
  EXPECT_TRUE(has(*text, "type: \"deployments.apps\"")) << *text;
  EXPECT_TRUE(has(*text, "service2: {")) << *text;
  EXPECT_TRUE(has(*text, "\"\\(context.name)-extra\"")) << *text;
  EXPECT_FALSE(has(*text, "status:")) << *text;
  EXPECT_FALSE(has(*text, "uid")) << *text;
  for (auto kind : {DefinitionKind::Trait, DefinitionKind::Policy, DefinitionKind::WorkflowStep}) {
    expectReadable(
        scaffoldOfObjects({.name = "shop", .kind = kind, .description = "", .alias = ""}, objects));
  }
}

TEST(Scaffold, ACrdGivesItsSpecAsParameters) {
  auto crd = yaml(R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: example.com
  names: {kind: Database}
  versions:
  - name: v1alpha1
    storage: false
  - name: v1
    storage: true
    schema:
      openAPIV3Schema:
        description: A database
        properties:
          spec:
            type: object
            required: [engine]
            properties:
              engine: {type: string, enum: [mysql, postgres], description: "Which\nengine."}
              size: {type: integer, minimum: 1, maximum: 64, default: 3}
              tags: {type: object, additionalProperties: {type: string}}
              hosts: {type: array, items: {type: string, pattern: "^a"}}
              port: {x-kubernetes-int-or-string: true}
              raw: {type: object, x-kubernetes-preserve-unknown-fields: true}
)");
  auto text = scaffoldOfCrd(
      {.name = "database", .kind = DefinitionKind::Component, .description = "", .alias = ""}, crd[0]);
  expectReadable(text);
  EXPECT_TRUE(has(*text, "apiVersion: \"example.com/v1\"")) << *text;
  EXPECT_TRUE(has(*text, "// +usage=Which engine\n\t\tengine: \"mysql\" | \"postgres\"")) << *text;
  EXPECT_TRUE(has(*text, "*3 | int & >=1 & <=64")) << *text;
  EXPECT_TRUE(has(*text, "hosts?: [...=~\"^a\"]")) << *text;
  EXPECT_TRUE(has(*text, "port?: int | string")) << *text;
  EXPECT_TRUE(has(*text, "description: \"A database\"")) << *text;
}

TEST(Scaffold, ValuesOfAChartBecomeParameters) {
  auto schema = yaml(R"({"type": "object", "properties": {"replicaCount": {"type": "integer", "default": 1},
    "image": {"$ref": "#/definitions/image"}}, "definitions": {"image": {"type": "object",
    "properties": {"tag": {"type": ["string", "null"]}}}}})");
  auto text = scaffoldOfValues(
      {.name = "redis", .kind = DefinitionKind::Component, .description = "", .alias = ""}, schema[0]);
  expectReadable(text);
  EXPECT_TRUE(has(*text, "replicaCount: *1 | int")) << *text;
  EXPECT_TRUE(has(*text, "tag?: string | null")) << *text;
  EXPECT_FALSE(scaffoldOfValues({.name = "x", .kind = DefinitionKind::Trait, .description = "", .alias = ""},
                                schema[0]));
}

}  // namespace
}  // namespace puppis::oam
