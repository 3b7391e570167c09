// SPDX-License-Identifier: Apache-2.0
#include "render/render.h"

#include "data/json.h"
#include "render/testing/fixture.h"

namespace puppis::render {
namespace {

constexpr const char* kWeb = R"(output: {
	apiVersion: "apps/v1"
	kind:       "Deployment"
	spec: {
		replicas: *1 | int
		template: spec: containers: [{
			name:  context.name
			image: parameter.image
			if parameter.env != _|_ {env: parameter.env}
		}]
	}
}
outputs: service: {
	apiVersion: "v1"
	kind:       "Service"
	metadata: name: context.name
	spec: port: parameter.port
}
parameter: {
	// +usage=the image
	image: string
	port:  *80 | int
	env?: [...{name: string, value?: string}]
})";

class Render : public ::testing::Test, public testing::Fixture {
 protected:
  void SetUp() override { component("web", kWeb); }

  /// The spec of the first object of the first component.
  std::string workloadSpec(const std::string& spec) {
    auto out = render(spec);
    if (!out) return "error: " + out.error().str();
    return data::toJson(out->components.at(0).resources.at(0).object.get("spec"), {.sortKeys = true});
  }
  /// The same for an app of one component with the image x and these traits.
  std::string withTraits(const std::string& traits, const std::string& properties = "{image: x}") {
    return workloadSpec("spec:\n  components:\n    - name: c\n      type: web\n      properties: " +
                        properties + "\n      traits:\n" + traits);
  }
};

TEST_F(Render, StampsNamesLabelsAndAnnotations) {
  auto out = render(R"(  labels: {team: a, hide: b}
  annotations:
    filter.oam.dev/label-keys: hide
    note: hello
spec:
  components:
    - name: front
      type: web
      properties: {image: nginx}
)");
  ASSERT_TRUE(out) << out.error().str();
  auto objects = out->objects();
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(
      data::toJson(objects[0].get("metadata"), {.sortKeys = true}),
      R"({"annotations":{"note":"hello"},"labels":{"app.oam.dev/appRevision":"","app.oam.dev/component":"front",)"
      R"("app.oam.dev/name":"app","app.oam.dev/namespace":"default","app.oam.dev/resourceType":"WORKLOAD",)"
      R"("team":"a","workload.oam.dev/type":"web"},"name":"front","namespace":"default"})");
  const data::Value& labels = objects[1].get("metadata", "labels");
  EXPECT_EQ(labels.get("app.oam.dev/resourceType").asString(), "TRAIT");
  EXPECT_EQ(labels.get("trait.oam.dev/type").asString(), "AuxiliaryWorkload");
  EXPECT_EQ(labels.get("trait.oam.dev/resource").asString(), "service");
  EXPECT_EQ(objects[1].get("spec", "port").asInt(), 80);
}

TEST_F(Render, APatchMergesAndOverridesADefault) {
  trait("scale", "patch: spec: replicas: parameter.count\nparameter: count: int");
  EXPECT_EQ(withTraits("        - {type: scale, properties: {count: 3}}"),
            R"({"replicas":3,"template":{"spec":{"containers":[{"image":"x","name":"c"}]}}})");
}

TEST_F(Render, AConflictIsAnErrorAndRetainKeysReplaces) {
  trait("image", "patch: spec: template: spec: restart: parameter.v\nparameter: v: string");
  trait("replace",
        "patch: spec: template: spec: {\n\t// +patchStrategy=retainKeys\n\trestart: "
        "parameter.v\n}\nparameter: v: string");
  std::string first = "        - {type: image, properties: {v: a}}\n";
  EXPECT_NE(withTraits(first + "        - {type: image, properties: {v: b}}").find("error"),
            std::string::npos);
  EXPECT_NE(withTraits(first + "        - {type: replace, properties: {v: b}}").find(R"("restart":"b")"),
            std::string::npos);
}

TEST_F(Render, RetainKeysOnAShorthandField) {
  trait("scale",
        "// +patchStrategy=retainKeys\npatch: spec: replicas: parameter.count\nparameter: count: *1 | int");
  EXPECT_EQ(
      withTraits(
          "        - {type: scale, properties: {count: 3}}\n        - {type: scale, properties: {count: 5}}"),
      R"({"replicas":5,"template":{"spec":{"containers":[{"image":"x","name":"c"}]}}})");
}

TEST_F(Render, ListsMergeByPatchKey) {
  trait("side", R"(patch: {
	// +patchKey=name
	spec: template: spec: containers: [{name: parameter.name, image: parameter.image}, {name: context.name, tty: true}]
}
parameter: {name: string, image: string})");
  EXPECT_EQ(
      withTraits("        - {type: side, properties: {name: s, image: z}}"),
      R"({"replicas":1,"template":{"spec":{"containers":[{"image":"x","name":"c","tty":true},{"image":"z","name":"s"}]}}})");
}

