// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "data/json.h"

namespace puppis::store {
namespace {

using data::Value;
using testing::ElementsAre;
using testing::HasSubstr;

/// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "puppis-store-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Change put(std::string key, Value value, std::optional<Revision> expected = {}) {
  return {std::move(key), std::move(value), expected, {}};
}
Change erase(std::string key, std::optional<Revision> expected = {}) {
  return {std::move(key), std::nullopt, expected, {}};
}

Result<std::vector<EntryPtr>> commit(Store& store, Change change) {
  std::vector<Change> changes;
  changes.push_back(std::move(change));
  return store.commit(std::move(changes));
}

std::vector<std::string> texts(const Range& range) {
  std::vector<std::string> out;
  for (const EntryPtr& entry : range.entries) out.push_back(entry->key + "=" + data::toJson(entry->value()));
  return out;
}

struct Recorder final : WatchSink {
  void event(const EventPtr& event) override {
    std::lock_guard lock(mutex);
    told.push_back(std::to_string(event->revision) + (event->isDelete() ? "-" : "+") + event->key());
  }
  void lost(const Error&) override { ++losses; }
  std::mutex mutex;
  std::vector<std::string> told;
  int losses = 0;
};

/// Every property holds for both stores.
class AnyStore : public testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<Store> open(HistoryLimits limits = {}) {
    if (!GetParam()) return openMemory(limits);
    SqliteOptions options;
    options.path = folder_.file("store.db");
    options.sync = Sync::Off;
    options.history = limits;
    auto store = openSqlite(std::move(options));
    EXPECT_TRUE(store) << store.error().str();
    return std::move(*store);
  }
  Folder folder_;
};
INSTANTIATE_TEST_SUITE_P(Stores, AnyStore, testing::Bool(), testing::PrintToStringParamName());

TEST_P(AnyStore, GuardsRefuseWhatSomebodyElseChanged) {
  auto store = open();
  ASSERT_TRUE(commit(*store, put("/a", 1, 0)));
  EXPECT_EQ(commit(*store, put("/a", 2, 0)).error().code(), ErrorCode::Conflict);
  ASSERT_TRUE(commit(*store, put("/a", 2, 1)));
  EXPECT_EQ(commit(*store, erase("/a", 1)).error().code(), ErrorCode::Conflict);
  EXPECT_EQ(commit(*store, erase("/b")).error().code(), ErrorCode::NotFound);
  ASSERT_TRUE(commit(*store, erase("/a", 2)));
  EXPECT_EQ(store->get("/a"), nullptr);
  EXPECT_EQ(store->revision(), 3);
}

TEST_P(AnyStore, ATransactionIsAllOrNothing) {
  auto store = open();
  std::vector<Change> changes;
  changes.push_back(put("/a", 1));
  changes.push_back(put("/b", 1, 7));
  EXPECT_FALSE(store->commit(std::move(changes)));
  EXPECT_EQ(store->get("/a"), nullptr);
  EXPECT_EQ(store->revision(), 0);
}

TEST_P(AnyStore, APastRevisionIsReadAsItWas) {
  auto store = open();
  ASSERT_TRUE(commit(*store, put("/k/a", 1)));
  ASSERT_TRUE(commit(*store, put("/k/b", 1)));
  ASSERT_TRUE(commit(*store, put("/k/a", 2)));
  ASSERT_TRUE(commit(*store, erase("/k/b")));
  ASSERT_TRUE(commit(*store, put("/k/c", 1)));
  EXPECT_THAT(texts(*store->range("/k/", prefixEnd("/k/"), 0, 2)), ElementsAre("/k/a=1", "/k/b=1"));
  EXPECT_THAT(texts(*store->range("/k/", prefixEnd("/k/"), 0, 3)), ElementsAre("/k/a=2", "/k/b=1"));
  EXPECT_THAT(texts(*store->range("/k/", prefixEnd("/k/"))), ElementsAre("/k/a=2", "/k/c=1"));
  auto page = store->range("/k/", prefixEnd("/k/"), 1, 3);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->remaining, 1);
  EXPECT_EQ(store->range("/k/", "", 0, 99).error().code(), ErrorCode::InvalidArgument);
}

