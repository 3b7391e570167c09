// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace puppis {

using Nanos = std::chrono::nanoseconds;

/// Where time comes from. Everything that reads the time or waits takes a Clock, so that a simulation can own
/// it.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time since the Unix epoch.
  [[nodiscard]] virtual Nanos now() const = 0;
  /// Time that never goes backwards, from an arbitrary start; for durations.
  [[nodiscard]] virtual Nanos monotonic() const = 0;
  /// Blocks the calling thread.
  virtual void sleep(Nanos duration) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Nanos now() const override;
  [[nodiscard]] Nanos monotonic() const override;
  void sleep(Nanos duration) override;
};

/// A clock that moves only when told to; `sleep` moves it. Safe to share between threads.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Nanos start = std::chrono::seconds(1'600'000'000)) : now_(start) {}
  [[nodiscard]] Nanos now() const override;
  [[nodiscard]] Nanos monotonic() const override { return now(); }
  void sleep(Nanos duration) override { advance(duration); }
  void advance(Nanos duration);

 private:
  mutable std::mutex mutex_;
  Nanos now_;
};

/// "2026-11-24T08:00:00Z", as Kubernetes writes metav1.Time.
std::string formatRfc3339(Nanos sinceEpoch);
/// "2026-11-24T08:00:00.123456Z", as Kubernetes writes metav1.MicroTime.
std::string formatRfc3339Micro(Nanos sinceEpoch);

}  // namespace puppis
