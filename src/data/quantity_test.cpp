// SPDX-License-Identifier: Apache-2.0
#include "data/quantity.h"

#include <gtest/gtest.h>

namespace puppis::data {
namespace {

std::string canonical(std::string_view text) {
  auto quantity = Quantity::parse(text);
  return quantity ? quantity->str() : "error";
}

TEST(Quantity, PrintsTheCanonicalForm) {
  EXPECT_EQ(canonical("1000m"), "1");
  EXPECT_EQ(canonical("0.5"), "500m");
  EXPECT_EQ(canonical("1024Mi"), "1Gi");
  EXPECT_EQ(canonical("1.5Gi"), "1536Mi");
  EXPECT_EQ(canonical("1000"), "1k");
  EXPECT_EQ(canonical("1e3"), "1e3");
  EXPECT_EQ(canonical("12E6"), "12e6");
  EXPECT_EQ(canonical("0.0000000001"), "1n");
  EXPECT_EQ(canonical("512"), "512");
  EXPECT_EQ(canonical("0Gi"), "0");
  EXPECT_EQ(canonical("-1500m"), "-1500m");
  EXPECT_EQ(canonical("100Ki"), "100Ki");
  EXPECT_EQ(canonical("+3"), "3");
}

TEST(Quantity, RefusesWhatIsNoQuantity) {
  for (auto bad : {"", "abc", "1.2.3", "10Mb", "1 Gi", "Gi", "-", "1ki"})
    EXPECT_EQ(canonical(bad), "error") << bad;
}

TEST(Quantity, RoundsUp) {
  EXPECT_EQ(Quantity::parse("1500m")->value(), 2);
  EXPECT_EQ(Quantity::parse("1u")->milliValue(), 1);
  EXPECT_EQ(Quantity::parse("1u")->roundedUpToMilli().str(), "1m");
}

TEST(Quantity, AddsExactly) {
  Quantity sum = *Quantity::parse("100m");
  sum += *Quantity::parse("0.9");
  EXPECT_EQ(sum.str(), "1");
  EXPECT_TRUE(sum == Quantity::ofInt(1));
}

}  // namespace
}  // namespace puppis::data
