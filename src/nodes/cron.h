// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace puppis::nodes {

/// A cron schedule of five fields ("*/5 * * * mon-fri"), or @hourly and its kin, or "@every 1h".
class Cron {
 public:
  /// InvalidArgument with what is wrong.
  static Result<Cron> parse(const std::string& text);
  /// The first time strictly after `time`, both since the epoch; `offset` is the zone's distance from UTC.
  /// Nothing when there is none within five years.
  [[nodiscard]] std::optional<Nanos> next(Nanos time, Nanos offset = {}) const;

 private:
  Status field(const std::string& text, int least, int most, std::bitset<64>& bits, bool& star);

  std::bitset<64> minutes_, hours_, days_, months_, weekdays_;
  bool anyDay_ = false, anyWeekday_ = false;
  Nanos every_{};
};

}  // namespace puppis::nodes