TEST_F(Render, ThePatchKeyIsInheritedAndReplaceReplacesLists) {
  trait("env", R"(patch: {
	// +patchKey=name
	spec: template: spec: containers: [{name: context.name, env: [{name: "B", value: "2"}]}]
}
parameter: {})");
  trait("onlyenv", R"(patch: {
	// +patchKey=name
	spec: template: spec: containers: [{
		name: context.name
		// +patchStrategy=replace
		env: [{name: "Z", value: "9"}]
	}]
}
parameter: {})");
  EXPECT_NE(withTraits("        - {type: env}", "{image: x, env: [{name: A, value: '1'}]}")
                .find(R"("env":[{"name":"A","value":"1"},{"name":"B","value":"2"}])"),
            std::string::npos)
      << withTraits("        - {type: env}", "{image: x, env: [{name: A, value: '1'}]}");
  EXPECT_NE(withTraits("        - {type: onlyenv}", "{image: x, env: [{name: A, value: '1'}]}")
                .find(R"("env":[{"name":"Z","value":"9"}])"),
            std::string::npos);
}

TEST_F(Render, WholePatchStrategies) {
  trait("ops",
        "// +patchStrategy=jsonPatch\npatch: operations: [{op: \"remove\", path: "
        "\"/spec/template\"}]\nparameter: {}");
  trait("nulls",
        "// +patchStrategy=jsonMergePatch\npatch: spec: {replicas: null, paused: true}\nparameter: {}");
  EXPECT_EQ(withTraits("        - {type: ops}\n        - {type: nulls}"), R"({"paused":true})");
}

TEST_F(Render, LaterTraitsSeeEarlierPatchesAndOutputsArePatched) {
  trait("scale", "patch: spec: replicas: 4\nparameter: {}");
  trait("see",
        "outputs: cm: {apiVersion: \"v1\", kind: \"ConfigMap\", data: n: "
        "\"\\(context.output.spec.replicas)\"}\n"
        "patchOutputs: service: spec: type: \"NodePort\"\nparameter: {}");
  auto out = render(
      "spec:\n  components:\n    - name: c\n      type: web\n      properties: {image: x}\n      traits:\n"
      "        - {type: scale}\n        - {type: see}\n");
  ASSERT_TRUE(out) << out.error().str();
  auto objects = out->objects();
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[1].get("spec", "type").asString(), "NodePort");
  EXPECT_EQ(objects[2].get("data", "n").asString(), "4");
  EXPECT_EQ(objects[2].get("metadata", "labels", "trait.oam.dev/type").asString(), "see");
  EXPECT_EQ(objects[2].get("metadata", "name").asString().substr(0, 6), "c-see-");
}

TEST_F(Render, ErrsAreTheAuthorsWords) {
  trait("strict",
        "errs: [if parameter.a != _|_ if parameter.b != _|_ {\"a and b exclude each other\"}]\nparameter: "
        "{a?: int, b?: int}");
  std::string text = withTraits("        - {type: strict, properties: {a: 1, b: 2}}");
  EXPECT_NE(text.find("a and b exclude each other"), std::string::npos) << text;
  EXPECT_EQ(withTraits("        - {type: strict, properties: {a: 1}}").find("error"), std::string::npos);
}

TEST_F(Render, AMissingParameterNamesItselfAndThePlaces) {
  std::string text = workloadSpec(
      "spec:\n  components:\n    - name: c\n      type: web\n      properties:\n        port: 1\n");
  EXPECT_NE(text.find("app.yaml:9:7: "), std::string::npos) << text;
  EXPECT_NE(text.find("the required parameter \"image\" is missing"), std::string::npos) << text;
  auto out =
      render("spec:\n  components:\n    - name: c\n      type: web\n      properties:\n        port: 1\n");
  bool definitionNamed = false;
  for (const Location& at : out.error().where()) definitionNamed |= at.file == "web.yaml" && at.line != 0;
  EXPECT_TRUE(definitionNamed) << out.error().report();
}

TEST_F(Render, AWrongParameterPointsAtTheUsersLineFirst) {
  auto out = render(
      "spec:\n  components:\n    - name: c\n      type: web\n      properties:\n        image: x\n        "
      "port: \"80\"\n");
  ASSERT_FALSE(out);
  ASSERT_FALSE(out.error().where().empty()) << out.error().str();
  EXPECT_EQ(out.error().where()[0].str(), "app.yaml:11:15") << out.error().report();
  EXPECT_EQ(out.error().pathText(), "spec.components[0].properties.port");
}

