// SPDX-License-Identifier: Apache-2.0
#include "cue/number/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "cue/number/bigdecimal.h"

namespace puppis::cue::number {
namespace {

class DecimalTest : public ::testing::Test {
 protected:
  Decimal lit(std::string_view text) {
    auto out = parseLiteral(text, arena_);
    EXPECT_TRUE(out.has_value()) << text;
    return out.value_or(Decimal());
  }
  std::string calc(std::string_view a, char op, std::string_view b) {
    Outcome out;
    switch (op) {
      case '+':
        out = add(lit(a), lit(b), arena_);
        break;
      case '-':
        out = sub(lit(a), lit(b), arena_);
        break;
      case '*':
        out = mul(lit(a), lit(b), arena_);
        break;
      case '/':
        out = quo(lit(a), lit(b), arena_);
        break;
      case 'd':
        out = intDiv(lit(a), lit(b), arena_);
        break;
      case 'm':
        out = intMod(lit(a), lit(b), arena_);
        break;
      case 'q':
        out = intQuo(lit(a), lit(b), arena_);
        break;
      case 'r':
        out = intRem(lit(a), lit(b), arena_);
        break;
      default:
        ADD_FAILURE();
    }
    return out.ok() ? toText(out.value) : std::string(faultText(out.fault));
  }
  Arena arena_;
};

TEST_F(DecimalTest, LiteralsKeepTheirForm) {
  for (auto [text, want] : std::initializer_list<std::pair<const char*, const char*>>{
           {"0", "0"},
           {"1.50", "1.50"},
           {"1e3", "1E+3"},
           {"1_000", "1000"},
           {"0x1F", "31"},
           {"0o17", "15"},
           {"0b101", "5"},
           {".5", "0.5"},
           {"5.", "5"},
           {"1K", "1000"},
           {"1.5Gi", "1610612736"},
           {"2Ki", "2048"},
           {"0.00001", "0.00001"},
           {"0.0000001", "1E-7"},
           {"1e-7", "1E-7"},
           {"123456789012345678901234567890", "123456789012345678901234567890"},
           {"0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"},
           {"-7", "-7"},
           {"1.0", "1.0"},
       }) {
    EXPECT_EQ(toText(lit(text)), want) << text;
  }
  EXPECT_TRUE(lit("12").isInt());
  EXPECT_TRUE(lit("1.5K").isInt());
  EXPECT_FALSE(lit("1e3").isInt());
  EXPECT_FALSE(lit("5.").isInt());
}

TEST_F(DecimalTest, BadLiteralsAreErrors) {
  for (const char* text :
       {"", "01", "1__0", "1_", "0x", "1.5.2", "1e", "1Kx", "0b2", "abc", "1.0001K", ".", "1e200000"}) {
    EXPECT_FALSE(parseLiteral(text, arena_).has_value()) << text;
  }
}

TEST_F(DecimalTest, Arithmetic) {
  EXPECT_EQ(calc("1", '/', "3"), "0.3333333333333333333333333333333333");
  EXPECT_EQ(calc("2", '/', "3"), "0.6666666666666666666666666666666667");
  EXPECT_EQ(calc("4", '/', "2"), "2.0");
  EXPECT_EQ(calc("100", '/', "10"), "10");
  EXPECT_EQ(calc("3.0", '*', "2"), "6.0");
  EXPECT_EQ(calc("1.5", '+', "1"), "2.5");
  EXPECT_EQ(calc("0.1", '+', "0.2"), "0.3");
  EXPECT_EQ(calc("1", '-', "1.0"), "0.0");
  EXPECT_EQ(calc("9999999999999999999", '*', "9999999999999999999"),
            "9.999999999999999998000000000000000E+37");
  EXPECT_EQ(calc("12345678901234567890", '/', "0.5"), "24691357802469135780");
  EXPECT_EQ(calc("1", '/', "0"), "division by zero");
  EXPECT_EQ(calc("0", '/', "0"), "division undefined");
  EXPECT_EQ(calc("-7", 'd', "2"), "-4");
  EXPECT_EQ(calc("-7", 'm', "2"), "1");
  EXPECT_EQ(calc("-7", 'q', "2"), "-3");
  EXPECT_EQ(calc("-7", 'r', "2"), "-1");
  EXPECT_EQ(calc("7", 'd', "-2"), "-3");
  EXPECT_EQ(calc("7", 'm', "0"), "division by zero");
}

TEST_F(DecimalTest, ComparesByValue) {
  EXPECT_TRUE(equal(lit("1"), lit("1.0")));
  EXPECT_EQ(hash(lit("1")), hash(lit("1.0")));
  EXPECT_EQ(hash(lit("1e30")), hash(lit("1000000000000000000000000000000")));
  EXPECT_LT(compare(lit("-2"), lit("1")), 0);
  EXPECT_GT(compare(lit("-1"), lit("-2")), 0);
  EXPECT_GT(compare(lit("1e30"), lit("999999999999999999999")), 0);
}

TEST_F(DecimalTest, Conversions) {
  EXPECT_EQ(toInt64(lit("-9223372036854775808")), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(toInt64(lit("9223372036854775808")), std::nullopt);
  EXPECT_EQ(toInt64(lit("1e3")), 1000);
  EXPECT_EQ(toInt64(lit("1.5")), std::nullopt);
  EXPECT_EQ(toUint64(lit("18446744073709551615")), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(toText(fromDouble(0.1, arena_)), "0.1");
  EXPECT_EQ(toPlainText(lit("1e3")), "1000");
  EXPECT_EQ(toPlainText(lit("1e-9")), "0.000000001");
  EXPECT_EQ(toSyntax(quo(lit("0"), lit("3"), arena_).value), "0.0");
  EXPECT_EQ(toSyntax(lit("1e3")), "1e+3");
  EXPECT_DOUBLE_EQ(toDouble(lit("2.5e10")), 2.5e10);
}

RC_GTEST_PROP(DecimalProperty, FastAndSlowRoadsAgree, (std::int64_t x, std::int64_t y)) {
  Arena arena;
  auto xe = *rc::gen::inRange(-8, 8);
  auto ye = *rc::gen::inRange(-8, 8);
  auto make = [](std::int64_t v, int e) {
    Decimal d = Decimal::ofInt(v);
    return Decimal::make(Kind::Float, d.negative(), d.small(), e);
  };
  Decimal a = make(x, xe);
  Decimal b = make(y, ye);
  detail::Context context(34);
  detail::Big A(a);
  detail::Big B(b);
  RC_ASSERT(toText(add(a, b, arena).value) == detail::toText(context.add(A, B)));
  RC_ASSERT(toText(sub(a, b, arena).value) == detail::toText(context.sub(A, B)));
  RC_ASSERT(toText(mul(a, b, arena).value) == detail::toText(context.mul(A, B)));
  RC_ASSERT(compare(a, b) == detail::compare(A, B));
  if (y != 0) {
    detail::Big slow = context.quo(A, B);
    detail::reduceKeepingPoint(slow);
    RC_ASSERT(toText(quo(a, b, arena).value) == detail::toText(slow));
  }
}

RC_GTEST_PROP(DecimalProperty, IntegerDivisionLaws, (std::int64_t x, std::int64_t y)) {
  RC_PRE(y != 0);
  Arena arena;
  Decimal a = Decimal::ofInt(x);
  Decimal b = Decimal::ofInt(y);
  for (auto [quotient, remainder] : {std::pair{&intDiv, &intMod}, std::pair{&intQuo, &intRem}}) {
    Decimal q = quotient(a, b, arena).value;
    Decimal r = remainder(a, b, arena).value;
    RC_ASSERT(equal(add(mul(q, b, arena).value, r, arena).value, a));
  }
}

}  // namespace
}  // namespace puppis::cue::number
