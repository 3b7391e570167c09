// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/value.h"
#include "store/store.h"

namespace puppis::apiserver {

/// What the stored objects of one kind hold that no two may: addresses, ports. Follows the store's changes,
/// so that asking costs the same however many objects there are. Safe to share.
class ClaimBook {
 public:
  using ClaimsOf = std::function<std::vector<std::string>(const data::Value& object)>;
  /// Of the keys that start with `prefix`.
  ClaimBook(store::Store& store, const std::string& prefix, ClaimsOf claimsOf);
  ~ClaimBook();
  ClaimBook(const ClaimBook&) = delete;
  ClaimBook& operator=(const ClaimBook&) = delete;

  /// Whether an object other than that of `key` holds it.
  [[nodiscard]] bool taken(const std::string& claim, const std::string& key) const;

 private:
  class Book;
  std::shared_ptr<Book> book_;
  std::unique_ptr<store::Watch> watch_;
};

}  // namespace puppis::apiserver
