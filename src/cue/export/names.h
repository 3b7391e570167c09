// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

namespace puppis::cue {

/// A permuted congruential generator of 128 bits of state (PCG-DXSM), seeded the same in every run, so that
/// made-up names are the same in every run, and those that cue makes up.
class StableRandom {
 public:
  /// Uniform in [0, n).
  std::uint64_t below(std::uint64_t n);

 private:
  std::uint64_t next();
  std::uint64_t high_ = 123;
  std::uint64_t low_ = 456;
};

/// Names in use, and new ones beside them.
class UniqueNames {
 public:
  void use(const std::string& name) { used_.insert(name); }
  [[nodiscard]] bool has(const std::string& name) const { return used_.contains(name); }
  /// `base` itself if it is free, else base_1, base_2, ... and then base_ with a random number.
  std::string fresh(const std::string& base);
  /// base_ with a random number in any case.
  std::string numbered(const std::string& base);

 private:
  std::unordered_set<std::string> used_;
  StableRandom random_;
};

}  // namespace puppis::cue
