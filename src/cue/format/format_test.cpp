// SPDX-License-Identifier: Apache-2.0
#include "cue/format/format.h"

#include <string>

#include <gtest/gtest.h>

#include "cue/format/columns.h"

namespace puppis::cue {
namespace {

std::string formatted(std::string text, const FormatOptions& options = {}) {
  auto out = formatSource(SourceFile::make("t.cue", std::move(text)), options);
  EXPECT_TRUE(out) << (out ? "" : out.error().str());
  return out ? *out : "";
}

TEST(Format, Fields) {
  EXPECT_EQ(formatted("a:1\nbcd:  \"x\"\n\n\n\ne : {f:1}"), "a:   1\nbcd: \"x\"\n\ne: {f: 1}\n");
  EXPECT_EQ(formatted("a?:int,b!:string\n#D:{...}"), "a?: int, b!: string\n#D: {...}\n");
  EXPECT_EQ(formatted("a: b:   c: 1 @x(y)"), "a: b: {\n\tc: 1 @x(y)\n}\n");
  EXPECT_EQ(formatted("[string]:int\n(x):1\n\"\\( y )\": 2"), "[string]: int\n(x):      1\n\"\\( y )\": 2\n");
}

TEST(Format, Expressions) {
  EXPECT_EQ(formatted("a:1+2*3\nb:(1+2)*3\nc:*1|>=2&<3\nd:-(x)\ne:x[1:2]\nf:f(1,2)"),
            "a: 1 + 2*3\nb: (1 + 2) * 3\nc: *1 | >=2 & <3\nd: -(x)\ne: x[1:2]\nf: f(1, 2)\n");
  EXPECT_EQ(formatted("a: [1,2,\n3]"), "a: [1, 2,\n\t3]\n");
  EXPECT_EQ(formatted("a: 1E3\nb: .5\nc: 1.\nd: 1.K"), "a: 1e3\nb: 0.5\nc: 1.0\nd: 1.0K\n");
  EXPECT_EQ(formatted("if x{\na:1}"), "if x {\n\ta: 1\n}\n");
}

TEST(Format, Comments) {
  EXPECT_EQ(formatted("// head\n\n//doc\na: 1 // x\nbb: 2   // y\n\n// tail"),
            "// head\n\n//doc\na:  1 // x\nbb: 2 // y\n\n// tail\n");
}

TEST(Format, Imports) {
  EXPECT_EQ(formatted("package p\nimport(\n\"b\"\n\"a\"\n)\nx: 1"),
            "package p\n\nimport (\n\t\"b\"\n\t\"a\"\n)\n\nx: 1\n");
  EXPECT_EQ(formatted("import \"a\""), "import \"a\"\n");
}

TEST(Format, MultiLineStringsMoveWithTheirLines) {
  EXPECT_EQ(formatted("a: {\n      b: \"\"\"\n    x\n     y\n    \"\"\"\n}"),
            "a: {\n\tb: \"\"\"\n\t\tx\n\t\t y\n\t\t\"\"\"\n}\n");
}

TEST(Format, Simplify) {
  FormatOptions options;
  options.simplify = true;
  EXPECT_EQ(formatted("\"a\": {b: 1}\n\"c d\": 2\n\"e\": x\n\"x\": 1", options),
            "a: b: 1\n\"c d\": 2\ne:     x\n\"x\":   1\n");
}

TEST(Format, Blanks) {
  FormatOptions options;
  options.tabs = false;
  options.tabWidth = 4;
  EXPECT_EQ(formatted("a: {\nb: 1\ncd: 2\n}", options), "a: {\n    b:  1\n    cd: 2\n}\n");
}

TEST(Columns, AlignCells) {
  EXPECT_EQ(ColumnWriter(8).align("a\vb\nccc\vd\n"), "a   b\nccc d\n");
  EXPECT_EQ(ColumnWriter(8).align("a\vb\fccc\vd\n"), "a b\nccc d\n");
  EXPECT_EQ(ColumnWriter(8).align("\tx\vb\n\tyyy\vd\n"), "\tx   b\n\tyyy d\n");
  EXPECT_EQ(ColumnWriter(8).align("\xff\t\n\xff\n"), "\t\n\n");
}

}  // namespace
}  // namespace puppis::cue