TEST_P(AnyStore, AWatchTellsEverythingOnceAndInOrder) {
  auto store = open();
  ASSERT_TRUE(commit(*store, put("/k/a", 1)));
  ASSERT_TRUE(commit(*store, put("/other/x", 1)));
  ASSERT_TRUE(commit(*store, put("/k/b", 1)));
  auto sink = std::make_shared<Recorder>();
  auto watch = store->watch("/k/", 1, sink);
  ASSERT_TRUE(watch);
  ASSERT_TRUE(commit(*store, put("/k/a", 2)));
  ASSERT_TRUE(commit(*store, erase("/k/b")));
  EXPECT_THAT(sink->told, ElementsAre("3+/k/b", "4+/k/a", "5-/k/b"));
  watch->reset();
  ASSERT_TRUE(commit(*store, put("/k/a", 3)));
  EXPECT_EQ(sink->told.size(), 3U);
}

TEST_P(AnyStore, CompactionForgetsHistoryAndKeepsValues) {
  auto store = open();
  for (int i = 1; i <= 10; ++i) ASSERT_TRUE(commit(*store, put("/a", i)));
  ASSERT_TRUE(store->compact(6));
  EXPECT_EQ(store->compacted(), 6);
  EXPECT_EQ(store->range("/", "", 0, 5).error().code(), ErrorCode::Gone);
  EXPECT_EQ(store->watch("/", 5, std::make_shared<Recorder>()).error().code(), ErrorCode::Gone);
  EXPECT_THAT(texts(*store->range("/", prefixEnd("/"), 0, 7)), ElementsAre("/a=7"));
  EXPECT_EQ(store->get("/a")->value().asInt(), 10);
}

TEST_P(AnyStore, HistoryBeyondItsLimitGoesByItself) {
  auto store = open({.events = 5});
  for (int i = 1; i <= 20; ++i) ASSERT_TRUE(commit(*store, put("/a", i)));
  EXPECT_EQ(store->compacted(), 15);
}

