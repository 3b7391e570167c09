// SPDX-License-Identifier: Apache-2.0
#include "data/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/testing/values.h"

namespace puppis::data {
namespace {

Result<Value> marked(std::string text) {
  return parseJson(SourceFile::make("a.json", std::move(text)));
}

TEST(Json, KeepsOrderAndDigits) {
  auto v = parseJson(R"({"b":1.50,"a":[true,null,"x"],"c":123456789012345678901234567890})");
  ASSERT_TRUE(v) << v.error().str();
  EXPECT_EQ(toJson(*v), R"({"b":1.50,"a":[true,null,"x"],"c":123456789012345678901234567890})");
}

TEST(Json, MarksPointAtValuesAndKeys) {
  auto v = marked("{\n  \"a\": {\"b\": 7}\n}");
  ASSERT_TRUE(v) << v.error().str();
  const Member* a = v->findMember("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->keyMark.line, 2u);
  EXPECT_EQ(a->keyMark.column, 3u);
  EXPECT_EQ(a->value.get("b").mark().column, 14u);
}

TEST(Json, EscapesAndSurrogates) {
  auto v = parseJson(R"("\u00e9\ud83d\ude00\n\ud800x")");
  ASSERT_TRUE(v) << v.error().str();
  EXPECT_EQ(v->asString(), "é😀\n\xEF\xBF\xBDx");
  EXPECT_EQ(toJson(Value("\x01<&>\u2028")), "\"\\u0001<&>\\u2028\"");
  EXPECT_EQ(toJson(Value("<"), {.escapeHtml = true}), "\"\\u003c\"");
}

TEST(Json, SyntaxErrorsNameThePlace) {
  struct Case {
    const char* text;
    std::uint32_t line, column;
  };
  for (const Case& c :
       {Case{"{\"a\": }", 1, 7}, Case{"{\n\"a\" 1}", 2, 5}, Case{"[1,]", 1, 4}, Case{"\"abc", 1, 1},
        Case{"01", 1, 2}, Case{"{} x", 1, 4}, Case{"tru", 1, 1}, Case{"\"\xff\"", 1, 2}, Case{"", 1, 1}}) {
    auto v = marked(c.text);
    ASSERT_FALSE(v) << c.text;
    ASSERT_FALSE(v.error().where().empty()) << c.text;
    EXPECT_EQ(v.error().where()[0].line, c.line) << c.text;
    EXPECT_EQ(v.error().where()[0].column, c.column) << c.text;
    EXPECT_EQ(v.error().where()[0].file, "a.json");
    EXPECT_FALSE(parseJson(std::string_view(c.text))) << c.text;
  }
}

TEST(Json, DuplicateKeysAreAnErrorWithMarksAndLastWinsWithout) {
  auto strict = marked("{\"a\":1,\n\"a\":2}");
  ASSERT_FALSE(strict);
  ASSERT_EQ(strict.error().where().size(), 2u);
  EXPECT_EQ(strict.error().where()[0].line, 2u);
  EXPECT_EQ(strict.error().where()[1].line, 1u);
  EXPECT_EQ(toJson(*parseJson(R"({"a":1,"b":3,"a":2})")), R"({"a":2,"b":3})");
}

TEST(Json, DuplicatesAreFoundInLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 40; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_FALSE(marked(text + "\"k3\":0}"));
  auto v = parseJson(text + "\"k3\":0}");
  ASSERT_TRUE(v);
  EXPECT_EQ(v->size(), 40u);
  EXPECT_EQ(v->get("k3").asInt(), 0);
}

TEST(Json, DepthIsBounded) {
  EXPECT_TRUE(parseJson(std::string(900, '[') + std::string(900, ']')));
  EXPECT_FALSE(parseJson(std::string(100000, '[')));
}

TEST(Json, IndentsAsGoDoes) {
  EXPECT_EQ(toJson(*parseJson(R"({"b":[1],"a":{}})"), {.indent = 2, .sortKeys = true}),
            "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}");
}

RC_GTEST_PROP(JsonProperty, WhatIsWrittenIsReadBack, ()) {
  Value v = testing::anyValue();
  auto compact = parseJson(toJson(v));
  RC_ASSERT(compact.has_value());
  RC_ASSERT(*compact == v);
  auto pretty = marked(toJson(v, {.indent = 2, .escapeHtml = true}));
  RC_ASSERT(pretty.has_value());
  RC_ASSERT(*pretty == v);
}

RC_GTEST_PROP(JsonProperty, AnyBytesGiveAnAnswer, (const std::string& text)) {
  auto v = parseJson(text);
  if (v) RC_ASSERT(*parseJson(toJson(*v)) == *v);
}

}  // namespace
}  // namespace puppis::data
