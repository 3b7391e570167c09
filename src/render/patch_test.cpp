// SPDX-License-Identifier: Apache-2.0
#include "render/patch.h"

#include <gtest/gtest.h>

#include "data/json.h"

namespace puppis::render {
namespace {

/// The result of merging `patch` into `base`, both CUE, as JSON; "error" when they do not go together.
std::string merged(const std::string& base, const std::string& patch) {
  auto runtime = cue::Runtime::make();
  auto program = runtime->compile("t.cue", "base: " + base + "\n" + patch, {.listArithmetic = true});
  EXPECT_TRUE(program) << program.error().str();
  if (!program) return "does not compile";
  cue::Session session(runtime);
  cue::Value root = session.evaluate(*program);
  auto out = applyPatch(session, root.lookup("base"), root.lookup("patch"));
  if (!out || !out->validate({.concrete = true, .final = true}).empty()) return "error";
  auto data = out->toJson();
  return data ? data::toJson(*data, {.sortKeys = true}) : "error";
}

struct Case {
  const char* base;
  const char* patch;
  const char* result;
};

// The results are those of KubeVela's StrategyUnify.
TEST(Patch, StructsAndScalars) {
  for (const Case& c : {
           Case{"{a: 1}", "patch: a: 2", "error"},
           Case{"{a: 1}", "patch: b: 2", R"({"a":1,"b":2})"},
           Case{"{a: *1 | int}", "patch: a: 2", R"({"a":2})"},
           Case{"{a: 1, b: 3}", "patch: {\n// +patchStrategy=retainKeys\na: 2}", R"({"a":2,"b":3})"},
           Case{"{a: {x: 1, y: 2}}", "patch: {\n// +patchStrategy=retainKeys\na: {x: 9}}",
                R"({"a":{"x":9}})"},
           Case{"{b: 3}", "patch: {\n// +patchStrategy=retainKeys\na: 2}", R"({"a":2,"b":3})"},
           Case{"{a: 1}", "patch: {\n// +patchStrategy=open\nb: 2}", R"({"a":1,"b":2})"},
           Case{"{a: 1}", "patch: {\n// +patchStrategy=open\na: 2}", "error"},
           Case{"close({a: 1})", "patch: b: 2", R"({"a":1,"b":2})"},
       }) {
    EXPECT_EQ(merged(c.base, c.patch), c.result) << c.base << " with " << c.patch;
  }
}

TEST(Patch, Lists) {
  for (const Case& c : {
           Case{R"({l: [{n: "a", v: 1}]})", R"(patch: l: [{n: "b"}])", "error"},
           Case{R"({l: [{n: "a"}]})", R"(patch: l: [{n: "a"}, {n: "b"}])", R"({"l":[{"n":"a"},{"n":"b"}]})"},
           Case{"{l: [1, 2]}", "patch: {\n// +patchStrategy=replace\nl: [3]}", R"({"l":[3]})"},
           Case{R"({l: [{n: "a", v: 1}, {n: "c"}]})",
                "patch: {\n// +patchKey=n\nl: [{n: \"b\"}, {n: \"a\", w: 2}]}",
                R"({"l":[{"n":"a","v":1,"w":2},{"n":"c"},{"n":"b"}]})"},
           Case{R"({l: [{n: "a", v: 1}, {n: "c"}]})",
                "patch: {\n// +patchKey=n\n// +patchStrategy=retainKeys\nl: [{n: \"a\", w: 2}]}",
                R"({"l":[{"n":"a","w":2},{"n":"c"}]})"},
           Case{R"({l: [{n: "a", v: 1}]})", "patch: {\n// +patchKey=n\nl: [{n: \"a\", v: 2}]}", "error"},
           Case{R"({l: [{n: "a", v: 1}]})",
                "patch: {\n// +patchKey=n\nl: [{n: \"a\",\n// +patchStrategy=retainKeys\nv: 2}]}",
                R"({"l":[{"n":"a","v":2}]})"},
           Case{"{a: 1}", "patch: {\n// +patchKey=n\nl: [{n: \"b\"}]}", R"({"a":1,"l":[{"n":"b"}]})"},
           Case{R"({l: [{m: {n: "a"}, v: 1}]})", "patch: {\n// +patchKey=m.n\nl: [{m: {n: \"a\"}, w: 2}]}",
                R"({"l":[{"m":{"n":"a"},"v":1,"w":2}]})"},
           // A key is that of the nearest field above, too.
           Case{R"({s: {l: [{n: "a", v: 1}]}})", "patch: {\n// +patchKey=n\ns: l: [{n: \"b\"}]}",
                R"({"s":{"l":[{"n":"a","v":1},{"n":"b"}]}})"},
           Case{R"({l: [{n: 1, v: 1}, {n: 2}]})", "patch: {\n// +patchKey=n\nl: [{n: 2, w: 1}]}",
                R"({"l":[{"n":1,"v":1},{"n":2,"w":1}]})"},
           // Of several keys, any makes two elements partners (KubeVela doubles them).
           Case{R"({l: [{p: 1, q: 1}, {p: 2}]})",
                "patch: {\n// +patchKey=p,q\nl: [{p: 1, q: 1, w: 1}, {p: 2, w: 2}, {q: 3}]}",
                R"({"l":[{"p":1,"q":1,"w":1},{"p":2,"w":2},{"q":3}]})"},
           // A key whose value is not a literal aligns nothing.
           Case{R"({l: [{n: "a"}]})", "patch: {\n// +patchKey=n\nl: [{n: string}]}", R"({"l":[{"n":"a"}]})"},
       }) {
    EXPECT_EQ(merged(c.base, c.patch), c.result) << c.base << " with " << c.patch;
  }
}

TEST(Patch, WholeDocuments) {
  for (const Case& c : {
           Case{"{a: {b: 1, c: 2}, l: [1]}",
                "// +patchStrategy=jsonMergePatch\npatch: {a: {b: null}, l: [2]}",
                R"({"a":{"c":2},"l":[2]})"},
           Case{"{a: 1, l: [1, 2]}",
                "// +patchStrategy=jsonPatch\npatch: operations: [{op: \"replace\", path: \"/a\", value: 2}, "
                "{op: "
                "\"remove\", path: \"/l/0\"}]",
                R"({"a":2,"l":[2]})"},
           Case{"{a: 1}", "// +patchStrategy=jsonPatch\npatch: operations: [{op: \"remove\", path: \"/b\"}]",
                "error"},
       }) {
    EXPECT_EQ(merged(c.base, c.patch), c.result) << c.base << " with " << c.patch;
  }
}

TEST(Patch, AMarkIsOneWordInAComment) {
  auto marks = [](std::string text, bool lineComment = false) {
    return patchMarks({cue::Doc{std::move(text), lineComment, {}}});
  };
  EXPECT_EQ(marks("+patchKey=name").key, "name");
  EXPECT_EQ(marks(" words\n +patchStrategy=retainKeys ").strategy, "retainKeys");
  EXPECT_EQ(marks("+patchKey=two words").key, "");
  EXPECT_EQ(marks("+patchKey=name", true).key, "");
}

}  // namespace
}  // namespace puppis::render
