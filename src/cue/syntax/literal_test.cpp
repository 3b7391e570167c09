// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/literal.h"

#include <string>

#include <gtest/gtest.h>

#include "cue/syntax/parse.h"

namespace puppis::cue {
namespace {

std::string text(std::string_view literal) {
  const auto value = unquote(literal);
  return value ? value->text : "error: " + value.error().message();
}

TEST(Unquote, PlainAndEscapes) {
  EXPECT_EQ(text(R"("")"), "");
  EXPECT_EQ(text(R"("a\n\t\"\\\/")"), "a\n\t\"\\/");
  EXPECT_EQ(text(R"("\u00e9\U0001F600")"), "\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(text(R"("\ud83d\ude00")"), "\xF0\x9F\x98\x80");
  EXPECT_EQ(text(R"('\xff\101')"),
            "\xff"
            "A");
  EXPECT_TRUE(unquote("'a'")->bytes);
  EXPECT_FALSE(unquote(R"("\x41")"));
  EXPECT_FALSE(unquote(R"("\ud83d")"));
  EXPECT_FALSE(unquote("\"a"));
  EXPECT_FALSE(unquote("\""));
}

TEST(Unquote, Raw) {
  EXPECT_EQ(text(R"(#"a\n\#n"b"#)"), "a\\n\n\"b");
  EXPECT_EQ(text("#\"\"\"#"), "\"");
  EXPECT_EQ(text("##\"\"##"), "");
}

TEST(Unquote, MultiLine) {
  EXPECT_EQ(text("\"\"\"\n\"\"\""), "");
  EXPECT_EQ(text("\"\"\"\n  a\n   b\n\n  c\n  \"\"\""), "a\n b\n\nc");
  EXPECT_EQ(text("\"\"\"\n\n\t\"\"\""), "");
  EXPECT_EQ(text("#\"\"\"\n\ta \"\"\" \\n\n\t\"\"\"#"), "a \"\"\" \\n");
  EXPECT_FALSE(unquote("\"\"\"\n a\n  \"\"\""));
}

TEST(Unquote, Interpolation) {
  const auto file = parseExpression(SourceFile::make("", "\"\"\"\n\ta \\(x)\n\tb\\(y)\n\t\"\"\""));
  ASSERT_TRUE(file);
  const auto* node = (*file)->decls[0]->as<EmbedDecl>()->expr->as<Interpolation>();
  ASSERT_NE(node, nullptr);
  const auto parts = decodeInterpolation(*node);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->texts.size(), 3U);
  EXPECT_EQ(parts->texts[0], "a ");
  EXPECT_EQ(parts->texts[1], "\nb");
  EXPECT_EQ(parts->texts[2], "");
}

TEST(Numbers, AllForms) {
  const auto check = [](std::string_view literal, bool isInt, std::string_view digits, std::int64_t exponent,
                        std::uint64_t multiplier = 1, int base = 10) {
    const auto number = parseNumber(literal);
    ASSERT_TRUE(number) << literal;
    EXPECT_EQ(number->isInt, isInt) << literal;
    EXPECT_EQ(number->digits, digits) << literal;
    EXPECT_EQ(number->exponent, exponent) << literal;
    EXPECT_EQ(number->multiplier, multiplier) << literal;
    EXPECT_EQ(number->base, base) << literal;
  };
  check("0", true, "0", 0);
  check("1_000", true, "1000", 0);
  check("0xFf", true, "Ff", 0, 1, 16);
  check("0b101", true, "101", 0, 1, 2);
  check("1.50", false, "150", -2);
  check(".5", false, "5", -1);
  check("1e3", false, "1", 3);
  check("1.25e-3", false, "125", -5);
  check("1.5Gi", true, "15", -1, 1073741824);
  check("4K", true, "4", 0, 1000);
  for (const char* bad : {"", "01", "1__0", "1_", "0x", "1e", "1Kx", "1.2.3", "."})
    EXPECT_FALSE(parseNumber(bad)) << bad;
}

TEST(Quote, RoundTrips) {
  for (const std::string& value : {std::string("a\"b\\\n\t\x01"), std::string("日本"), std::string()}) {
    EXPECT_EQ(text(quoteString(value)), value);
    EXPECT_EQ(text(quoteMultiline(value + "\nx", false, 2)), value + "\nx");
  }
  EXPECT_EQ(quoteBytes("a\xff\x01"), R"('a\xff\x01')");
  EXPECT_EQ(quoteLabel("a-b"), "\"a-b\"");
  EXPECT_EQ(quoteLabel("ab"), "ab");
  EXPECT_EQ(quoteLabel("_a"), "\"_a\"");
}

}  // namespace
}  // namespace puppis::cue
