// SPDX-License-Identifier: Apache-2.0
#include "oam/definition.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/files.h"
#include "cue/cue.h"
#include "data/json.h"
#include "data/yaml.h"
#include "oam/builtin.h"
#include "oam/catalog.h"

namespace puppis::oam {
namespace {

Result<std::shared_ptr<const Definition>> fromYaml(std::string text) {
  auto source = SourceFile::make("d.yaml", std::move(text));
  auto documents = data::parseYaml(source);
  if (!documents) return fail(documents.error());
  return parseDefinition(documents->at(0), source);
}

constexpr const char* kTrait = R"(apiVersion: core.oam.dev/v1beta1
kind: TraitDefinition
metadata:
  name: scaler
  annotations:
    definition.oam.dev/description: "scales"
spec:
  appliesToWorkloads: ["deployments.apps"]
  podDisruptive: true
  schematic:
    cue:
      template: |
        parameter: {
          replicas: *1 | int

        }
        patch: spec: replicas: parameter.replicas
)";

TEST(Definition, TheTemplateKeepsItsPlaceInTheFile) {
  auto d = fromYaml(kTrait);
  ASSERT_TRUE(d) << d.error().str();
  EXPECT_EQ((*d)->kind, DefinitionKind::Trait);
  EXPECT_EQ((*d)->description, "scales");
  EXPECT_TRUE((*d)->podDisruptive);
  EXPECT_EQ((*d)->templateSource->name(), "d.yaml");
  EXPECT_EQ((*d)->templateSource->line(14), "          replicas: *1 | int");
  EXPECT_EQ((*d)->templateText.substr(0, 13), "parameter: {\n");
}

TEST(Definition, TheFirstFormHasItsTemplateUnderExtension) {
  auto d = fromYaml(R"(apiVersion: core.oam.dev/v1alpha2
kind: TraitDefinition
metadata:
  name: sidecar
spec:
  appliesToWorkloads: [webservice]
  extension:
    template: |-
      patch: {}
)");
  ASSERT_TRUE(d) << d.error().str();
  EXPECT_EQ((*d)->templateText, "patch: {}");
  EXPECT_EQ((*d)->templateSource->line(9), "      patch: {}");
}

TEST(Definition, FaultsAreAllNamed) {
  auto d = fromYaml(
      "apiVersion: core.oam.dev/v1beta1\nkind: ComponentDefinition\nmetadata: {}\nspec:\n  workload: 7\n");
  ASSERT_FALSE(d);
  std::string all = d.error().str();
  EXPECT_NE(all.find("d.yaml:3:1"), std::string::npos) << all;
  EXPECT_NE(all.find("d.yaml:5:13"), std::string::npos) << all;
  EXPECT_NE(all.find("no template"), std::string::npos) << all;
}

Result<std::shared_ptr<const Definition>> authored(std::string text) {
  return parseAuthoredDefinition(SourceFile::make("x.cue", std::move(text)), *cue::Runtime::make());
}

constexpr const char* kAuthored = R"(import "strings"

"my-comp": {
	type: "component"
	description: "does it"
	annotations: {"a.oam.dev/b": "1", c: "2"}
	labels: {}
	attributes: {
		workload: definition: {
			apiVersion: "apps/v1"
			kind:       "Deployment"
		}
		status: healthPolicy: #"""
			isHealth: true
			"""#
	}
}
template: {
	output: metadata: name: strings.ToLower(context.name)
	parameter: {}
}
)";

TEST(AuthoredDefinition, BecomesTheApiObject) {
  auto d = authored(kAuthored);
  ASSERT_TRUE(d) << d.error().str();
  EXPECT_EQ((*d)->name, "my-comp");
  EXPECT_EQ((*d)->workload.kind, "Deployment");
  EXPECT_EQ((*d)->healthPolicy, "isHealth: true");
  EXPECT_EQ((*d)->description, "does it");
  EXPECT_EQ((*d)->annotations.at("a.oam.dev/b"), "1");
  EXPECT_EQ((*d)->annotations.at("custom.definition.oam.dev/c"), "2");
  EXPECT_EQ((*d)->templateText,
            "import \"strings\"\n\noutput: metadata: name: strings.ToLower(context.name)\nparameter: {}\n");
  EXPECT_EQ((*d)->templateSource->line(19), "\toutput: metadata: name: strings.ToLower(context.name)");
  EXPECT_EQ((*d)->templateSource->line(1), "import \"strings\"");
  EXPECT_EQ((*d)->object.get("kind").asString(), "ComponentDefinition");
}

TEST(AuthoredDefinition, FaultsHavePlaces) {
  for (const auto& [text, fault] : std::vector<std::pair<std::string, std::string>>{
           {"template: {}\n", "no header"},
           {"x: {type: \"component\"}\n", "no template"},
           {"x: {type: \"compnent\"}\ntemplate: {}\n", "did you mean component?"},
           {"x: {type: \"trait\"}\ny: {}\ntemplate: {}\n", "x.cue:2:1"},
           {"x: {\n", "x.cue:"}}) {
    auto d = authored(text);
    ASSERT_FALSE(d) << text;
    EXPECT_NE(d.error().str().find(fault), std::string::npos) << d.error().str();
  }
}

std::shared_ptr<const Definition> named(std::string name, std::string version) {
  auto out = std::make_shared<Definition>();
  out->name = std::move(name);
  out->version = std::move(version);
  return out;
}

TEST(Catalog, FindsNamesAndVersions) {
  MemoryCatalog catalog;
  catalog.add(named("webservice", "1.2.3"));
  catalog.add(named("webservice", "1.10.0"));
  catalog.add(named("worker", ""));
  auto version = [&](std::string_view type) {
    auto found = catalog.find(DefinitionKind::Component, type);
    return found ? (*found)->version : found.error().str();
  };
  EXPECT_EQ(version("webservice"), "1.10.0");
  EXPECT_EQ(version("webservice@v1.2.3"), "1.2.3");
  EXPECT_NE(version("webservice@v1.2").find("no version 1.2"), std::string::npos);
  EXPECT_NE(version("webservice@v2").find("no version 2"), std::string::npos);
  EXPECT_NE(version("webservce").find("did you mean webservice?"), std::string::npos);
  EXPECT_EQ(catalog.find(DefinitionKind::Trait, "worker").error().code(), ErrorCode::NotFound);
}

TEST(Catalog, APartOfAVersionIsTheNewestOfItForThoseWhoFollow) {
  MemoryCatalog catalog;
  for (const char* v : {"1.2.3", "1.10.0", "2.0.0"}) catalog.add(named("webservice", v));
  catalog.addRevision("webservice-v1.11.0", named("webservice", "1.11.0"));
  auto version = [&](std::string_view type, bool follows) {
    auto found = NewestCatalog(catalog, follows).find(DefinitionKind::Component, type);
    return found ? (*found)->version : found.error().str();
  };
  EXPECT_EQ(version("webservice@v1.2", true), "1.2.3");
  EXPECT_EQ(version("webservice@v1", true), "1.11.0");
  EXPECT_EQ(version("webservice@v2.0.0", true), "2.0.0");
  EXPECT_NE(version("webservice@v1", false).find("no version 1"), std::string::npos);
  EXPECT_NE(version("webservice@v3", true).find("no version 3"), std::string::npos);
}

TEST(Catalog, ADefinitionRevisionIsFoundByItsName) {
  MemoryCatalog catalog;
  catalog.add(named("webservice", ""));
  auto revision = data::parseJson(
      R"({"apiVersion":"core.oam.dev/v1beta1","kind":"DefinitionRevision","metadata":{"name":"webservice-v3"},
          "spec":{"revision":3,"definitionType":"Component","traitDefinition":{"metadata":{}},
          "componentDefinition":{"metadata":{"name":"webservice"},
            "spec":{"schematic":{"cue":{"template":"output: kind: \"Old\""}}}}}})");
  ASSERT_TRUE(revision);
  ASSERT_TRUE(isDefinitionRevision(*revision));
  auto kept = parseDefinitionRevision(*revision, nullptr);
  ASSERT_TRUE(kept) << kept.error().str();
  catalog.addRevision("webservice-v3", *kept);
  auto found = catalog.find(DefinitionKind::Component, "webservice@v3");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->templateText, "output: kind: \"Old\"");
  EXPECT_FALSE(catalog.find(DefinitionKind::Component, "webservice@v2"));
  EXPECT_EQ((*catalog.find(DefinitionKind::Component, "webservice"))->templateText, "");
}

TEST(BuiltIn, FilesAreThoseOfTheTreeAndAllAreRead) {
  ASSERT_FALSE(builtInFiles().empty());
  for (const BuiltInFile& file : builtInFiles()) {
    std::ifstream on(std::string(PUPPIS_SOURCE_DIR) + "/definitions/" + std::string(file.path));
    std::stringstream text;
    text << on.rdbuf();
    EXPECT_EQ(text.str(), file.text) << file.path;
  }
  BuiltInCatalog catalog(cue::Runtime::make());
  for (DefinitionKind kind : {DefinitionKind::Component, DefinitionKind::Trait, DefinitionKind::Policy,
                              DefinitionKind::WorkflowStep}) {
    for (const std::string& name : catalog.names(kind)) {
      auto found = catalog.find(kind, name);
      ASSERT_TRUE(found) << found.error().str();
      EXPECT_EQ((*found)->name, name);
      EXPECT_EQ((*found)->kind, kind);
    }
  }
}

TEST(LoadDefinitions, ReadsADirectoryAndReportsEveryFault) {
  MemoryFiles files;
  ASSERT_TRUE(files.write("d/a.cue", kAuthored, 0644));
  ASSERT_TRUE(files.write("d/packages/p.cue", "package p\n#X: {}\n#Y: {}\n", 0644));
  ASSERT_TRUE(files.write("d/t.yaml", std::string(kTrait) + "---\napiVersion: v1\nkind: ConfigMap\n", 0644));
  auto runtime = cue::Runtime::make();
  std::vector<data::Value> others;
  auto good = loadDefinitions(files, {"d"}, *runtime, &others);
  ASSERT_TRUE(good) << good.error().str();
  EXPECT_TRUE((*good)->find(DefinitionKind::Component, "my-comp"));
  EXPECT_TRUE((*good)->find(DefinitionKind::Trait, "scaler"));
  EXPECT_EQ(others.size(), 1u);
  ASSERT_TRUE(files.write("d/b.cue", "x: {type: \"q\"}\ntemplate: {}\n", 0644));
  ASSERT_TRUE(files.write("d/c.yaml", "a: [\n", 0644));
  auto bad = loadDefinitions(files, {"d"}, *runtime);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().details().size(), 2u);
}

}  // namespace
}  // namespace puppis::oam
