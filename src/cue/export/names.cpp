// SPDX-License-Identifier: Apache-2.0
#include "cue/export/names.h"

#include <cstdio>

namespace puppis::cue {

namespace {

__extension__ using Wide = unsigned __int128;

std::string suffixed(const std::string& base, std::uint64_t number, int digits) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "_%0*llX", digits, static_cast<unsigned long long>(number));
  return base + buffer;
}

constexpr std::uint64_t grown(std::uint64_t n) {
  return (0xff'ffff'ffff'ffffU & ((n << 4U) - 1)) + 1;
}

}  // namespace

std::uint64_t StableRandom::next() {
  constexpr Wide kMultiplier = (Wide{2549297995355413924U} << 64U) | 4865540595714422341U;
  constexpr Wide kIncrement = (Wide{6364136223846793005U} << 64U) | 1442695040888963407U;
  const Wide state = ((Wide{high_} << 64U) | low_) * kMultiplier + kIncrement;
  high_ = static_cast<std::uint64_t>(state >> 64U);
  low_ = static_cast<std::uint64_t>(state);
  std::uint64_t out = high_;
  out ^= out >> 32U;
  out *= 0xda942042e4dd58b5U;
  out ^= out >> 48U;
  return out * (low_ | 1U);
}

std::uint64_t StableRandom::below(std::uint64_t n) {
  if ((n & (n - 1)) == 0) return next() & (n - 1);
  Wide product = Wide{next()} * n;
  if (static_cast<std::uint64_t>(product) < n) {
    const std::uint64_t threshold = (0 - n) % n;
    while (static_cast<std::uint64_t>(product) < threshold) product = Wide{next()} * n;
  }
  return static_cast<std::uint64_t>(product >> 64U);
}

std::string UniqueNames::fresh(const std::string& base) {
  if (used_.insert(base).second) return base;
  for (std::uint64_t i = 1; i < 5; ++i) {
    std::string name = suffixed(base, i, 1);
    if (used_.insert(name).second) return name;
  }
  int digits = 1;
  for (std::uint64_t n = 0x10;; n = grown(n), ++digits) {
    std::string name = suffixed(base, random_.below(n - 1) + 1, digits);
    if (used_.insert(name).second) return name;
  }
}

std::string UniqueNames::numbered(const std::string& base) {
  for (std::uint64_t n = 0x10;; n = grown(n)) {
    std::string name = suffixed(base, random_.below(n), 1);
    if (used_.insert(name).second) return name;
  }
}

}  // namespace puppis::cue
