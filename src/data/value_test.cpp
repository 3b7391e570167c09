// SPDX-License-Identifier: Apache-2.0
#include "data/value.h"

#include <gtest/gtest.h>

namespace puppis::data {
namespace {

TEST(Value, IsSixteenBytes) {
  EXPECT_EQ(sizeof(Value), 16u);
}

TEST(Value, CopiesShareUntilChanged) {
  Value a = Value::object({{"x", 1}, {"y", Value::array({1, 2})}});
  Value b = a;
  EXPECT_TRUE(a.sharesWith(b));
  b["y"].push(3);
  EXPECT_EQ(a.get("y").size(), 2u);
  EXPECT_EQ(b.get("y").size(), 3u);
  EXPECT_TRUE(a.get("x") == b.get("x"));
}

TEST(Value, AssignsAPartOfItselfToItself) {
  Value a = Value::object({{"inner", Value::object({{"k", "v"}})}});
  a = a.get("inner");
  EXPECT_EQ(a.get("k").asString(), "v");
}

TEST(Value, EqualityIgnoresOrderOfMembers) {
  EXPECT_EQ(Value::object({{"a", 1}, {"b", 2}}), Value::object({{"b", 2}, {"a", 1}}));
  EXPECT_FALSE(Value::object({{"a", 1}}) == Value::object({{"b", 1}}));
  EXPECT_FALSE(Value::array({1, 2}) == Value::array({2, 1}));
}

TEST(Value, BigNumbersKeepTheirDigits) {
  Value big = Value::number("123456789012345678901234567890");
  EXPECT_EQ(big.kind(), Kind::Number);
  EXPECT_EQ(big.numberText(), "123456789012345678901234567890");
  EXPECT_EQ(Value(18446744073709551615UL).numberText(), "18446744073709551615");
}

TEST(Value, DoublesPrintAsGoPrintsThem) {
  EXPECT_EQ(Value(1.5).numberText(), "1.5");
  EXPECT_EQ(Value(1e21).numberText(), "1e+21");
  EXPECT_EQ(Value(1e-7).numberText(), "1e-7");
  EXPECT_EQ(Value(2.0).kind(), Kind::Int);
}

TEST(Value, MarksSurviveCopies) {
  Value v = Value("x").setMark({7, 3});
  Value copy = v;
  EXPECT_EQ(copy.mark().line, 7u);
  EXPECT_EQ(copy.mark().column, 3u);
}

}  // namespace
}  // namespace puppis::data
