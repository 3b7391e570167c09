// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

/// Times and durations in the texts of Go's package time: a layout shows how the moment Mon Jan 2 15:04:05
/// MST 2006 would be written.
namespace puppis::cue::builtin::timefmt {

/// A moment with the zone it was read in. The local zone of the machine does not exist here: it is UTC.
struct Moment {
  std::int64_t seconds = 0;  ///< since the Unix epoch
  std::int32_t nanoseconds = 0;
  std::int32_t offset = 0;   ///< of the zone, seconds east of UTC
  std::string zone = "UTC";  ///< its name; may be empty
};

/// The calendar fields of a moment in its zone.
struct Calendar {
  std::int64_t year = 1;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int weekday = 0;  ///< 0 is Sunday
  int yearDay = 1;
};

inline constexpr std::string_view kRfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00";

Calendar calendarOf(const Moment& moment);
Result<Moment> parse(std::string_view layout, std::string_view value);
std::string format(const Moment& moment, std::string_view layout);

/// "1h2m3.5s". Error: InvalidArgument.
Result<std::int64_t> parseDuration(std::string_view text);
std::string formatDuration(std::int64_t nanoseconds);

}  // namespace puppis::cue::builtin::timefmt
