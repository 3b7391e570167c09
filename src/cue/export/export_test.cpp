// SPDX-License-Identifier: Apache-2.0
#include "cue/export/export.h"

#include <gtest/gtest.h>

#include "cue/format/format.h"

namespace puppis::cue {
namespace {

std::string shown(const std::string& text, bool definition, const ExportProfile& profile) {
  const auto runtime = Runtime::make();
  const auto program = runtime->compile("t.cue", text);
  EXPECT_TRUE(program) << (program ? "" : program.error().str());
  if (!program) return {};
  Session session(runtime);
  const Value root = session.evaluate(*program);
  const auto file = definition ? exportDefinition(root, profile) : exportValue(root, profile);
  EXPECT_TRUE(file);
  return file ? format(**file) : "";
}

TEST(Export, EvaluatedValues) {
  ExportProfile profile;
  profile.takeDefaults = true;
  EXPECT_EQ(shown("a: 1\nb: a + 1\nc: *\"x\" | string\n_h: 3\n#D: int", false, profile),
            "a: 1\nb: 2\nc: \"x\"\n");
  profile.showHidden = true;
  profile.showDefinitions = true;
  profile.showOptional = true;
  EXPECT_EQ(shown("_h: 3\n#D: {x?: int, y: int}\nl: [1, ...int]", false, profile),
            "_h: 3\n#D: {\n\tx?: int\n\ty:  int\n}\nl: [1]\n");
  EXPECT_EQ(shown("a: int & >=0 & <=255\nb: >=1 & <=3", false, profile), "a: uint8\nb: >=1 & <=3\n");
}

TEST(Export, Definitions) {
  ExportProfile profile;
  profile.showHidden = profile.showDefinitions = profile.showOptional = profile.showDocs =
      profile.showAttributes = true;
  profile.addPackage = true;
  EXPECT_EQ(
      shown("package p\n\nimport \"strings\"\n\n// doc\na: strings.MinRunes(1) @x()\nb: a & c\nc: string\n",
            true, profile),
      "package p\n\nimport \"strings\"\n\n// doc\na: strings.MinRunes(1) @x()\nb: a & c\nc: string\n");
  EXPECT_EQ(shown("x: {a: 1}\nx: {b: 2}\nlet l = 3\ny: l", true, profile),
            "\nlet l = 3\nx: {\n\ta: 1\n\tb: 2\n}\ny: l\n");
}

}  // namespace
}  // namespace puppis::cue