TEST_F(Render, UnknownTypesAreAllNamedAtTheirPlaces) {
  auto out = render(
      "spec:\n  components:\n    - name: a\n      type: wbe\n    - name: b\n      type: web\n      "
      "properties: {image: x}\n"
      "      traits:\n        - type: scaler\n");
  ASSERT_FALSE(out);
  std::string text = out.error().str();
  EXPECT_NE(text.find("app.yaml:8:13: spec.components[0].type: unknown component type \"wbe\" (expected "
                      "\"web\", found \"wbe\"; did you mean web?)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("app.yaml:13:17: spec.components[1].traits[0].type: unknown trait type \"scaler\""),
            std::string::npos)
      << text;
}

TEST_F(Render, AnUndeclaredParameterIsAWarningInOpenDefinitions) {
  auto out =
      render("spec:\n  components:\n    - name: c\n      type: web\n      properties: {image: x, prot: 1}\n");
  ASSERT_TRUE(out) << out.error().str();
  ASSERT_EQ(out->warnings.size(), 1u);
  EXPECT_NE(out->warnings[0].str().find("app.yaml:9:30"), std::string::npos) << out->warnings[0].str();
  EXPECT_NE(out->warnings[0].str().find("did you mean port?"), std::string::npos);
}

TEST_F(Render, AWorkloadReferenceIsSetWhereTheTraitWantsIt) {
  trait("hpa", "outputs: h: {apiVersion: \"v1\", kind: \"H\", metadata: name: \"n\"}\nparameter: {}",
        "  workloadRefPath: spec.ref\n");
  auto out = render(
      "spec:\n  components:\n    - name: c\n      type: web\n      properties: {image: x}\n      traits: "
      "[{type: hpa}]\n");
  ASSERT_TRUE(out) << out.error().str();
  EXPECT_EQ(data::toJson(out->objects().at(2).get("spec", "ref")),
            R"({"apiVersion":"apps/v1","kind":"Deployment","name":"c"})");
}

TEST_F(Render, ATraitMayManageTheWorkload) {
  trait("roll", "outputs: r: {apiVersion: \"v1\", kind: \"R\", metadata: name: \"n\"}\nparameter: {}",
        "  manageWorkload: true\n");
  auto out = render(
      "spec:\n  components:\n    - name: c\n      type: web\n      properties: {image: x}\n      traits: "
      "[{type: roll}]\n");
  ASSERT_TRUE(out) << out.error().str();
  EXPECT_TRUE(out->components[0].workloadManagedByTrait);
  EXPECT_EQ(out->objects().at(0).get("kind").asString(), "Service");
}

TEST_F(Render, PoliciesSeeTheArtifacts) {
  define("PolicyDefinition", "backup",
         "output: {apiVersion: \"v1\", kind: \"Backup\", spec: image: "
         "context.artifacts.c.workload.spec.template.spec.containers[0].image, spec: keep: "
         "parameter.keep}\nparameter: keep: int");
  auto out = render(
      "spec:\n  components:\n    - {name: c, type: web, properties: {image: x}}\n  policies:\n"
      "    - {name: b, type: backup, properties: {keep: 3}}\n    - {type: topology, properties: {clusters: "
      "[a]}}\n");
  ASSERT_TRUE(out) << out.error().str();
  ASSERT_EQ(out->policies.size(), 1u);
  EXPECT_EQ(data::toJson(out->policies[0].objects.at(0).get("spec"), {.sortKeys = true}),
            R"({"image":"x","keep":3})");
  EXPECT_EQ(out->policies[0].objects[0].get("metadata", "name").asString(), "b");
}

TEST_F(Render, ATerraformModuleBecomesAConfiguration) {
  auto source = SourceFile::make("rds.yaml", R"(apiVersion: core.oam.dev/v1beta1
kind: ComponentDefinition
metadata: {name: rds}
spec:
  schematic:
    terraform:
      type: remote
      configuration: https://example.org/rds.git
      path: modules/rds
      providerRef: {name: ali, namespace: default}
)");
  auto definition = oam::parseDefinition(data::parseYaml(source)->at(0), source);
  ASSERT_TRUE(definition) << definition.error().str();
  catalog->add(*definition);
  auto out = render(
      "spec:\n  components:\n    - name: db\n      type: rds\n      properties:\n        size: 2\n"
      "        writeConnectionSecretToRef: {name: conn}\n");
  ASSERT_TRUE(out) << out.error().str();
  EXPECT_EQ(
      data::toJson(out->objects().at(0).get("spec"), {.sortKeys = true}),
      R"({"path":"modules/rds","providerRef":{"name":"ali","namespace":"default"},"remote":"https://example.org/rds.git",)"
      R"("variable":{"size":2},"writeConnectionSecretToRef":{"name":"conn","namespace":"default"}})");
}

