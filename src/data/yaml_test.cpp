// SPDX-License-Identifier: Apache-2.0
#include "data/yaml.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/json.h"
#include "data/testing/values.h"

namespace puppis::data {
namespace {

Result<std::vector<Value>> parse(std::string text, YamlSchema schema = YamlSchema::Kubernetes) {
  return parseYaml(SourceFile::make("a.yaml", std::move(text)), schema);
}
std::string json(std::string text, YamlSchema schema = YamlSchema::Kubernetes) {
  auto documents = parse(std::move(text), schema);
  if (!documents) return "error: " + documents.error().str();
  std::string out;
  for (const Value& v : *documents) out += (out.empty() ? "" : "\n") + toJson(v);
  return out;
}

TEST(Yaml, ScalarsUnderTheKubernetesSchema) {
  EXPECT_EQ(json("[yes, Off, 012, 0o12, 0x1F, 0b101, 1_000, 1.0, 1.5, ~, null, 2024-01-01, '1', \"no\", 1e3, "
                 ".5, 0.5, -0x10, +7, 0]"),
            R"([true,false,10,10,31,5,1000,1,1.5,null,null,"2024-01-01","1","no",1000,0.5,0.5,-16,7,0])");
}

TEST(Yaml, ScalarsUnderTheCueSchema) {
  EXPECT_EQ(json("[yes, off, true, 012, 0o12, 1.0, 1.50, 0189, 18446744073709551616, .5]", YamlSchema::Cue),
            R"(["yes","off",true,10,10,1.0,1.50,"0189",18446744073709551616,0.5])");
}

TEST(Yaml, TagsDecide) {
  EXPECT_EQ(json("[!!str 1, !!int \"3\", !!float 2, !!binary aGk=, !mine 4]"), R"(["1",3,2,"hi",4])");
  EXPECT_NE(json("!!int x").find("error: a.yaml:1:7"), std::string::npos) << json("!!int x");
}

TEST(Yaml, KeysBecomeTexts) {
  EXPECT_EQ(json("1: a\ntrue: b\n1.5: c\n'x y': d\n"), R"({"1":"a","true":"b","1.5":"c","x y":"d"})");
  EXPECT_NE(json("? [a]\n: b\n").find("error"), std::string::npos);
}

TEST(Yaml, DocumentsAndEmptyOnes) {
  EXPECT_EQ(json("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n"), "{\"a\":1}\n{\"b\":2}");
  EXPECT_EQ(json(""), "");
}

TEST(Yaml, AnchorsAliasesAndMergeKeys) {
  EXPECT_EQ(json("base: &b {x: 1, k: 2}\nuse:\n  <<: *b\n  k: 3\nlist: [*b]\n"),
            R"({"base":{"x":1,"k":2},"use":{"k":3,"x":1},"list":[{"x":1,"k":2}]})");
  EXPECT_EQ(json("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc:\n  <<: [*a, *b]\n"),
            R"({"a":{"x":1},"b":{"x":2,"z":3},"c":{"x":1,"z":3}})");
  EXPECT_NE(json("a: &one 1\nb: *oen\n").find("did you mean"), std::string::npos);
}

TEST(Yaml, AliasBombsAreStopped) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) text += ", " + before;
    text += "]\n";
  }
  auto out = parse(text);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code(), ErrorCode::ResourceExhausted);
}

TEST(Yaml, BlockScalars) {
  EXPECT_EQ(json("a: |\n  x\n   y\nb: >-\n  p\n  q\nc: |+\n  z\n\nd: 1\n"),
            R"({"a":"x\n y\n","b":"p q","c":"z\n\n","d":1})");
}

TEST(Yaml, MarksPointAtKeysAndValues) {
  auto out = parse("# top\nspec:\n  components:\n    - name: \"web\"\n      type: ünïcode\n      é: here\n");
  ASSERT_TRUE(out) << out.error().str();
  const Value& list = (*out)[0].get("spec", "components");
  const Value& first = list.at(0);
  EXPECT_EQ(first.mark().line, 4u);
  EXPECT_EQ(first.mark().column, 7u);
  EXPECT_EQ(first.get("name").mark().line, 4u);
  EXPECT_EQ(first.get("name").mark().column, 13u);
  EXPECT_EQ(first.findMember("type")->keyMark.line, 5u);
  EXPECT_EQ(first.findMember("type")->keyMark.column, 7u);
  EXPECT_EQ(first.get("é").mark().column, 11u);  // columns count bytes
  EXPECT_EQ((*out)[0].findMember("spec")->keyMark.line, 2u);
}