TEST_P(AnyStore, ManyWritersShareOneOrder) {
  auto store = open({.events = 100'000});
  auto sink = std::make_shared<Recorder>();
  auto watch = store->watch("", 0, sink);
  constexpr int kThreads = 8, kEach = 100;
  std::atomic<int> conflicts{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kEach;) {
        EntryPtr now = store->get("/counter");
        std::int64_t value = now ? now->value().asInt() : 0;
        if (commit(*store, put("/counter", value + 1, now ? now->modified : 0))) {
          ++done;
        } else {
          ++conflicts;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->get("/counter")->value().asInt(), kThreads * kEach);
  EXPECT_EQ(sink->told.size(), static_cast<std::size_t>(kThreads * kEach));
  for (std::size_t i = 0; i < sink->told.size(); ++i)
    ASSERT_EQ(sink->told[i], std::to_string(i + 1) + "+/counter");
}

TEST_P(AnyStore, OldValuesBeyondTheirBytesGoByThemselves) {
  auto store = open({.events = 1000, .bytes = 5'000});
  std::string large(1'000, 'x');
  for (int i = 1; i <= 20; ++i) ASSERT_TRUE(commit(*store, put("/a", large)));
  EXPECT_GE(store->compacted(), 14);
  EXPECT_LE(store->compacted(), 16);
}

TEST_P(AnyStore, AnEntrySaysTheSameAsTextAndAsTree) {
  auto store = open();
  Value object = Value::object({{"b", 1}, {"a", Value::array({"x", 1.5, true, Value()})}});
  auto committed = commit(*store, {"/a", object, 0, [](Value& value, Revision at) { value.set("at", at); }});
  ASSERT_TRUE(committed);
  const Entry& entry = *(*committed)[0];
  EXPECT_EQ(entry.json(), R"({"b":1,"a":["x",1.5,true,null],"at":1})");
  object.set("at", 1);
  EXPECT_EQ(entry.value(), object);
  entry.cool();
  EXPECT_EQ(entry.value(), object);
  EXPECT_EQ(data::toJson(entry.value()), entry.json());
}

class SqliteStore : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(std::function<Status()> fault = {}, HistoryLimits limits = {}) {
    SqliteOptions options;
    options.path = folder_.file("store.db");
    options.sync = Sync::Off;
    options.history = limits;
    options.faultBeforeCommit = std::move(fault);
    return openSqlite(std::move(options));
  }
  void sql(const char* text) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.file("store.db").c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, text, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  Folder folder_;
};

TEST_F(SqliteStore, WhatWasAnsweredIsThereAfterOpeningAgain) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(commit(**store, put("/a/" + std::to_string(i), i)));
    ASSERT_TRUE(commit(**store, erase("/a/3")));
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().str();
  EXPECT_THAT(texts(*(*store)->range("/", prefixEnd("/"))),
              ElementsAre("/a/1=1", "/a/2=2", "/a/4=4", "/a/5=5"));
  EXPECT_EQ((*store)->revision(), 6);
  // A watch resumes across the restart.
  auto sink = std::make_shared<Recorder>();
  auto watch = (*store)->watch("/a/", 4, sink);
  EXPECT_THAT(sink->told, ElementsAre("5+/a/5", "6-/a/3"));
}

TEST_F(SqliteStore, CompactedRowsLeaveTheFileAndTheRestSurvives) {
  {
    auto store = open({}, {.events = 10});
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(commit(**store, put("/a/" + std::to_string(i % 7), i)));
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(folder_.file("store.db").c_str(), &db), SQLITE_OK);
  sqlite3_stmt* count = nullptr;
  sqlite3_prepare_v2(db, "SELECT count(*) FROM log", -1, &count, nullptr);
  sqlite3_step(count);
  EXPECT_LT(sqlite3_column_int(count, 0), 40);
  sqlite3_finalize(count);
  sqlite3_close(db);
  auto store = open({}, {.events = 10});
  ASSERT_TRUE(store) << store.error().str();
  EXPECT_EQ((*store)->count("/a/", prefixEnd("/a/")), 7U);
  EXPECT_EQ((*store)->get("/a/2")->value().asInt(), 499);
}

TEST_F(SqliteStore, AFailingDiskChangesNothingAndIsToldThenWorkGoesOn) {
  bool failing = false;
  auto store = open([&]() -> Status {
    if (failing) return fail(Error(ErrorCode::Unavailable, "disk full"));
    return {};
  });
  ASSERT_TRUE(commit(**store, put("/a", 1)));
  failing = true;
  auto refused = commit(**store, put("/a", 2));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("disk full"));
  EXPECT_EQ((*store)->get("/a")->value().asInt(), 1);
  EXPECT_EQ((*store)->revision(), 1);
  failing = false;
  ASSERT_TRUE(commit(**store, put("/a", 3)));
  EXPECT_EQ((*store)->revision(), 2);
}

TEST_F(SqliteStore, AGuardThatLosesToAWriteUnderWayIsAnsweredOnceThatIsReadable) {
  // The slow write holds the file; meanwhile others guess its outcome.
  std::atomic<bool> slow{false};
  auto store = open([&]() -> Status {
    if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return {};
  });
  ASSERT_TRUE(commit(**store, put("/a", 1)));
  slow = true;
  std::thread first([&] {
    while (!commit(**store, put("/a", 2, (*store)->get("/a")->modified))) {
    }
  });
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&] {
      while (true) {
        EntryPtr seen = (*store)->get("/a");
        if (seen->value().asInt() >= 2) return;
        auto lost = commit(**store, put("/a", seen->value(), seen->modified));
        if (!lost) {
          EXPECT_EQ(lost.error().code(), ErrorCode::Conflict);
          EXPECT_GT((*store)->get("/a")->modified, seen->modified);
        }
      }
    });
  }
  first.join();
  for (std::thread& other : others) other.join();
}

TEST_F(SqliteStore, DamageIsFoundWhenOpening) {
  {
    auto store = open();
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(commit(**store, put("/a", i)));
  }
  sql("UPDATE log SET value='99' WHERE revision=5");
  auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), ErrorCode::Io);
  EXPECT_THAT(store.error().message(), HasSubstr("revision 5"));
}

TEST_F(SqliteStore, AMissingRevisionIsFoundWhenOpening) {
  {
    auto store = open();
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(commit(**store, put("/a", i)));
  }
  sql("DELETE FROM log WHERE revision=3");
  auto store = open();
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message(), HasSubstr("revision 3 is missing"));
}

TEST_F(SqliteStore, ASnapshotIsAStore) {
  auto store = open();
  ASSERT_TRUE(commit(**store, put("/a", 1)));
  ASSERT_TRUE((*store)->snapshot(folder_.file("copy.db")));
  ASSERT_TRUE(commit(**store, put("/a", 2)));
  SqliteOptions options;
  options.path = folder_.file("copy.db");
  auto copy = openSqlite(std::move(options));
  ASSERT_TRUE(copy) << copy.error().str();
  EXPECT_EQ((*copy)->get("/a")->value().asInt(), 1);
  EXPECT_EQ((*copy)->revision(), 1);
}

}  // namespace
}  // namespace puppis::store
