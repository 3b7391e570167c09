// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "data/json.h"

namespace puppis::cue {
namespace {

std::string exported(std::string_view text, const CompileOptions& options = {}) {
  auto runtime = Runtime::make();
  auto program = runtime->compile("test.cue", std::string(text), options);
  if (!program) return "error: " + program.error().message();
  Session session(runtime);
  Value root = session.evaluate(*program);
  auto errors = root.validate({.concrete = true});
  if (!errors.empty()) return errors[0].reasonText() + " at " + errors[0].pathText();
  auto json = root.toJson();
  return json ? data::toJson(*json) : "error: " + json.error().message();
}

TEST(Eval, ReferencesAreBoundToTheStructTheyEndUpIn) {
  EXPECT_EQ(exported("t: {a: int, b: a * 2}\nx: t & {a: 3}\nt: a: 1"), "eval at x.a");
  EXPECT_EQ(exported("_t: {a: int, b: a * 2}\nx: _t & {a: 3}"), R"({"x":{"a":3,"b":6}})");
}

TEST(Eval, ComparingWithBottomAsksForAUsableValue) {
  EXPECT_EQ(exported("_p: {s: string, n: 1, e: {}, l: [...int], d: \"a\" | \"b\"}\n"
                     "r: [_p.s != _|_, _p.n != _|_, _p.e != _|_, _p.l != _|_, _p.d != _|_, _p.x != _|_]"),
            R"({"r":[false,true,true,true,true,false]})");
}

TEST(Eval, GuardedFieldsFeedOtherGuards) {
  EXPECT_EQ(exported("a: 1\nb?: int\nif a != _|_ {b: 2}\nif b != _|_ {c: b + 1}"), R"({"a":1,"b":2,"c":3})");
}

TEST(Eval, DefaultsSurviveUnification) {
  EXPECT_EQ(exported("a: *1 | int\nb: a & (2 | *1)\nc: *\"x\" | string\nc: \"y\""),
            R"({"a":1,"b":1,"c":"y"})");
  EXPECT_EQ(exported("x: (*1 | 2 | 3) & (1 | *2 | 3)"), "incomplete at x");
}

TEST(Eval, DefinitionsAreClosedAndEmbeddingsAdd) {
  EXPECT_EQ(exported("#A: {a: int}\nx: #A & {b: 1}"), "eval at x.b");
  EXPECT_EQ(exported("#A: {a: 1}\nx: {#A, b: 1}"), R"({"x":{"a":1,"b":1}})");
}

TEST(Eval, AFieldThatIsNotAllowedNamesTheOneMeant) {
  auto runtime = Runtime::make();
  auto program = runtime->compile(
      "t.cue", "#A: {replicas?: int, image: string}\nx: #A & {image: \"a\", replica: 1}", {});
  ASSERT_TRUE(program);
  Session session(runtime);
  auto errors = session.evaluate(*program).validate({});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message(), "field not allowed");
  EXPECT_EQ(errors[0].suggestion(), "replicas");
}

TEST(Eval, CyclesEnd) {
  EXPECT_EQ(exported("a: b\nb: a\na: 5"), R"({"a":5,"b":5})");
  EXPECT_EQ(exported("a: b + 1\nb: a - 1\na: 5"), R"({"a":5,"b":4})");
  EXPECT_EQ(exported("a: b: a"), "structural_cycle at a.b");
}

TEST(Eval, ListArithmeticIsACompatibilityFlag) {
  EXPECT_EQ(exported("a: [1] + [2]"), "eval at a");
  EXPECT_EQ(exported("a: [1] + [2, ...]\nb: 2 * [\"x\"]", {.listArithmetic = true}),
            R"({"a":[1,2],"b":["x","x"]})");
}

// The answers are those of Go CUE v0.9.2.
TEST(Eval, OldTextsHaveTheOldOrderOfFields) {
  struct Case {
    const char* program;
    const char* order;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"{s: 1, if p.x != _|_ {i: 2}, w: 3, h: 4}", R"({"s":1,"w":3,"i":2,"h":4})"},
           {"{c: 1, if false {h: 2, b: 3}, d: 4, if true {b: 3, f: 5}}", R"({"c":1,"b":3,"d":4,"f":5})"},
           {"{f: 1, _s}", R"({"h":1,"d":2,"x":1,"f":1,"b":4,"y":2})"},
           {"{z: 1, y: 2} & {w: 3, a: 4}", R"({"z":1,"w":3,"y":2,"a":4})"},
           {"{b: 1, for k, v in p {(k): v}, a: 2}", R"({"b":1,"x":1,"a":2,"y":2})"},
       }) {
    std::string text =
        "import \"encoding/json\"\np: {x: 1, y: 2}\n"
        "_s: {h: 1, {d: 2, f: 1}, b: 4, for k, v in p {(k): v}}\n"
        "r: json.Marshal(" +
        std::string(c.program) + ")";
    auto runtime = Runtime::make();
    auto program = runtime->compile("t.cue", text, {.listArithmetic = true});
    ASSERT_TRUE(program) << program.error().str();
    Session session(runtime);
    EXPECT_EQ(session.evaluate(*program).lookup("r").asString().value_or(""), c.order) << c.program;
  }
}

TEST(Eval, DataIsBoundWithItsPlaces) {
  auto runtime = Runtime::make();
  auto program = runtime->compile("t.cue", "parameter: {port: int & <=100}\nout: parameter.port", {});
  ASSERT_TRUE(program);
  auto source = SourceFile::make("p.json", "{\"port\": 800}");
  auto parameter = data::parseJson(source);
  ASSERT_TRUE(parameter);
  Session session(runtime);
  Value root = session.evaluate(*program, {{"parameter", *parameter, source}});
  auto errors = root.validate({});
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0].pathText(), "parameter.port");
  bool userPlace = false;
  for (const Location& l : errors[0].where()) userPlace |= l.file == "p.json" && l.line == 1;
  EXPECT_TRUE(userPlace) << errors[0].str();
}

TEST(Eval, BudgetsEndAnEvaluationAsAnError) {
  auto runtime = Runtime::make();
  auto program = runtime->compile("t.cue", "import \"list\"\na: [for i in list.Range(0, 3000, 1) {i}]", {});
  ASSERT_TRUE(program);
  Session session(runtime, {.steps = 1000});
  auto json = session.evaluate(*program).toJson();
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().code(), ErrorCode::ResourceExhausted);
}

TEST(Eval, OneProgramServesManyThreads) {
  auto runtime = Runtime::make();
  auto program = runtime->compile(
      "t.cue", "parameter: {n: int}\nout: \"v\\(parameter.n)\"\nl: [for i in [1,2] {i}]", {});
  ASSERT_TRUE(program);
  std::vector<std::thread> threads;
  std::vector<std::string> results(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k) {
        Session session(runtime);
        auto parameter = data::Value::object({{"n", data::Value(i)}});
        auto out = session.evaluate(*program, {{"parameter", parameter, nullptr}}).lookup("out").asString();
        results[static_cast<std::size_t>(i)] = out ? *out : out.error().str();
      }
    });
  }
  for (auto& t : threads) t.join();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], "v" + std::to_string(i));
}

}  // namespace
}  // namespace puppis::cue
