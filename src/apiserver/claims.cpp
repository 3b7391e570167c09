// SPDX-License-Identifier: Apache-2.0
#include "apiserver/claims.h"

#include <mutex>
#include <unordered_map>

namespace puppis::apiserver {

class ClaimBook::Book final : public store::WatchSink {
 public:
  explicit Book(ClaimsOf claimsOf) : claimsOf_(std::move(claimsOf)) {}

  void event(const store::EventPtr& event) override {
    std::vector<std::string> gone, come;
    if (event->previous) gone = claimsOf_(event->previous->value());
    if (event->entry) come = claimsOf_(event->entry->value());
    std::lock_guard lock(mutex_);
    for (const std::string& claim : gone) {
      auto it = holders_.find(claim);
      if (it != holders_.end() && it->second == event->key()) holders_.erase(it);
    }
    for (std::string& claim : come) holders_[std::move(claim)] = event->key();
  }
  void lost(const Error&) override {}

  void take(const store::Entry& entry) {
    std::lock_guard lock(mutex_);
    for (std::string& claim : claimsOf_(entry.value())) holders_[std::move(claim)] = entry.key;
  }

  bool taken(const std::string& claim, const std::string& key) const {
    std::lock_guard lock(mutex_);
    auto it = holders_.find(claim);
    return it != holders_.end() && it->second != key;
  }

 private:
  ClaimsOf claimsOf_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> holders_;  // claim to key
};

ClaimBook::ClaimBook(store::Store& store, const std::string& prefix, ClaimsOf claimsOf)
    : book_(std::make_shared<Book>(std::move(claimsOf))) {
  // Nothing between the list and the watch is missed: the watch begins where the list was read.
  auto range = store.range(prefix, store::prefixEnd(prefix));
  if (range) {
    for (const store::EntryPtr& entry : range->entries) book_->take(*entry);
  }
  auto watch = store.watch(prefix, range ? range->revision : 0, book_);
  if (watch) watch_ = std::move(*watch);
}

ClaimBook::~ClaimBook() = default;

bool ClaimBook::taken(const std::string& claim, const std::string& key) const {
  return book_->taken(claim, key);
}

}  // namespace puppis::apiserver