TEST_F(Render, ABottomlessTemplateIsStopped) {
  component("bomb",
            "output: {apiVersion: \"v1\", kind: \"X\", data: \"\\(len(_l6))\"}\n_l0: [for i in "
            "[1,2,3,4,5,6,7,8,9,10] {i}]\n"
            "_l1: [for a in _l0 for b in _l0 {a}]\n_l2: [for a in _l1 for b in _l1 {a}]\n_l3: [for a in _l2 "
            "for b in _l2 {a}]\n"
            "_l4: [for a in _l3 for b in _l3 {a}]\n_l5: [for a in _l4 for b in _l4 {a}]\n_l6: [for a in _l5 "
            "for b in _l5 {a}]\nparameter: {}");
  context.budgetTime = std::chrono::milliseconds(200);
  context.budgetMemory = std::uint64_t{64} << 20;
  auto out = render("spec:\n  components:\n    - {name: c, type: bomb}\n");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code(), ErrorCode::ResourceExhausted) << out.error().str();
}

TEST_F(Render, AKubeSchematicTakesItsParametersByFieldPaths) {
  auto source = SourceFile::make("kube.yaml", R"(apiVersion: core.oam.dev/v1beta1
kind: ComponentDefinition
metadata: {name: plain}
spec:
  schematic:
    kube:
      template:
        apiVersion: apps/v1
        kind: Deployment
        spec: {template: {spec: {containers: [{name: main, image: old}]}}}
      parameters:
        - {name: image, type: string, fieldPaths: ["spec.template.spec.containers[0].image", "spec.note"]}
        - {name: replicas, type: number, required: false, fieldPaths: [spec.replicas]}
)");
  auto documents = data::parseYaml(source);
  ASSERT_TRUE(documents);
  auto definition = oam::parseDefinition(documents->at(0), source);
  ASSERT_TRUE(definition) << definition.error().str();
  catalog->add(*definition);
  trait("labels", "patch: metadata: labels: a: \"b\"");
  auto made = [&](const std::string& properties) {
    return render("spec:\n  components:\n    - name: c\n      type: plain\n      properties: " + properties +
                  "\n      traits: [{type: labels, properties: {}}]\n");
  };
  auto out = made("{image: new, replicas: 3}");
  ASSERT_TRUE(out) << out.error().str();
  const data::Value& object = out->components[0].resources[0].object;
  EXPECT_EQ(
      data::toJson(object.get("spec"), {.sortKeys = true}),
      R"({"note":"new","replicas":3,"template":{"spec":{"containers":[{"image":"new","name":"main"}]}}})");
  EXPECT_EQ(object.get("metadata", "name").asString(), "c");
  EXPECT_EQ(object.get("metadata", "labels").get("a").asString(), "b");
  EXPECT_NE(made("{}").error().str().find("the property \"image\" is missing"), std::string::npos);
  EXPECT_NE(made("{image: new, replicas: many}").error().str().find("expected number"), std::string::npos);
}

TEST_F(Render, AHelmSchematicSaysWhatToDoInstead) {
  auto parsed = data::parseYaml(SourceFile::make(
      "h.yaml",
      "apiVersion: core.oam.dev/v1beta1\nkind: ComponentDefinition\nmetadata: {name: chart}\nspec: "
      "{schematic: {helm: {release: {}, repository: {}}}}\n"));
  ASSERT_TRUE(parsed);
  auto definition = oam::parseDefinition(parsed->at(0), nullptr);
  ASSERT_TRUE(definition) << definition.error().str();
  catalog->add(*definition);
  auto out = render("spec:\n  components:\n    - {name: c, type: chart, properties: {}}\n");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code(), ErrorCode::NotSupported);
  EXPECT_NE(out.error().str().find("schematic.helm"), std::string::npos) << out.error().str();
}

TEST_F(Render, ATopologysNamespaceIsForAllObjectsButThoseOfTheControlPlane) {
  trait("here", "outputs: a: {apiVersion: \"v1\", kind: \"Secret\", metadata: name: \"a\"}",
        "  controlPlaneOnly: true\n");
  trait("there",
        "outputs: b: {apiVersion: \"v1\", kind: \"Secret\", metadata: {name: \"b\", namespace: \"x\"}}");
  auto spaces = [&] {
    auto out = render(
        "spec:\n  components:\n    - name: c\n      type: web\n      properties: {image: x}\n"
        "      traits: [{type: here, properties: {}}, {type: there, properties: {}}]\n");
    std::string text;
    if (!out) return out.error().str();
    for (const Resource& r : out->components[0].resources)
      text += r.object.get("metadata", "namespace").asString() + " ";
    return text;
  };
  EXPECT_EQ(spaces(), "default default default x ");
  context.targetNamespace = "prod";
  EXPECT_EQ(spaces(), "prod prod default prod ");
}

}  // namespace
}  // namespace puppis::render
