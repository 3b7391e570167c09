// SPDX-License-Identifier: Apache-2.0
#include "schema/fit.h"

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/json.h"

namespace puppis::schema {
namespace {

class Fit : public testing::Test {
 protected:
  cue::Value parameter(const std::string& text) {
    auto program = runtime_->compile("t.cue", "parameter: #P\n#P: {\n" + text + "\n}\n");
    EXPECT_TRUE(program) << (program ? "" : program.error().str());
    if (!program) return {};
    return session_.evaluate(*program, std::span<const cue::Binding>()).lookup("parameter");
  }
  /// "path kind: expected X, found Y; meant Z", a line a misfit.
  std::string told(const std::string& declaration, const std::string& given) {
    auto value = data::parseJson(given);
    EXPECT_TRUE(value);
    std::string out;
    for (const Misfit& m : misfits(parameter(declaration), value ? *value : data::Value())) {
      constexpr const char* kKinds[] = {"wrong", "missing", "undeclared"};
      out += m.path.str() + " " + kKinds[static_cast<int>(m.kind)] + ": expected " + m.expected + ", found " +
             m.found;
      if (!m.suggestion.empty()) out += "; meant " + m.suggestion;
      out += "\n";
    }
    return out;
  }

 private:
  std::shared_ptr<cue::Runtime> runtime_ = cue::Runtime::make();
  cue::Session session_{runtime_};
};

TEST_F(Fit, WhatFitsIsNotMentioned) {
  EXPECT_EQ(told("a: int\nb?: string\nc: *\"x\" | string\nd: [...int]\ne: [string]: bool",
                 R"({"a":1,"e":{"k":true}})"),
            "");
}

TEST_F(Fit, EveryFaultIsToldAtItsPath) {
  EXPECT_EQ(told("port: int & >=1 & <=65535\nname: string\nlist?: [...{n: int}]",
                 R"({"port":70000,"nmae":"x","list":[{"n":1},{"n":"two"}]})"),
            "port wrong: expected int from 1 to 65535, found 70000\n"
            "nmae undeclared: expected one of name, found \"nmae\"; meant name\n"
            "list[1].n wrong: expected int, found \"two\"\n");
}

TEST_F(Fit, ElementsOfAClosedDeclarationAreClosedToo) {
  EXPECT_EQ(told("l: [...{a?: {b?: int}}]", R"({"l":[{"a":{"b":1}},{"A":{}},{"a":{"c":1}}]})"),
            "l[1].A undeclared: expected one of a, found \"A\"; meant a\n"
            "l[2].a.c undeclared: expected one of b, found \"c\"\n");
}

TEST_F(Fit, ChoicesAreListedAndTheNearestOffered) {
  EXPECT_EQ(told(R"(p: *"TCP" | "UDP")", R"({"p":"tcp"})"),
            "p wrong: expected \"TCP\" or \"UDP\", found \"tcp\"; meant \"TCP\"\n");
  EXPECT_EQ(told("n: *1 | int", R"({"n":"1"})"), "n wrong: expected int, found \"1\"\n");
}

TEST_F(Fit, MissingIsWhatHasNoDefaultAndIsNotFinishedWithoutIt) {
  EXPECT_EQ(told("a: string\nb: {c: int}\nd: [...string]\ne: {f: *1 | int}", "{}"),
            "a missing: expected string, found nothing\nb missing: expected an object, found nothing\n");
}

TEST_F(Fit, NullIsNothing) {
  EXPECT_EQ(told("a: string", R"({"a":null})"), "a wrong: expected string, found nothing\n");
  EXPECT_EQ(told("a: *null | string", R"({"a":null})"), "");
}

TEST_F(Fit, TheNearestAlternativeIsHeldAgainst) {
  EXPECT_EQ(
      told(R"(v: {kind: "a", x: int} | {kind: "b", y: string, z: string})", R"({"v":{"kind":"b","y":"s"}})"),
      "v.z missing: expected string, found nothing\n");
  EXPECT_EQ(told("v: {x: *1 | int} | {list: [...{n: int}]}", R"({"v":{"list":[{"n":"a"},{"n":"b"}]}})"),
            "v.list[0].n wrong: expected int, found \"a\"\nv.list[1].n wrong: expected int, found \"b\"\n");
  EXPECT_EQ(told("v: {x: int} | [...int]", R"({"v":"no"})"),
            "v wrong: expected an object or a list, found \"no\"\n");
}

TEST_F(Fit, NamesOfOpenDeclarationsAreKnownAtAnyDepth) {
  auto runtime = cue::Runtime::make();
  auto program = runtime->compile(
      "t.cue", "parameter: {\n\ta: {b?: int}\n\tl?: [...{c: int}]\n\tm?: [string]: int\n\tn?: {...}\n}\n");
  ASSERT_TRUE(program);
  cue::Session session(runtime);
  cue::Value parameter = session.evaluate(*program, std::span<const cue::Binding>()).lookup("parameter");
  auto given = data::parseJson(R"({"a":{"bb":1},"l":[{"c":1,"d":2}],"m":{"k":1},"n":{"x":1},"z":1})");
  ASSERT_TRUE(given);
  std::string found;
  for (const Misfit& m : undeclared(declaredNames(parameter), *given)) found += m.path.str() + " ";
  EXPECT_EQ(found, "a.bb l[0].d z ");
}

}  // namespace
}  // namespace puppis::schema
