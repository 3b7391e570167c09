// SPDX-License-Identifier: Apache-2.0
#include "cue/load/load.h"

#include <gtest/gtest.h>

#include "cue/load/paths.h"
#include "cue/load/tags.h"

namespace puppis::cue {
namespace {

/// A module of two packages, one of which imports a vendored one.
struct Tree {
  MemoryFiles files;
  Tree() {
    const auto write = [&](const char* path, const char* text) {
      ASSERT_TRUE(files.write(path, text, 0644));
    };
    write("/m/cue.mod/module.cue", "module: \"example.com/m@v0\"\nlanguage: version: \"v0.17.0\"\n");
    write("/m/cue.mod/pkg/other.com/dep/d.cue", "package dep\nvalue: 3\n");
    write("/m/top.cue", "package a\ntop: 1\n");
    write("/m/a/x.cue", "package a\nimport \"other.com/dep\"\nx: dep.value\n");
    write("/m/a/y.cue", "@if(prod)\npackage a\ny: 2\n");
    write("/m/a/z.cue", "package b\nz: 2\n");
    write("/m/a/_ignored.cue", "package a\nbroken");
  }
  Result<std::vector<Instance>> load(std::vector<std::string> arguments, std::vector<std::string> tags = {},
                                     std::string directory = "/m/a") {
    LoadOptions options;
    options.directory = std::move(directory);
    options.tags = std::move(tags);
    loader = std::make_unique<Loader>(files, options);
    return loader->load(arguments);
  }
  std::unique_ptr<Loader> loader;
};

std::string names(const Instance& instance) {
  std::string out;
  for (const auto& file : instance.files) out += file->source->name() + " ";
  return out;
}

TEST(Load, PackageWithFilesOfUpperDirectories) {
  Tree tree;
  const auto instances = tree.load({".:a"});
  ASSERT_TRUE(instances) << instances.error().str();
  ASSERT_EQ(instances->size(), 1U);
  EXPECT_EQ(names((*instances)[0]), "../top.cue x.cue ");
  EXPECT_EQ((*instances)[0].importPath, "example.com/m/a");
}

TEST(Load, ConditionsOfFiles) {
  Tree tree;
  const auto instances = tree.load({".:a"}, {"prod"});
  ASSERT_TRUE(instances) << instances.error().str();
  EXPECT_EQ(names((*instances)[0]), "../top.cue x.cue y.cue ");
}

TEST(Load, SeveralPackagesNeedAChoice) {
  Tree tree;
  const auto instances = tree.load({"."});
  ASSERT_FALSE(instances);
  EXPECT_NE(instances.error().message().find("found packages"), std::string::npos);
}

TEST(Load, ImportsComeFromTheVendoredPackages) {
  Tree tree;
  const auto instances = tree.load({".:a"});
  ASSERT_TRUE(instances);
  const auto runtime = Runtime::make();
  runtime->setImporter(tree.loader->importer(runtime));
  const auto program = runtime->compile((*instances)[0].files);
  ASSERT_TRUE(program) << program.error().str();
  Session session(runtime);
  EXPECT_EQ(session.evaluate(*program).lookup("x").asInt().value_or(0), 3);
}

TEST(Load, TagsSetFields) {
  Tree tree;
  ASSERT_TRUE(tree.files.write(
      "/m/t/t.cue", "package t\nn: int @tag(n,type=int)\ne: *\"dev\" | \"prod\" @tag(env,short=prod)\n",
      0644));
  const auto instances = tree.load({"."}, {"n=4", "prod"}, "/m/t");
  ASSERT_TRUE(instances) << instances.error().str();
  const auto runtime = Runtime::make();
  const auto program = runtime->compile((*instances)[0].files);
  ASSERT_TRUE(program);
  Session session(runtime);
  const Value root = session.evaluate(*program);
  EXPECT_EQ(root.lookup("n").asInt().value_or(0), 4);
  EXPECT_EQ(root.lookup("e").asString().value_or(""), "prod");
  EXPECT_FALSE(tree.load({"."}, {"m=4"}, "/m/t"));
}

TEST(Load, FilesOfEveryKind) {
  const auto inputs = parseInputs({"./...", "x.cue", "y.json", "yaml:", "z"});
  ASSERT_TRUE(inputs);
  EXPECT_EQ(inputs->packages, std::vector<std::string>{"./..."});
  ASSERT_EQ(inputs->files.size(), 3U);
  EXPECT_EQ(inputs->files[1].encoding, Encoding::Json);
  EXPECT_EQ(inputs->files[2].encoding, Encoding::Yaml);
  EXPECT_FALSE(parseInputs({"x.unknown"}));
  EXPECT_FALSE(parseInputs({"x.cue", "json:"}));
}

TEST(Paths, JoinAndShow) {
  EXPECT_EQ(joinPath("/a/b", "../c/./d"), "/a/c/d");
  EXPECT_EQ(relativePath("/a/b", "/a/c/d"), "../c/d");
  EXPECT_EQ(relativePath("/a", "/a"), ".");
  EXPECT_TRUE(isWithin("/a/b", "/a"));
  EXPECT_FALSE(isWithin("/ab", "/a"));
}

TEST(Tags, AttributeArguments) {
  const auto arguments = attributeArguments("a, b=\"x,y\", c=(d,e)");
  ASSERT_EQ(arguments.size(), 3U);
  EXPECT_EQ(arguments[0].value, "a");
  EXPECT_EQ(arguments[1].key, "b");
  EXPECT_EQ(arguments[1].value, "x,y");
  EXPECT_EQ(arguments[2].value, "(d,e)");
}

}  // namespace
}  // namespace puppis::cue
