// SPDX-License-Identifier: Apache-2.0
#include "nodes/cron.h"

#include <array>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/strings.h"
#include "nodes/pod_state.h"

namespace puppis::nodes {
namespace {

int nameToNumber(const std::string& word, int least, int most) {
  static const std::array<const char*, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
  static const std::array<const char*, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  std::string lower = toLower(word);
  if (least == 1 && most == 12) {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      if (lower == kMonths[i]) return static_cast<int>(i) + 1;
    }
  }
  if (most == 6) {
    for (std::size_t i = 0; i < kDays.size(); ++i) {
      if (lower == kDays[i]) return static_cast<int>(i);
    }
  }
  char* end = nullptr;
  long value = std::strtol(word.c_str(), &end, 10);
  return word.empty() || *end != '\0' ? -1 : static_cast<int>(value);
}

}  // namespace

Status Cron::field(const std::string& text, int least, int most, std::bitset<64>& bits, bool& star) {
  for (const auto& part : split(text, ',')) {
    std::vector<std::string> step = split(part, '/');
    std::vector<std::string> range = split(step[0], '-');
    int first = least;
    int last = most;
    if (range[0] == "*" || range[0] == "?") {
      star = star || step.size() == 1;
    } else {
      first = nameToNumber(range[0], least, most);
      last = range.size() == 2 ? nameToNumber(range[1], least, most) : step.size() == 2 ? most : first;
    }
    int every = step.size() == 2 ? std::atoi(step[1].c_str()) : 1;
    if (first < least || last > most || first > last || every < 1 || range.size() > 2 || step.size() > 2) {
      return fail(ErrorCode::InvalidArgument, "not a cron field: " + part);
    }
    for (int i = first; i <= last; i += every) bits.set(static_cast<std::size_t>(i));
  }
  return {};
}

Result<Cron> Cron::parse(const std::string& text) {
  static const std::map<std::string, std::string> kNamed = {
      {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"}};
  Cron out;
  if (startsWith(text, "@every ")) {
    auto every = parseDuration(trim(std::string_view(text).substr(7)));
    if (!every || *every < std::chrono::seconds(1))
      return fail(ErrorCode::InvalidArgument, "not a duration: " + text);
    out.every_ = *every;
    return out;
  }
  auto named = kNamed.find(text);
  std::vector<std::string> fields;
  for (const auto& part : split(named == kNamed.end() ? text : named->second, ' ')) {
    if (!part.empty()) fields.push_back(part);
  }
  if (fields.size() != 5) return fail(ErrorCode::InvalidArgument, "a schedule has five fields: " + text);
  bool ignored = false;
  TRY_VOID(out.field(fields[0], 0, 59, out.minutes_, ignored));
  TRY_VOID(out.field(fields[1], 0, 23, out.hours_, ignored));
  TRY_VOID(out.field(fields[2], 1, 31, out.days_, out.anyDay_));
  TRY_VOID(out.field(fields[3], 1, 12, out.months_, ignored));
  TRY_VOID(out.field(fields[4], 0, 6, out.weekdays_, out.anyWeekday_));
  return out;
}

std::optional<Nanos> Cron::next(Nanos time, Nanos offset) const {
  using std::chrono::days;
  using std::chrono::minutes;
  if (every_ > Nanos::zero()) return time + every_;
  Nanos local = std::chrono::floor<minutes>(time + offset) + minutes(1);
  const Nanos limit = local + days(5 * 366);
  while (local < limit) {
    auto day = std::chrono::floor<days>(local);
    std::chrono::year_month_day date{std::chrono::sys_days(day)};
    std::chrono::weekday weekday{std::chrono::sys_days(day)};
    bool dayFits = days_.test(static_cast<unsigned>(date.day()));
    bool weekdayFits = weekdays_.test(weekday.c_encoding());
    // when both are restricted, either will do
    bool fits = anyDay_ || anyWeekday_ ? dayFits && weekdayFits : dayFits || weekdayFits;
    if (!months_.test(static_cast<unsigned>(date.month())) || !fits) {
      local = day + days(1);
      continue;
    }
    auto ofDay = std::chrono::duration_cast<minutes>(local - day).count();
    if (!hours_.test(static_cast<std::size_t>(ofDay / 60))) {
      local = day + std::chrono::hours(ofDay / 60 + 1);
      continue;
    }
    if (minutes_.test(static_cast<std::size_t>(ofDay % 60))) return local - offset;
    local += minutes(1);
  }
  return std::nullopt;
}

}  // namespace puppis::nodes
