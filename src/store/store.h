// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::store {

/// Every change has its own number, one higher than the change before it.
using Revision = std::int64_t;

/// One key at one revision; does not change, shared with readers and watchers. What it holds is kept as JSON
/// text, which is many times smaller than a tree and is what files and clients take; the tree it was put as
/// is kept only while the entry is among the newest.
class Entry {
 public:
  struct Place {
    Revision created = 0;      ///< revision of the put that made the key
    Revision modified = 0;     ///< revision of this change
    std::int64_t version = 0;  ///< puts since `created`, from 1
  };
  /// As put: has a tree, and its text after `seal`.
  Entry(std::string key, data::Value value, Place place);
  /// As read from a file: has its text.
  Entry(std::string key, std::string json, Place place);

  const std::string key;
  const Revision created;
  const Revision modified;
  const std::int64_t version;

  /// One line, members in the order they were put.
  [[nodiscard]] const std::string& json() const { return json_; }
  /// The tree: shared while it is kept, else parsed anew for the caller.
  [[nodiscard]] data::Value value() const;

  /// Makes the text. The store calls it once, before anybody else sees the entry.
  void seal();
  /// Lets go of the tree; only its text remains.
  void cool() const;

 private:
  class Spin;
  std::string json_;
  mutable std::atomic_flag busy_ = ATOMIC_FLAG_INIT;  ///< guards `tree_`
  mutable data::Value tree_;
};
using EntryPtr = std::shared_ptr<const Entry>;

/// One change. A put has `entry`; a delete has none, and `previous` is what was deleted.
struct Event {
  Revision revision = 0;
  EntryPtr entry;     ///< nullptr when this is a delete
  EntryPtr previous;  ///< nullptr when the key did not exist; one of the two there always is
  [[nodiscard]] bool isDelete() const { return entry == nullptr; }
  [[nodiscard]] const std::string& key() const { return (entry ? entry : previous)->key; }
};
using EventPtr = std::shared_ptr<const Event>;

/// One wish of a transaction. `expected` guards it: the key's modification revision, 0 meaning "does not
/// exist".
struct Change {
  std::string key;
  std::optional<data::Value> value;  ///< nothing deletes
  std::optional<Revision> expected;  ///< Conflict when the key is at another revision
  /// Writes the revision that the change gets into the value before it is stored (resourceVersion); may be
  /// empty.
  std::function<void(data::Value& value, Revision revision)> stamp;
};

struct Range {
  std::vector<EntryPtr> entries;  ///< by key, ascending
  bool more = false;              ///< the limit cut it off
  std::int64_t remaining = 0;     ///< keys after the last one returned
  Revision revision = 0;          ///< of the snapshot that was read
};

/// What a watcher is told, in revision order, without gaps or repeats. Called on the thread that commits: be
/// quick, do not call the store. `lost` ends it: the watcher fell behind or the store closed.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual void event(const EventPtr& event) = 0;
  virtual void lost(const Error& why) = 0;
};

/// Ends its watch when it goes; when the destructor returns, the sink is not called again.
class Watch {
 public:
  virtual ~Watch() = default;
};

/// A revisioned, ordered key-value store, like etcd's. Safe to share between threads. A commit that has
/// answered is durable (as far as the store was asked to be) and seen by every later read.
class Store {
 public:
  virtual ~Store() = default;

  /// All changes or none. Returns the entries put (nullptr for deletes, in order) with their revisions.
  /// Conflict when a guard fails; NotFound when deleting a missing key; Io/Unavailable when it could not be
  /// made durable (then nothing changed).
  virtual Result<std::vector<EntryPtr>> commit(std::vector<Change> changes) = 0;
  /// The newest entry of the key, or nullptr.
  [[nodiscard]] virtual EntryPtr get(std::string_view key) const = 0;
  /// Keys in [from, to), at most `limit` (0: all), as they were at `revision` (0: now). Gone when that was
  /// compacted; InvalidArgument when it lies in the future.
  [[nodiscard]] virtual Result<Range> range(std::string_view from, std::string_view to, std::size_t limit = 0,
                                            Revision revision = 0) const = 0;
  /// How many keys are in [from, to) now.
  [[nodiscard]] virtual std::size_t count(std::string_view from, std::string_view to) const = 0;
  [[nodiscard]] virtual Revision revision() const = 0;
  /// Every change up to this revision has been given to every watch (it trails `revision` by the publishing
  /// under way).
  [[nodiscard]] virtual Revision delivered() const = 0;
  /// The oldest revision that `range` and `watch` may still ask for is one above this.
  [[nodiscard]] virtual Revision compacted() const = 0;
  /// Changes of keys that start with `prefix` and have revisions above `after`. Gone when those were
  /// compacted.
  virtual Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after,
                                               std::shared_ptr<WatchSink> sink) = 0;
  /// Forgets history up to `revision`; current values stay. Does not hold up writers.
  virtual Status compact(Revision revision) = 0;
  /// Writes a consistent copy to a new file that `openSqlite` can open. Writers go on meanwhile.
  virtual Status snapshot(const std::string& path) = 0;
  /// While relaxed, commits answer before they are durable: for filling a store that nobody uses yet. Going
  /// back makes all of them durable.
  virtual Status relax(bool relaxed) = 0;
};

/// The end of the key range that starts with `prefix`.
std::string prefixEnd(std::string_view prefix);

/// What is kept for watchers that resume and for older reads: the newest changes within both limits.
struct HistoryLimits {
  std::size_t events = 20'000;
  std::size_t bytes = 64 * 1024 * 1024;  ///< of superseded and deleted values
};

/// Nothing outlives the process. Commits run on the caller's thread.
std::unique_ptr<Store> openMemory(HistoryLimits limits = {});

enum class Sync {
  Full,  ///< a commit answers after fsync (the default)
  Off,  ///< a commit answers after the write; a crash of the machine (not of the process) may lose the newest
};
struct SqliteOptions {
  std::string path;  ///< the database file; its folder must exist
  Sync sync = Sync::Full;
  HistoryLimits history;
  /// Testing: called before each physical commit; an Error stands for a failing disk.
  std::function<Status()> faultBeforeCommit;
};

/// Kept in an SQLite file. Commits of several threads share one fsync. Io with the row's revision when a
/// checksum does not fit or revisions are missing.
Result<std::unique_ptr<Store>> openSqlite(SqliteOptions options);

}  // namespace puppis::store
