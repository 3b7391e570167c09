// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cue/cue.h"
#include "cue/json.h"
#include "data/json.h"

// What is bound is finished first, and what depends on it is decided where it stands: none of it may be seen.

namespace puppis::cue {
namespace {

struct Rendered {
  std::string json;  ///< of the field `output`
  std::vector<std::string> failures;
};

Rendered render(const std::string& text, std::string_view parameter, bool deferred = true) {
  auto runtime = Runtime::make();
  auto program = runtime->compile("t.cue", text, {.openNames = {"parameter"}});
  EXPECT_TRUE(program) << program.error().report();
  Session session(runtime);
  session.deferOptionalFields(deferred);
  Value root = session.evaluate(*program, {{"parameter", data::parseJson(parameter).value(), {}}});
  Rendered out;
  for (const Error& e : root.validate()) out.failures.push_back(e.str());
  if (Status made = appendJson(out.json, root.lookup("output")); !made) {
    EXPECT_TRUE(out.json.empty());
    out.failures.push_back(made.error().str());
  } else {
    EXPECT_EQ(out.json, data::toJson(*root.lookup("output").toJson()));
  }
  return out;
}

TEST(Bound, ConditionsSeeWhatIsGivenAndWhatIsNot) {
  const std::string text = R"cue(
parameter: {name: string, port?: int, kind: *"a" | "b", deep?: {x?: string}}
output: {
  n: "the \(parameter.name)"
  if parameter.port != _|_ {p: parameter.port}
  if parameter.port == _|_ {p: 80}
  if parameter["deep"] != _|_ if parameter.deep.x != _|_ {x: parameter.deep.x}
  if parameter.kind == "b" {b: true}
  k: parameter.kind
}
)cue";
  EXPECT_EQ(render(text, R"({"name":"u"})").json, R"({"p":80,"n":"the u","k":"a"})");
  EXPECT_EQ(render(text, R"({"name":"u","port":1,"kind":"b","deep":{}})").json,
            R"({"p":1,"b":true,"n":"the u","k":"b"})");
  EXPECT_EQ(render(text, R"({"name":"u","deep":{"x":"y"}})").json, R"({"p":80,"x":"y","n":"the u","k":"a"})");
}

TEST(Bound, LoopsGoOverBoundLists) {
  EXPECT_EQ(render(R"(
parameter: ports: [...{port: int, name?: string}]
output: {
  list: [for p in parameter.ports {n: p.port, if p.name != _|_ {name: p.name}}]
  for p in parameter.ports if p.name != _|_ {(p.name): p.port}
}
)",
                   R"({"ports":[{"port":1},{"port":2,"name":"two"}]})")
                .json,
            R"({"list":[{"n":1},{"n":2,"name":"two"}],"two":2})");
}

TEST(Bound, ConditionsOfASchemaSeeWhatIsGivenBesideThem) {
  const std::string text = R"(
parameter: volumes: [...{
  name: string
  type: *"empty" | "claim"
  if type == "claim" {claim: string}
  if type == "empty" {medium: *"" | "Memory"}
  if name == "x" {type: "claim"}
}]
output: parameter.volumes
)";
  EXPECT_EQ(render(text, R"({"volumes":[{"name":"a"},{"name":"b","type":"claim","claim":"c"}]})").json,
            R"([{"name":"a","type":"empty","medium":""},{"name":"b","type":"claim","claim":"c"}])");
  EXPECT_EQ(render(text, R"({"volumes":[{"name":"x","claim":"c"}]})").json,
            R"([{"name":"x","type":"claim","claim":"c"}])");
  EXPECT_FALSE(render(text, R"({"volumes":[{"name":"a","type":"claim","claim":1}]})").failures.empty());
}

TEST(Bound, ConflictsAreFound) {
  EXPECT_FALSE(
      render("parameter: {a: string}\noutput: {x: {y: parameter.a, z: 1}}", R"({"a":1})").failures.empty());
  EXPECT_FALSE(
      render("parameter: {a: string}\noutput: {x: {y: parameter.a, z: 1}}\noutput: x: z: 2", R"({"a":"b"})")
          .failures.empty());
  EXPECT_FALSE(render("parameter: {a: \"x\" | \"y\"}\noutput: parameter.a", R"({"a":"z"})").failures.empty());
  EXPECT_FALSE(
      render("#D: {a: string}\nparameter: #D\noutput: parameter.a", R"({"a":"z","b":1})").failures.empty());
}

TEST(Bound, ASchemaMayReferToAFieldThatAComprehensionAddsTo) {
  EXPECT_EQ(
      render(
          "parameter: {a: string, b: *extra.n | int}\nextra: {}\nif true {extra: n: 3}\noutput: parameter.b",
          R"({"a":"z"})")
          .json,
      "3");
}

TEST(Bound, CyclesAreFound) {
  EXPECT_FALSE(render("parameter: {a: string}\noutput: {x: {y: output.x, z: parameter.a}}", R"({"a":"b"})")
                   .failures.empty());
  EXPECT_EQ(render("parameter: {a: int}\noutput: {x: y, y: {z: w, w: parameter.a}}", R"({"a":1})").json,
            R"({"x":{"z":1,"w":1},"y":{"z":1,"w":1}})");
}

TEST(Bound, WhatIsLeftAloneIsThereWhenAskedFor) {
  const std::string text = R"(
#Probe: {path?: string, port: *80 | int}
parameter: {probe?: #Probe}
output: {if parameter.probe != _|_ {port: parameter.probe.port}, fixed: #Probe.port}
)";
  for (bool deferred : {false, true}) {
    EXPECT_EQ(render(text, R"({"probe":{}})", deferred).json, R"({"port":80,"fixed":80})");
    EXPECT_EQ(render(text, "{}", deferred).json, R"({"fixed":80})");
    EXPECT_FALSE(render(text, R"({"probe":{"prot":1}})", deferred).failures.empty());
  }
}

}  // namespace
}  // namespace puppis::cue
