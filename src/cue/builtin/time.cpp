// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/go_format.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/time_layout.h"

// Package time. Times are RFC 3339 texts, durations texts such as "1h30m" or nanoseconds.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;
using timefmt::kRfc3339Nano;
using timefmt::Moment;

Answer checkTime(Call& call, Text value, Text layout) {
  if (timefmt::parse(layout, value)) return Value::of(true);
  return bad(call, "invalid time " + gofmt::quote(value, '"', gofmt::Quoting::Printable));
}
Answer time(Call& call, Text s) {
  return checkTime(call, s, kRfc3339Nano);
}
Answer format(Call& call, Text value, Text layout) {
  return checkTime(call, value, layout);
}

/// Runs `use` with the moment that `value` names in RFC 3339.
template <typename Use>
Answer with(Call& call, Text value, Use use) {
  auto moment = timefmt::parse(kRfc3339Nano, value);
  if (!moment) return bad(call, moment.error().message());
  return use(*moment);
}

Answer formatString(Call& call, Text layout, Text value) {
  return with(call, value, [&](const Moment& m) -> Answer { return text(call, timefmt::format(m, layout)); });
}

Answer parse(Call& call, Text layout, Text value) {
  auto moment = timefmt::parse(layout, value);
  if (!moment) return bad(call, moment.error().message());
  Moment utc;
  utc.seconds = moment->seconds;
  utc.nanoseconds = moment->nanoseconds;
  return text(call, timefmt::format(utc, kRfc3339Nano));
}

std::string unixTime(std::int64_t seconds, std::int64_t nanoseconds) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  Moment moment;
  std::int64_t rest = nanoseconds % kSecond;
  if (rest < 0) rest += kSecond;
  moment.seconds = seconds + (nanoseconds - rest) / kSecond;
  moment.nanoseconds = static_cast<std::int32_t>(rest);
  return timefmt::format(moment, kRfc3339Nano);
}

Answer toUnix(Call& call, Text value) {
  return with(call, value, [](const Moment& m) -> Answer { return Value::ofInt(m.seconds); });
}

Answer toUnixNano(Call& call, Text value) {
  return with(call, value, [](const Moment& m) -> Answer {
    // Years outside of 1678..2262 wrap, as they do in Go.
    std::uint64_t nanoseconds = static_cast<std::uint64_t>(m.seconds) * 1'000'000'000U;
    return Value::ofInt(static_cast<std::int64_t>(nanoseconds + static_cast<std::uint64_t>(m.nanoseconds)));
  });
}

Answer split(Call& call, Text value) {
  return with(call, value, [&](const Moment& m) -> Answer {
    timefmt::Calendar c = timefmt::calendarOf(m);
    std::array fields = {Field{"year", Value::ofInt(c.year)},
                         Field{"month", Value::ofInt(c.month)},
                         Field{"day", Value::ofInt(c.day)},
                         Field{"hour", Value::ofInt(c.hour)},
                         Field{"minute", Value::ofInt(c.minute)},
                         Field{"second", Value::ofInt(c.second)},
                         Field{"nanosecond", Value::ofInt(m.nanoseconds)}};
    return structure(call, fields);
  });
}

Answer duration(Call& call, Text s) {
  auto value = timefmt::parseDuration(s);
  return value ? Answer(Value::of(true)) : bad(call, value.error().message());
}
std::string formatDuration(std::int64_t d) {
  return timefmt::formatDuration(d);
}
Answer parseDuration(Call& call, Text s) {
  auto value = timefmt::parseDuration(s);
  return value ? Answer(Value::ofInt(*value)) : bad(call, value.error().message());
}

constexpr Function kFunctions[] = {
    function<&duration>("Duration", kBool),
    function<&formatDuration>("FormatDuration"),
    function<&parseDuration>("ParseDuration", kInt),
    function<&time>("Time", kBool),
    function<&format>("Format", kBool),
    function<&formatString>("FormatString", kString),
    function<&parse>("Parse", kString),
    function<&unixTime>("Unix"),
    function<&toUnix>("ToUnix", kInt),
    function<&toUnixNano>("ToUnixNano", kInt),
    function<&split>("Split", kStruct),
};

constexpr Constant kConstants[] = {
    {"Nanosecond", "1"},
    {"Microsecond", "1000"},
    {"Millisecond", "1000000"},
    {"Second", "1000000000"},
    {"Minute", "60000000000"},
    {"Hour", "3600000000000"},
    {"ANSIC", "\"Mon Jan _2 15:04:05 2006\""},
    {"UnixDate", "\"Mon Jan _2 15:04:05 MST 2006\""},
    {"RubyDate", "\"Mon Jan 02 15:04:05 -0700 2006\""},
    {"RFC822", "\"02 Jan 06 15:04 MST\""},
    {"RFC822Z", "\"02 Jan 06 15:04 -0700\""},
    {"RFC850", "\"Monday, 02-Jan-06 15:04:05 MST\""},
    {"RFC1123", "\"Mon, 02 Jan 2006 15:04:05 MST\""},
    {"RFC1123Z", "\"Mon, 02 Jan 2006 15:04:05 -0700\""},
    {"RFC3339", "\"2006-01-02T15:04:05Z07:00\""},
    {"RFC3339Nano", "\"2006-01-02T15:04:05.999999999Z07:00\""},
    {"RFC3339Date", "\"2006-01-02\""},
    {"Kitchen", "\"3:04PM\""},
    {"Kitchen24", "\"15:04\""},
    {"January", "1"},
    {"February", "2"},
    {"March", "3"},
    {"April", "4"},
    {"May", "5"},
    {"June", "6"},
    {"July", "7"},
    {"August", "8"},
    {"September", "9"},
    {"October", "10"},
    {"November", "11"},
    {"December", "12"},
    {"Sunday", "0"},
    {"Monday", "1"},
    {"Tuesday", "2"},
    {"Wednesday", "3"},
    {"Thursday", "4"},
    {"Friday", "5"},
    {"Saturday", "6"},
};

}  // namespace

const Package kTimePackage{"time", kFunctions, kConstants, {}};

}  // namespace puppis::cue::builtin
