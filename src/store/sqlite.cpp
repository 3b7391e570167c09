// SPDX-License-Identifier: Apache-2.0
// The log of changes in an SQLite file: one row a revision. Rows that nobody can ask for any more are deleted
// a few at a time in the transactions that write new ones, so that compaction never holds a writer up.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include <sqlite3.h>

#include "base/strings.h"
#include "store/index.h"
#include "store/plan.h"

namespace puppis::store {
namespace {

constexpr std::size_t kMostInBatch = 512;
constexpr std::size_t kGarbagePerRow =
    2;  // rows deleted for each row written: more than one, so that a backlog shrinks
constexpr const char* kFormat = "1";
constexpr const char* kAdvice =
    "keep the file, and restore a snapshot into another directory (puppis server restore)";

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Error sqliteError(sqlite3* db, const std::string& doing) {
  int code = sqlite3_extended_errcode(db);
  std::string text = doing + ": " + sqlite3_errmsg(db);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Error(ErrorCode::Io, text + "; this write was not done, nothing else was lost; free disk space");
    case SQLITE_IOERR:
      return Error(ErrorCode::Io, text + " (" + sqlite3_errstr(code) + " " + std::to_string(code) +
                                      "); this write was not done, nothing else was lost; look at the disk");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::Io, text + "; the store is damaged: " + kAdvice);
    default:
      return Error(ErrorCode::Unavailable, std::move(text));
  }
}

Status execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(sqliteError(db, sql));
  return {};
}

