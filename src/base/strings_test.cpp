// SPDX-License-Identifier: Apache-2.0
#include "base/strings.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace puppis {
namespace {

TEST(Strings, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
}

TEST(Strings, NearestFindsSlips) {
  std::vector<std::string> types{"webservice", "worker", "task", "cron-task"};
  EXPECT_EQ(nearest("webservise", types), "webservice");
  EXPECT_EQ(nearest("wroker", types), "worker");
  EXPECT_EQ(nearest("WebService", types), "webservice");
  EXPECT_EQ(nearest("zzz", types), std::nullopt);
}

TEST(Strings, Base64RefusesNonsense) {
  EXPECT_EQ(base64Decode("aGk="), "hi");
  EXPECT_EQ(base64Decode("aGk"), std::nullopt);
  EXPECT_EQ(base64Decode("a==="), std::nullopt);
  EXPECT_EQ(base64Decode("a*k="), std::nullopt);
}

RC_GTEST_PROP(Strings, Base64RoundTrips, (const std::string& bytes)) {
  RC_ASSERT(base64Decode(base64Encode(bytes)) == bytes);
}

TEST(Strings, Utf8) {
  EXPECT_EQ(firstInvalidUtf8("日本 é a"), std::nullopt);
  EXPECT_EQ(firstInvalidUtf8("ab\xff"), 2u);
  EXPECT_EQ(firstInvalidUtf8("\xc0\x80"), 0u);
  EXPECT_EQ(firstInvalidUtf8("\xed\xa0\x80"), 0u);
  EXPECT_EQ(firstInvalidUtf8("x\xe6\x97"), 1u);
}

}  // namespace
}  // namespace puppis
