// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/test_file.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace puppis::render::deftest {
namespace {

Result<TestFile> parsed(std::string text) {
  return parseTestFile(SourceFile::make("x.test.yaml", std::move(text)));
}

TEST(TestFile, ACaseIsRead) {
  auto file = parsed(R"(tests:
- name: one
  properties: {a: 1}
  returns: {read: {value: x}}
  expect: {output: {b: 2}}
  health:
  - live: {output: {}}
    healthy: false
    message: ""
- name: two
  errors: [a, b]
)");
  ASSERT_TRUE(file) << file.error().str();
  ASSERT_EQ(file->cases.size(), 2U);
  const TestCase& one = file->cases[0];
  EXPECT_EQ(one.name, "one");
  EXPECT_EQ(one.mark.line, 2U);
  EXPECT_EQ(one.expect.get("output", "b").asInt(), 2);
  EXPECT_TRUE(one.context.isObject());
  EXPECT_TRUE(one.workload.isNull());
  ASSERT_EQ(one.health.size(), 1U);
  EXPECT_EQ(one.health[0].healthy, false);
  EXPECT_EQ(one.health[0].message, "");
  EXPECT_EQ(file->cases[1].errors, (std::vector<std::string>{"a", "b"}));
}

TEST(TestFile, EveryFaultIsNamedWithItsPlace) {
  auto file = parsed(R"(tests:
- name: one
  propertys: {}
  expect: []
- expect: {a: b}
- name: three
)");
  ASSERT_FALSE(file);
  std::string all = file.error().str();
  EXPECT_NE(all.find("x.test.yaml:3:3: a test has no `propertys` (did you mean properties?)"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("x.test.yaml:4:11: `expect` is of the wrong kind"), std::string::npos) << all;
  EXPECT_NE(all.find("x.test.yaml:5:3: a test needs a name"), std::string::npos) << all;
  EXPECT_NE(all.find("x.test.yaml:6:3: the test looks at nothing"), std::string::npos) << all;
}

TEST(TestFile, TheTestsOfTheBuiltInDefinitionsCanBeRead) {
  SystemFiles files;
  auto found = findFiles(files, PUPPIS_SOURCE_DIR "/definitions", {".test.yaml"});
  ASSERT_TRUE(found);
  EXPECT_GE(found->size(), 89U);
  for (const std::string& path : *found) {
    auto text = files.read(path);
    ASSERT_TRUE(text);
    auto file = parseTestFile(SourceFile::make(path, *text));
    EXPECT_TRUE(file) << file.error().str();
  }
}

}  // namespace
}  // namespace puppis::render::deftest
