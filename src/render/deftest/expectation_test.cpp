// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/expectation.h"

#include <gtest/gtest.h>

#include "data/json.h"

namespace puppis::render::deftest {
namespace {

std::string compared(std::string_view want, std::string_view got) {
  auto w = data::parseJson(want);
  auto g = data::parseJson(got);
  EXPECT_TRUE(w && g);
  auto found = mismatch(*w, &*g);
  return found ? found->str() : "";
}

TEST(Expectation, WhatIsNotWrittenMayBeAnything) {
  EXPECT_EQ(compared(R"({"a": {"b": 1}})", R"({"a": {"b": 1.0, "c": 2}, "d": 3})"), "");
  EXPECT_EQ(compared(R"({"a": {"b": 1}})", R"({"a": {"b": 2}})"), "a.b: wanted 1, is 2");
  EXPECT_EQ(compared(R"({"a": 1})", "{}"), "a: is missing");
}

TEST(Expectation, ListsAreComparedInTurn) {
  EXPECT_EQ(compared(R"([{"a": 1}, 2])", R"([{"a": 1, "b": 2}, 2])"), "");
  EXPECT_EQ(compared("[1, 2]", "[1, 3]"), "[1]: wanted 2, is 3");
  EXPECT_EQ(compared("[1]", "[1, 2]"), "wanted [1], is [1,2]");
  EXPECT_EQ(compared("[]", "{}"), "wanted [], is {}");
}

TEST(Expectation, OnlyAllowsNothingBeside) {
  EXPECT_EQ(compared(R"({"a": {"$only": {"b": 1}}})", R"({"a": {"b": 1}})"), "");
  EXPECT_EQ(compared(R"({"a": {"$only": {"b": 1}}})", R"({"a": {"b": 1, "c": 2}})"),
            R"(a: wanted only {"b":1}, is {"b":1,"c":2})");
}

TEST(Expectation, ContainsAndAbsent) {
  EXPECT_EQ(compared(R"({"$contains": [{"n": 2}]})", R"([{"n": 1}, {"n": 2, "m": 3}])"), "");
  EXPECT_EQ(compared(R"({"$contains": [{"n": 4}]})", R"([{"n": 1}])"),
            R"(no element like {"n":4} in [{"n":1}])");
  EXPECT_EQ(compared(R"({"a": {"$absent": true}})", "{}"), "");
  EXPECT_EQ(compared(R"({"a": {"$absent": true}})", R"({"a": null})"), "a: should not be there, is null");
}

TEST(Expectation, JsonInsideOfAStringIsComparedByContent) {
  EXPECT_EQ(compared(R"({"$only": {"t": "{\"a\":1,\"b\":2}"}})", R"({"t": "{\"b\":2, \"a\":1}"})"), "");
  EXPECT_NE(compared(R"("{\"a\":1}")", R"("{\"a\":2}")"), "");
}

}  // namespace
}  // namespace puppis::render::deftest
