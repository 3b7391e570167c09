// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <ctime>
#include <thread>

#include <fmt/format.h>

namespace puppis {

Nanos SystemClock::now() const {
  return std::chrono::system_clock::now().time_since_epoch();
}
Nanos SystemClock::monotonic() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}
void SystemClock::sleep(Nanos duration) {
  std::this_thread::sleep_for(duration);
}

Nanos ManualClock::now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

void ManualClock::advance(Nanos duration) {
  std::lock_guard lock(mutex_);
  now_ += duration;
}

namespace {

std::string date(Nanos sinceEpoch) {
  auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(sinceEpoch).count());
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                     tm.tm_hour, tm.tm_min, tm.tm_sec);
}

}  // namespace

std::string formatRfc3339(Nanos sinceEpoch) {
  return date(sinceEpoch) + "Z";
}

std::string formatRfc3339Micro(Nanos sinceEpoch) {
  auto micros = (sinceEpoch - std::chrono::floor<std::chrono::seconds>(sinceEpoch)).count() / 1000;
  return fmt::format("{}.{:06}Z", date(sinceEpoch), micros);
}

}  // namespace puppis
