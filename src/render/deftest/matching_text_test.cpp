// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/matching_text.h"

#include <regex>

#include <gtest/gtest.h>

namespace puppis::render::deftest {
namespace {

TEST(MatchingText, MatchesItsPattern) {
  SeededRandom random(7);
  for (const char* pattern :
       {"^([1-9][0-9]{0,63})(E|P|T|G|M|K|Ei|Pi|Ti|Gi|Mi|Ki)$", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a|b|cd",
        "^x{2}y{1,2}z{3,}$", R"(^\d+\.\d+$)", "^[^a-z]+$", "^(?:ab)*c?$", "^.+$"}) {
    std::regex check(pattern);
    for (int i = 0; i < 100; ++i) {
      auto text = matchingText(pattern, random);
      ASSERT_TRUE(text) << pattern;
      EXPECT_TRUE(std::regex_search(*text, check)) << pattern << " gave " << *text;
    }
  }
}

TEST(MatchingText, SaysNothingRatherThanSomethingWrong) {
  SeededRandom random(7);
  for (const char* pattern : {R"(\bword)", "(?i)x", "[[:alpha:]]", "a(b", "[a", R"(\pL)", "x)y"}) {
    EXPECT_FALSE(matchingText(pattern, random)) << pattern;
  }
}

}  // namespace
}  // namespace puppis::render::deftest
