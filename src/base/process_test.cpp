// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>

namespace puppis {
namespace {

TEST(ProcessTest, GivesInputAndTakesOutputs) {
  ProcessRequest request;
  request.argv = {"sh", "-c", "cat; echo \"$GREETING\" >&2; exit 3"};
  request.extraEnv = {{"GREETING", "hello"}};
  request.input = std::string(300'000, 'x');
  auto result = SystemProcesses().run(request);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->exitCode, 3);
  EXPECT_EQ(result->output, request.input);
  EXPECT_EQ(result->errors, "hello\n");
}

TEST(ProcessTest, MissingProgramAndTimeout) {
  ProcessRequest missing;
  missing.argv = {"there-is-no-such-program"};
  auto result = SystemProcesses().run(missing);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), ErrorCode::NotFound);
  ProcessRequest slow;
  slow.argv = {"sleep", "60"};
  slow.timeout = std::chrono::milliseconds(20);
  result = SystemProcesses().run(slow);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), ErrorCode::Timeout);
}

}  // namespace
}  // namespace puppis
