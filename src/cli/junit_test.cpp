// SPDX-License-Identifier: Apache-2.0
#include "cli/junit.h"

#include <gtest/gtest.h>

namespace puppis::cli {
namespace {

TEST(Junit, SuitesCasesAndFailures) {
  render::deftest::Report report;
  report.title = "trait a<b";
  report.file = "a.test.yaml";
  report.outcomes.push_back({"good", {}, std::chrono::milliseconds(1)});
  report.outcomes.push_back({"bad \"one\"", {Error(ErrorCode::Invalid, "x & y\x01")}, Nanos(0)});
  std::string xml = junitXml({report});
  EXPECT_NE(
      xml.find(
          R"(<testsuite name="trait a&lt;b" file="a.test.yaml" tests="2" failures="1" time="0.000000">)"),
      std::string::npos)
      << xml;
  EXPECT_NE(xml.find(R"(<testcase classname="trait a&lt;b" name="good" time="0.001000"/>)"),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find(R"(<failure message="x &amp; y?">)"), std::string::npos) << xml;
}

}  // namespace
}  // namespace puppis::cli
