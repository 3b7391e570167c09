// SPDX-License-Identifier: Apache-2.0
#include "cue/load/load.h"

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "cue/export/text.h"
#include "cue/load/data_files.h"
#include "cue/load/paths.h"
#include "cue/load/tags.h"
#include "data/json.h"

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

TEST(DataFiles, TomlIsReadAndWritten) {
  const auto source = SourceFile::make("t.toml", "b = [1, 2.5]\na = 'x'\n[t]\nn = true\n");
  const auto documents = readDocuments(Encoding::Toml, source);
  ASSERT_TRUE(documents) << documents.error().str();
  ASSERT_EQ(documents->size(), 1U);
  EXPECT_EQ(data::toJson(documents->front().value), R"({"b":[1,2.5],"a":"x","t":{"n":true}})");
  const auto runtime = Runtime::make();
  Session session(runtime);
  const auto text = tomlText(session.fromData(documents->front().value));
  ASSERT_TRUE(text) << text.error().str();
  const auto again = readDocuments(Encoding::Toml, SourceFile::make("u.toml", *text));
  ASSERT_TRUE(again) << again.error().str();
  EXPECT_EQ(data::toJson(again->front().value.get("t")), R"({"n":true})");
  EXPECT_EQ(again->front().value.get("a").asString(), "x");

  EXPECT_FALSE(readDocuments(Encoding::Toml, SourceFile::make("v.toml", "a = \n")));
  EXPECT_FALSE(tomlText(session.fromData(data::Value())));
}

TEST(Load, ModulesBelowAreNotPartOfThisOne) {
  Tree tree;
  ASSERT_TRUE(tree.files.write("/m/n/cue.mod/module.cue",
                               "module: \"n.com\"\nlanguage: version: \"v0.17.0\"\n", 0644));
  ASSERT_TRUE(tree.files.write("/m/n/d/n.cue", "package d\nn: 1\n", 0644));
  EXPECT_FALSE(tree.load({"./n/d"}, {}, "/m"));
  EXPECT_FALSE(tree.load({"example.com/m/n/d"}, {}, "/m"));
  EXPECT_TRUE(tree.load({"."}, {}, "/m/n/d"));
}

TEST(Load, PatternsStayWithinTheModule) {
  Tree tree;
  const auto outside = tree.load({"other.com/..."});
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().message(), "pattern not allowed in external package path \"other.com/...\"");
}

/// What a file that embeds gives as JSON, or its errors, one a line.
std::string embedded(const std::string& fields) {
  Tree tree;
  const auto write = [&](const char* path, std::string_view text) {
    EXPECT_TRUE(tree.files.write(path, text, 0644));
  };
  write("/m/e/e.cue", "@extern(embed)\npackage e\n" + fields + "\n");
  write("/m/e/x.json", R"({"x": 1})");
  write("/m/e/two.yaml", "1\n---\n2\n");
  write("/m/e/d/b.yaml", "b: 2\n");
  write("/m/e/d/a.yaml", "a: 1\n");
  write("/m/e/d/.hidden.yaml", "h: 1\n");
  write("/m/e/d/c.txt", "text\n");
  write("/m/e/inner/cue.mod/module.cue", "module: \"inner.com\"\nlanguage: version: \"v0.17.0\"\n");
  write("/m/e/inner/i.json", "{}");
  const auto instances = tree.load({"./e"}, {}, "/m");
  std::string out;
  if (!instances) {
    const auto line = [&](const Error& error) { out += error.message() + "\n"; };
    if (instances.error().details().empty()) line(instances.error());
    for (const Error& error : instances.error().details()) line(error);
    return out;
  }
  auto runtime = Runtime::make();
  auto program = runtime->compile(instances->front().files);
  EXPECT_TRUE(program);
  if (!program) return out;
  Session session(runtime);
  const auto json = session.evaluate(*program).toJson();
  return json ? data::toJson(*json) : json.error().message();
}

TEST(Embed, FilesBecomeValues) {
  EXPECT_EQ(embedded("a: _ @embed(file=x.json)"), R"({"a":{"x":1}})");
  EXPECT_EQ(embedded("a: {y: 2, ...} @embed(file=\"x.json\")"), R"({"a":{"x":1,"y":2}})");
  EXPECT_EQ(embedded("a: b: _ @embed(file=x.json, type=text)"), R"({"a":{"b":"{\"x\": 1}"}})");
  EXPECT_EQ(embedded("a: _ @embed(glob=d/*.yaml)"), R"({"a":{"d/a.yaml":{"a":1},"d/b.yaml":{"b":2}}})");
  EXPECT_EQ(embedded("a: _ @embed(glob=\"d/.*\", type=yaml)"), R"({"a":{"d/.hidden.yaml":{"h":1}}})");
  EXPECT_EQ(embedded("a: _ @embed(glob=*.toml, allowEmptyGlob)"), R"({"a":{}})");
  EXPECT_EQ(embedded("a: {x: 2} @embed(file=x.json)"), "conflicting values 1 and 2");
}

TEST(Embed, FaultsAreAllTold) {
  EXPECT_EQ(embedded("a: _ @embed()\nb: _ @embed(file=a, glob=b)"),
            "@embed: attribute must have file or glob field\n"
            "@embed: attribute cannot have both file and glob field\n");
  EXPECT_EQ(embedded("a: _ @embed(file=\"../top.cue\")"), "@embed: cannot refer to parent directory\n");
  EXPECT_EQ(embedded("a: _ @embed(file=\"/x.json\")"), "@embed: only relative files are allowed\n");
  EXPECT_EQ(embedded("a: _ @embed(file=\"./x.json\")"),
            "@embed: path not normalized, use \"x.json\" instead\n");
  EXPECT_EQ(embedded("a: _ @embed(file=no.json)"), "@embed: open no.json: no such file or directory\n");
  EXPECT_EQ(embedded("a: _ @embed(glob=*.no)"), "@embed: no matches for glob pattern \"*.no\"\n");
  EXPECT_EQ(embedded("a: _ @embed(glob=*)"),
            "@embed: extension not fully specified; type argument required\n");
  EXPECT_EQ(embedded("a: _ @embed(file=two.yaml)"),
            "@embed: streaming not implemented: found more than one value in file\n");
  EXPECT_EQ(embedded("a: _ @embed(file=e.cue)"), "@embed: encoding \"cue\" not (yet) supported\n");
  EXPECT_EQ(embedded("a: _ @embed(file=inner/i.json)"),
            "@embed: cannot embed file \"inner/i.json\": in different module\n");
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
