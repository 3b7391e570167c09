// SPDX-License-Identifier: Apache-2.0
#include "oam/extends.h"

#include <gtest/gtest.h>

#include "cue/cue.h"

namespace puppis::oam {
namespace {

struct World {
  std::shared_ptr<cue::Runtime> runtime = cue::Runtime::make();
  MemoryCatalog catalog;

  void add(const std::string& name, const std::string& attributes, const std::string& body) {
    auto parsed = parseAuthoredDefinition(
        SourceFile::make(name + ".cue", name + ": {\n\ttype: \"component\"\n\tattributes: {" + attributes +
                                            "}\n}\ntemplate: {\n" + body + "\n}\n"),
        *runtime);
    ASSERT_TRUE(parsed) << parsed.error().str();
    catalog.add(*parsed);
  }
  Result<std::shared_ptr<const Definition>> find(const std::string& name) {
    return findExtended(catalog, DefinitionKind::Component, name);
  }
};

constexpr const char* kBase =
    R"(workload: type: "deployments.apps", status: {healthPolicy: "isHealth: true", customStatus: "message: \"m\""})";

TEST(Extends, TakesOverWhatItDoesNotSay) {
  World world;
  world.add("base", kBase, "output: {}\nparameter: #P\n#P: image: string");
  world.add("mine", R"(extends: "base", status: customStatus: "message: \"mine\"")",
            "parameter: {\n\treplicas: int\n}");
  auto found = world.find("mine");
  ASSERT_TRUE(found) << found.error().str();
  EXPECT_EQ((*found)->extends, "base");
  EXPECT_EQ((*found)->object.get("spec", "extension", "extends").asString(), "base");
  EXPECT_EQ((*found)->healthPolicy, "isHealth: true");
  EXPECT_EQ((*found)->customStatus, "message: \"mine\"");
  EXPECT_EQ((*found)->workload.type, "deployments.apps");
  ASSERT_EQ((*found)->baseSources.size(), 1U);
  EXPECT_EQ((*found)->baseSources[0]->name(), "base.cue");
  // The parameter joins the base's definition of it.
  EXPECT_EQ((*found)->templateSource->line(6), "#P: {");
}

TEST(Extends, AChainHasTheFarthestFirst) {
  World world;
  world.add("a", kBase, "output: {}\nparameter: {}");
  world.add("b", R"(extends: "a")", "parameter: x: int");
  world.add("c", R"(extends: "b")", "parameter: y: int");
  auto found = world.find("c");
  ASSERT_TRUE(found) << found.error().str();
  ASSERT_EQ((*found)->baseSources.size(), 2U);
  EXPECT_EQ((*found)->baseSources[0]->name(), "a.cue");
  EXPECT_EQ((*found)->baseSources[1]->name(), "b.cue");
  EXPECT_EQ((*found)->templateSource->line(6), "parameter: y: int");
}

TEST(Extends, CirclesAndMissingBasesAreNamed) {
  World world;
  world.add("a", R"(extends: "b")", "output: {}");
  world.add("b", R"(extends: "a")", "output: {}");
  world.add("c", R"(extends: "bb")", "output: {}");
  auto circle = world.find("a");
  ASSERT_FALSE(circle);
  EXPECT_NE(circle.error().str().find("a extends b extends a"), std::string::npos) << circle.error().str();
  auto missing = world.find("c");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::NotFound);
  EXPECT_NE(missing.error().str().find("c.cue:1:1"), std::string::npos) << missing.error().str();
}

TEST(Extends, OneThatExtendsNothingIsTheSameObject) {
  World world;
  world.add("a", kBase, "output: {}");
  EXPECT_EQ(*world.find("a"), *world.catalog.find(DefinitionKind::Component, "a"));
}

}  // namespace
}  // namespace puppis::oam