/// A prepared statement, reset after each use.
class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  Status prepare(sqlite3* db, const char* sql) {
    if (sqlite3_prepare_v2(db, sql, -1, &handle_, nullptr) != SQLITE_OK) return fail(sqliteError(db, sql));
    return {};
  }
  void bind(int at, std::int64_t value) { sqlite3_bind_int64(handle_, at, value); }
  void bind(int at, std::string_view text) {
    sqlite3_bind_text(handle_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void bindNull(int at) { sqlite3_bind_null(handle_, at); }
  /// SQLITE_ROW or SQLITE_DONE; anything else is an Error.
  Result<int> step() {
    int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
      Error error = sqliteError(sqlite3_db_handle(handle_), "store");
      sqlite3_reset(handle_);
      return fail(std::move(error));
    }
    return code;
  }
  Status run() {
    TRY_VOID(step());
    sqlite3_reset(handle_);
    return {};
  }
  void reset() { sqlite3_reset(handle_); }
  std::int64_t integer(int column) { return sqlite3_column_int64(handle_, column); }
  bool isNull(int column) { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::string_view text(int column) {
    const void* bytes = sqlite3_column_blob(handle_, column);
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
  }

 private:
  sqlite3_stmt* handle_ = nullptr;
};

std::int64_t checksum(Revision revision, std::string_view key, Revision created, std::int64_t version,
                      std::string_view value) {
  std::string head =
      std::to_string(revision) + "|" + std::to_string(created) + "|" + std::to_string(version) + "|";
  head += key;
  head += '|';
  std::uint64_t sum = fnv1a(head) * 1099511628211ULL ^ fnv1a(value);
  return static_cast<std::int64_t>(sum);
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(SqliteOptions options) : options_(std::move(options)), index_(options_.history) {}
  ~SqliteStore() override { index_.close(Error(ErrorCode::Unavailable, "the store is closing")); }

  Status open() {
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(options_.path.c_str(), &raw,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    db_.reset(raw);
    if (code != SQLITE_OK) return fail(sqliteError(raw, "opening " + options_.path));
    TRY_VOID(execute(raw, "PRAGMA page_size=8192"));
    TRY_VOID(execute(raw, "PRAGMA journal_mode=WAL"));
    TRY_VOID(execute(raw, "PRAGMA locking_mode=NORMAL"));
    // Rows are written in order and never read again, so a small cache serves as well as a large one.
    TRY_VOID(execute(raw, "PRAGMA cache_size=-512"));
    TRY_VOID(
        execute(raw, options_.sync == Sync::Full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
    TRY_VOID(execute(raw, "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)"));
    TRY_VOID(execute(raw,
                     "CREATE TABLE IF NOT EXISTS log(revision INTEGER PRIMARY KEY, key TEXT NOT NULL, "
                     "created INTEGER NOT NULL,"
                     " version INTEGER NOT NULL, value BLOB, sum INTEGER NOT NULL)"));
    TRY_VOID(
        insert_.prepare(raw, "INSERT INTO log(revision,key,created,version,value,sum) VALUES(?,?,?,?,?,?)"));
    TRY_VOID(remove_.prepare(raw, "DELETE FROM log WHERE revision=?"));
    TRY_VOID(setMeta_.prepare(
        raw,
        "INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value"));
    return load();
  }

  Result<std::vector<EntryPtr>> commit(std::vector<Change> changes) override {
    std::unique_lock lock(mutex_);
    // A guard that fails against a change still being written is answered once that is readable (or has
    // failed): who then reads and tries again finds what it lost to.
    awaitBatch(lock, [&] {
      return std::none_of(changes.begin(), changes.end(),
                          [this](const Change& c) { return losesToPending(c); });
    });
    TRY(Plan plan, planCommit(std::move(changes), next_, [this](const std::string& key) {
          auto it = pendingKeys_.find(key);
          return it != pendingKeys_.end() ? it->second.first : index_.get(key);
        }));
    if (plan.events.empty()) return std::vector<EntryPtr>{};
    next_ += static_cast<Revision>(plan.events.size());
    for (const EventPtr& event : plan.events) pendingKeys_[event->key()] = {event->entry, event->revision};
    Pending mine{&plan, false, {}, {}};
    queue_.push_back(&mine);
    // The first to find nobody writing writes for all who wait: they share one transaction and one fsync.
    // Each sleeps on its own, so that the end of a batch wakes those who were in it and one to write the
    // next.
    while (!mine.done) {
      mine.wake.wait(lock, [&] { return mine.done || !writing_; });
      if (!mine.done) (void)writeBatch(lock);  // its outcome is in `mine.status`, once it was this one's turn
    }
    if (!mine.status) return fail(mine.status.error());
    return std::move(plan.entries);
  }

  EntryPtr get(std::string_view key) const override { return index_.get(key); }
  Result<Range> range(std::string_view from, std::string_view to, std::size_t limit,
                      Revision revision) const override {
    return index_.range(from, to, limit, revision);
  }
  std::size_t count(std::string_view from, std::string_view to) const override {
    return index_.count(from, to);
  }
  Revision revision() const override { return index_.revision(); }
  Revision delivered() const override { return index_.delivered(); }
  Revision compacted() const override { return index_.compacted(); }
  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision after,
                                       std::shared_ptr<WatchSink> sink) override {
    return index_.watch(std::move(prefix), after, std::move(sink));
  }

  Status compact(Revision revision) override {
    TRY(std::vector<Revision> garbage, index_.compact(revision));
    std::unique_lock lock(mutex_);
    garbage_.insert(garbage_.end(), garbage.begin(), garbage.end());
    // In slices, giving way to writers between them.
    while (!garbage_.empty()) {
      awaitBatch(lock, [&] { return !writing_; });
      if (Status written = writeBatch(lock); !written) return written;
    }
    return {};
  }

  Status relax(bool relaxed) override {
    if (options_.sync == Sync::Off) return {};
    std::unique_lock lock(mutex_);
    awaitBatch(lock, [&] { return !writing_; });
    TRY_VOID(execute(db_.get(), relaxed ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL"));
    if (relaxed) return {};
    // The log is one file, so this write's fsync takes along what went before.
    return setMeta("revision", std::to_string(index_.revision()));
  }

  Status snapshot(const std::string& path) override {
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(options_.path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
    Database reader(raw);
    if (code != SQLITE_OK) return fail(sqliteError(raw, "opening " + options_.path));
    Statement vacuum;
    TRY_VOID(vacuum.prepare(raw, "VACUUM INTO ?"));
    vacuum.bind(1, path);
    return vacuum.run();
  }

 private:
  bool losesToPending(const Change& change) const {
    auto pending = pendingKeys_.find(change.key);
    if (pending == pendingKeys_.end()) return false;
    const EntryPtr& there = pending->second.first;
    if (change.expected) return *change.expected != (there ? there->modified : 0);
    return !change.value && !there;
  }

  /// Waits for the end of a batch after which `holds`.
  template <typename F>
  void awaitBatch(std::unique_lock<std::mutex>& lock, F&& holds) {
    ++waiting_;
    wake_.wait(lock, holds);
    --waiting_;
  }

  struct Pending {
    Plan* plan;
    bool done;
    Status status;
    std::condition_variable wake;
  };

  /// Writes what is queued and publishes it. Called and returns with the lock held; `writing_` keeps others
  /// out between.
  Status writeBatch(std::unique_lock<std::mutex>& lock) {
    writing_ = true;
    std::vector<Pending*> batch;
    std::size_t rows = 0;
    while (!queue_.empty() && rows < kMostInBatch) {
      batch.push_back(queue_.front());
      rows += queue_.front()->plan->events.size();
      queue_.pop_front();
    }
    std::size_t sweep = std::min(garbage_.size(), std::max<std::size_t>(64, rows * kGarbagePerRow));
    std::vector<Revision> garbage(garbage_.begin(), garbage_.begin() + static_cast<std::ptrdiff_t>(sweep));
    lock.unlock();
    Status written = writeRows(batch, garbage);
    std::vector<EventPtr> events;
    std::vector<Revision> newGarbage;
    if (written) {
      for (Pending* pending : batch) {
        events.insert(events.end(), pending->plan->events.begin(), pending->plan->events.end());
      }
      newGarbage = index_.publish(events);
    }
    lock.lock();
    if (written) {
      garbage_.erase(garbage_.begin(), garbage_.begin() + static_cast<std::ptrdiff_t>(sweep));
      garbage_.insert(garbage_.end(), newGarbage.begin(), newGarbage.end());
      for (const EventPtr& event : events) {
        auto it = pendingKeys_.find(event->key());
        if (it != pendingKeys_.end() && it->second.second == event->revision) pendingKeys_.erase(it);
      }
    } else {
      // Those behind were numbered and checked on top of what failed: they fail with it, and nothing has
      // changed.
      batch.insert(batch.end(), queue_.begin(), queue_.end());
      queue_.clear();
      pendingKeys_.clear();
      next_ = index_.revision() + 1;
    }
    for (Pending* pending : batch) {
      pending->status = written;
      pending->done = true;
      pending->wake.notify_one();
    }
    writing_ = false;
    if (!queue_.empty()) queue_.front()->wake.notify_one();
    if (waiting_ != 0) wake_.notify_all();
    return written;
  }

  Status writeRows(const std::vector<Pending*>& batch, const std::vector<Revision>& garbage) {
    TRY_VOID(execute(db_.get(), "BEGIN IMMEDIATE"));
    Status written = writeRowsInside(batch, garbage);
    if (written && options_.faultBeforeCommit) written = options_.faultBeforeCommit();
    if (written) written = execute(db_.get(), "COMMIT");
    // Some failures have rolled back already; then there is nothing to roll back.
    if (!written && sqlite3_get_autocommit(db_.get()) == 0) {
      if (Status undone = execute(db_.get(), "ROLLBACK"); !undone)
        return fail(written.error().context(undone.error().str()));
    }
    return written;
  }

  Status writeRowsInside(const std::vector<Pending*>& batch, const std::vector<Revision>& garbage) {
    Revision last = 0;
    for (Pending* pending : batch) {
      pending->plan->seal();
      for (const EventPtr& event : pending->plan->events) {
        std::string_view json;
        Revision created = 0;
        std::int64_t version = 0;
        if (event->entry) {
          json = event->entry->json();
          created = event->entry->created;
          version = event->entry->version;
        }
        insert_.bind(1, event->revision);
        insert_.bind(2, std::string_view(event->key()));
        insert_.bind(3, created);
        insert_.bind(4, version);
        if (event->entry) {
          insert_.bind(5, json);
        } else {
          insert_.bindNull(5);
        }
        insert_.bind(6, checksum(event->revision, event->key(), created, version, json));
        TRY_VOID(insert_.run());
        last = event->revision;
      }
    }
    for (Revision revision : garbage) {
      remove_.bind(1, revision);
      TRY_VOID(remove_.run());
    }
    if (last != 0) TRY_VOID(setMeta("revision", std::to_string(last)));
    if (!garbage.empty()) TRY_VOID(setMeta("compacted", std::to_string(index_.compacted())));
    return {};
  }

  Status setMeta(std::string_view name, const std::string& value) {
    setMeta_.bind(1, name);
    setMeta_.bind(2, std::string_view(value));
    return setMeta_.run();
  }

  Status load() {
    std::map<std::string, std::string> meta;
    Statement readMeta;
    TRY_VOID(readMeta.prepare(db_.get(), "SELECT name,value FROM meta"));
    while (true) {
      TRY(int step, readMeta.step());
      if (step == SQLITE_DONE) break;
      meta[std::string(readMeta.text(0))] = std::string(readMeta.text(1));
    }
    readMeta.reset();
    if (meta.empty()) return setMeta("format", kFormat);
    if (meta["format"] != kFormat) {
      return fail(Error(ErrorCode::Io, "the store was written by another version of Puppis (format " +
                                           meta["format"] + ")"));
    }
    Revision floor = meta.count("compacted") ? std::stoll(meta["compacted"]) : 0;
    Revision last = meta.count("revision") ? std::stoll(meta["revision"]) : 0;
    TRY_VOID(loadRows(floor, last));
    next_ = last + 1;
    return {};
  }

  Status loadRows(Revision floor, Revision last) {
    Statement read;
    TRY_VOID(
        read.prepare(db_.get(), "SELECT revision,key,created,version,value,sum FROM log ORDER BY revision"));
    Revision contiguous = floor;
    while (true) {
      TRY(int step, read.step());
      if (step == SQLITE_DONE) break;
      Revision revision = read.integer(0);
      std::string key(read.text(1));
      bool isDelete = read.isNull(4);
      std::string_view json = isDelete ? std::string_view{} : read.text(4);
      if (checksum(revision, key, read.integer(2), read.integer(3), json) != read.integer(5)) {
        return fail(Error(ErrorCode::Io, "the store is damaged: the checksum of revision " +
                                             std::to_string(revision) + " (" + key + ") does not fit; " +
                                             kAdvice));
      }
      if (revision > floor && revision != ++contiguous) {
        return fail(Error(ErrorCode::Io, "the store is damaged: revision " + std::to_string(contiguous) +
                                             " is missing; " + kAdvice));
      }
      auto event = std::make_shared<Event>();
      event->revision = revision;
      event->previous = index_.get(key);
      if (!isDelete) {
        Entry::Place place{read.integer(2), revision, read.integer(3)};
        event->entry = std::make_shared<Entry>(key, std::string(json), place);
      }
      if (isDelete && !event->previous) {
        // Its put has been swept, this row is next.
        garbage_.push_back(revision);
        continue;
      }
      // A row that was compacted and not deleted yet leaves no history.
      if (revision <= floor) {
        if (event->previous) garbage_.push_back(event->previous->modified);
        if (isDelete) garbage_.push_back(revision);
      }
      std::vector<Revision> garbage = index_.load(std::move(event), revision > floor);
      garbage_.insert(garbage_.end(), garbage.begin(), garbage.end());
    }
    if (contiguous < last) {
      return fail(Error(ErrorCode::Io, "the store is damaged: revisions after " + std::to_string(contiguous) +
                                           " are missing; " + kAdvice));
    }
    index_.setFloor(floor, last);
    return {};
  }

  SqliteOptions options_;
  Database db_;
  Statement insert_, remove_, setMeta_;
  Index index_;

  std::mutex mutex_;              // guards all below; the database itself belongs to whoever set `writing_`
  std::condition_variable wake_;  // the end of a batch, for those who have nothing in it
  int waiting_ = 0;               // on `wake_`
  bool writing_ = false;
  Revision next_ = 1;
  std::deque<Pending*> queue_;
  /// Newest state of keys that are numbered but not published, with its revision.
  std::map<std::string, std::pair<EntryPtr, Revision>> pendingKeys_;
  std::deque<Revision> garbage_;
};

}  // namespace

Result<std::unique_ptr<Store>> openSqlite(SqliteOptions options) {
  auto store = std::make_unique<SqliteStore>(std::move(options));
  TRY_VOID(store->open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace puppis::store
