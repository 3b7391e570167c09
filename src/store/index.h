// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace puppis::store {

/// The published state that readers and watchers see: the current entries in key order, the recent changes,
/// and the watchers. Old snapshots are not kept: they are the current state with the changes since then
/// undone.
class Index {
 public:
  explicit Index(HistoryLimits limits) : limits_(limits) {}

  [[nodiscard]] EntryPtr get(std::string_view key) const;
  [[nodiscard]] Result<Range> range(std::string_view from, std::string_view to, std::size_t limit,
                                    Revision revision) const;
  [[nodiscard]] std::size_t count(std::string_view from, std::string_view to) const;
  [[nodiscard]] Revision revision() const;
  [[nodiscard]] Revision compacted() const;
  [[nodiscard]] Revision delivered() const { return delivered_; }

  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after, std::shared_ptr<WatchSink> sink);

  /// Makes the changes visible and tells the watchers, in order. Returns revisions whose rows nobody can ask
  /// for any more (history beyond the limit went).
  std::vector<Revision> publish(const std::vector<EventPtr>& events);
  /// Forgets history up to `revision`; returns the rows that became garbage. Gone/InvalidArgument when out of
  /// range.
  Result<std::vector<Revision>> compact(Revision revision);
  /// Loading: takes a change without telling anyone. Returns what `publish` does.
  std::vector<Revision> load(EventPtr event, bool keepHistory);
  void setFloor(Revision compacted, Revision revision);
  /// Ends every watch.
  void close(const Error& why);

 private:
  struct Watcher {
    std::string prefix;
    std::shared_ptr<WatchSink> sink;
  };
  class Handle;
  /// Orders entries by their keys, which they hold themselves.
  struct ByKey {
    using is_transparent = void;
    bool operator()(const EntryPtr& a, const EntryPtr& b) const { return a->key < b->key; }
    bool operator()(const EntryPtr& a, std::string_view b) const { return a->key < b; }
    bool operator()(std::string_view a, const EntryPtr& b) const { return a < b->key; }
  };
  void take(const EventPtr& event);
  void pushHistory(EventPtr event, std::vector<Revision>& garbage);
  void popHistory(std::vector<Revision>& garbage);
  void keepWarm(const EntryPtr& entry);
  void deliver(const EventPtr& event);

  HistoryLimits limits_;
  /// Held while changes are published and watchers come or go: it is what orders events.
  std::mutex publishing_;
  std::unordered_map<std::string, std::vector<std::shared_ptr<Watcher>>> watchers_;
  /// Guards everything below.
  mutable std::shared_mutex mutex_;
  std::set<EntryPtr, ByKey> current_;
  std::deque<EventPtr> history_;
  std::size_t historyBytes_ = 0;
  std::deque<EntryPtr> warm_;  ///< the newest entries, whose trees are kept
  std::size_t warmBytes_ = 0;
  Revision revision_ = 0;
  Revision compacted_ = 0;
  std::atomic<Revision> delivered_{0};
};

}  // namespace puppis::store
