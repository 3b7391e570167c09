// SPDX-License-Identifier: Apache-2.0
#include "oam/authored_text.h"

#include <gtest/gtest.h>

#include "cue/cue.h"
#include "oam/builtin.h"

namespace puppis::oam {
namespace {

TEST(AuthoredText, StringsAndLabels) {
  EXPECT_EQ(cueLabel("webservice"), "webservice");
  EXPECT_EQ(cueLabel("cron-task"), "\"cron-task\"");
  EXPECT_EQ(cueLabel("_x"), "\"_x\"");
  EXPECT_EQ(cueString("a \"b\""), R"("a \"b\"")");
  EXPECT_EQ(cueString("a\nb \\(c)"), "#\"\"\"\na\nb \\(c)\n\"\"\"#");
  EXPECT_EQ(cueString("a\n\\#(b)"), "##\"\"\"\na\n\\#(b)\n\"\"\"##");
}

// Writing a definition out and reading it again gives the same definition.
TEST(AuthoredText, IsReadBackAsTheSameDefinition) {
  auto runtime = cue::Runtime::make();
  std::size_t count = 0;
  for (const BuiltInFile& file : builtInFiles()) {
    if (!file.path.ends_with(".cue") || file.path.starts_with("packages/")) continue;
    auto first =
        parseAuthoredDefinition(SourceFile::make(std::string(file.path), std::string(file.text)), *runtime);
    ASSERT_TRUE(first) << first.error().str();
    auto text = authoredText(**first);
    ASSERT_TRUE(text) << text.error().str();
    auto second = parseAuthoredDefinition(SourceFile::make("again.cue", *text), *runtime);
    ASSERT_TRUE(second) << second.error().str() << *text;
    EXPECT_EQ((*first)->object.get("metadata"), (*second)->object.get("metadata")) << file.path;
    EXPECT_EQ((*first)->object.get("spec", "status"), (*second)->object.get("spec", "status")) << file.path;
    auto again = authoredText(**second);
    ASSERT_TRUE(again);
    EXPECT_EQ(*text, *again) << file.path;
    ++count;
  }
  EXPECT_GE(count, 89U);
}

}  // namespace
}  // namespace puppis::oam