TEST(Yaml, ErrorsNameThePlace) {
  struct Case {
    const char* text;
    std::uint32_t line;
  };
  for (const Case& c : {Case{"a: 1\nb: [1, 2\nc: 3\n", 2}, Case{"a: 1\n b: 2\n", 1}, Case{"a:\n\t- b\n", 2},
                        Case{"a: 'x\n", 1}, Case{"a: 1\nb: 2\na: 3\n", 3}, Case{"x: \xff\n", 1},
                        Case{"a: b: c\n", 1}, Case{"a: .inf\n", 1}}) {
    auto out = parse(c.text);
    ASSERT_FALSE(out) << c.text;
    ASSERT_FALSE(out.error().where().empty()) << c.text;
    EXPECT_EQ(out.error().where()[0].line, c.line) << c.text << out.error().str();
    EXPECT_NE(out.error().where()[0].column, 0u) << c.text;
  }
}

TEST(Yaml, WhatStaysOpenIsToldWhereItWasOpened) {
  struct Case {
    const char* text;
    std::uint32_t opened;
    std::uint32_t noticed;
  };
  for (const Case& c : {Case{"a: \"x\nb: 1\nc: \"y\"\n", 1, 3}, Case{"a: |\n  \"[\nb: {x: 1\nc: 2\n", 3, 4},
                        Case{"a: 'it''s\nb: 'x'\n", 1, 2}, Case{"a: x # [\nb: [1\nc: 2\n", 2, 4}}) {
    auto out = parse(c.text);
    ASSERT_FALSE(out) << c.text;
    ASSERT_EQ(out.error().where().size(), 2u) << c.text << out.error().str();
    EXPECT_EQ(out.error().where()[0].line, c.opened) << c.text;
    EXPECT_EQ(out.error().where()[1].line, c.noticed) << c.text;
  }
}

TEST(Yaml, AllKeysThatRepeatAreToldInOneRun) {
  auto out = parse("a: 1\na: 2\nb: {c: 1, c: 2}\n");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().details().size(), 2u);
}

TEST(Yaml, DuplicateKeysNameBothPlaces) {
  auto out = parse("a: 1\nb: 2\na: 3\n");
  ASSERT_FALSE(out);
  ASSERT_EQ(out.error().where().size(), 2u);
  EXPECT_EQ(out.error().where()[1].line, 1u);
}

TEST(Yaml, DepthIsBounded) {
  EXPECT_FALSE(parse(std::string(5000, '[') + std::string(5000, ']')));
}

TEST(Yaml, WritesAsKubectlPrints) {
  auto v = parseJson(
      R"({"apiVersion":"v1","metadata":{"labels":{},"name":"x"},"list":[{"a":1,"b":["x","y"]},[1,2],[]],"s":"yes","n":"12","e":"","m":"a\nb\n","m2":"a\nb","colon":"a: b","t":true,"z":null,"url":"http://x:80","w":" x"})");
  ASSERT_TRUE(v);
  EXPECT_EQ(toYaml(*v), R"(apiVersion: v1
metadata:
  labels: {}
  name: x
list:
- a: 1
  b:
  - x
  - "y"
- - 1
  - 2
- []
s: "yes"
"n": "12"
e: ""
m: |
  a
  b
m2: |-
  a
  b
colon: 'a: b'
t: true
z: null
url: http://x:80
w: ' x'
)");
}

RC_GTEST_PROP(YamlProperty, WhatIsWrittenIsReadBack, ()) {
  Value v = testing::anyValue();
  std::string text = toYaml(v);
  for (YamlSchema schema : {YamlSchema::Kubernetes, YamlSchema::Cue}) {
    auto back = parse(text, schema);
    if (!back) RC_FAIL(back.error().str() + "\n" + text);
    Value read = back->empty() ? Value() : back->front();
    if (!(read == v)) RC_FAIL(toJson(v) + "\n" + toJson(read) + "\n" + text);
  }
}

}  // namespace
}  // namespace puppis::data
