// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"

namespace puppis::kube {

/// Keys that want work. A key waits at most once however often it is added; one that is being worked on and
/// added again is given out again only after `done`, so that no two workers ever have the same key. Failures
/// wait longer each time. Safe to share between threads.
class WorkQueue {
 public:
  explicit WorkQueue(Clock& clock, Nanos firstPause = std::chrono::milliseconds(100),
                     Nanos longestPause = std::chrono::seconds(300))
      : clock_(clock), firstPause_(firstPause), longestPause_(longestPause) {}

  void add(const std::string& key);
  /// Adds it when the time has passed; an earlier time wins.
  void addAfter(const std::string& key, Nanos pause);
  /// Adds it after a pause that doubles with each failure since the last `forget`.
  void addFailed(const std::string& key);
  /// The key's failures are over.
  void forget(const std::string& key);

  /// Waits for a key; nothing once the queue is closed. Each key must be given back with `done`.
  std::optional<std::string> take();
  /// A key if one is ready now.
  std::optional<std::string> tryTake();
  void done(const std::string& key);
  void close();

  /// Keys waiting or being worked on.
  [[nodiscard]] std::size_t size() const;
  /// Time until the next delayed key is due; nothing when none waits.
  [[nodiscard]] std::optional<Nanos> nextDue() const;

 private:
  void addLocked(const std::string& key);
  void promoteLocked();
  std::optional<std::string> popLocked();

  Clock& clock_;
  Nanos firstPause_;
  Nanos longestPause_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> ready_;
  std::set<std::string> waiting_;
  std::set<std::string> working_;
  std::set<std::string> again_;
  std::map<std::string, Nanos> delayed_;
  std::map<std::string, int> failures_;
  bool closed_ = false;
};

}  // namespace puppis::kube
