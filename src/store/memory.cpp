// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include "store/index.h"
#include "store/plan.h"

namespace puppis::store {
namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(HistoryLimits limits) : index_(limits) {}
  ~MemoryStore() override { index_.close(Error(ErrorCode::Unavailable, "the store is closing")); }

  Result<std::vector<EntryPtr>> commit(std::vector<Change> changes) override {
    std::lock_guard lock(writing_);
    TRY(Plan plan, planCommit(std::move(changes), index_.revision() + 1,
                              [this](const std::string& key) { return index_.get(key); }));
    plan.seal();
    index_.publish(plan.events);
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
    TRY_VOID(index_.compact(revision));
    return {};
  }
  Status relax(bool) override { return {}; }
  Status snapshot(const std::string&) override {
    return fail(Error(ErrorCode::NotSupported,
                      "a store in memory has no snapshots; give the server a data directory"));
  }

 private:
  std::mutex writing_;
  Index index_;
};

}  // namespace

std::unique_ptr<Store> openMemory(HistoryLimits limits) {
  return std::make_unique<MemoryStore>(limits);
}

}  // namespace puppis::store
