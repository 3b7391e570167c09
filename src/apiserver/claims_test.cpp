// SPDX-License-Identifier: Apache-2.0
#include "apiserver/claims.h"

#include <gtest/gtest.h>

namespace puppis::apiserver {
namespace {

using data::Value;

std::vector<std::string> claimsOf(const Value& object) {
  return {object.get("address").asString()};
}

void put(store::Store& store, const std::string& key, const char* address) {
  std::vector<store::Change> changes;
  changes.push_back({key, Value::object({{"address", address}}), std::nullopt, {}});
  ASSERT_TRUE(store.commit(std::move(changes)));
}

void erase(store::Store& store, const std::string& key) {
  std::vector<store::Change> changes;
  changes.push_back({key, std::nullopt, std::nullopt, {}});
  ASSERT_TRUE(store.commit(std::move(changes)));
}

TEST(ClaimBook, FollowsWhatIsStored) {
  auto store = store::openMemory();
  put(*store, "/services/a", "10.0.0.1");
  ClaimBook book(*store, "/services/", claimsOf);
  EXPECT_TRUE(book.taken("10.0.0.1", "/services/b"));
  EXPECT_FALSE(book.taken("10.0.0.1", "/services/a")) << "its own";
  put(*store, "/services/b", "10.0.0.2");
  put(*store, "/other/c", "10.0.0.3");
  EXPECT_TRUE(book.taken("10.0.0.2", "/services/c"));
  EXPECT_FALSE(book.taken("10.0.0.3", "/services/c"));
  put(*store, "/services/b", "10.0.0.4");
  EXPECT_FALSE(book.taken("10.0.0.2", "/services/c"));
  EXPECT_TRUE(book.taken("10.0.0.4", "/services/c"));
  erase(*store, "/services/b");
  EXPECT_FALSE(book.taken("10.0.0.4", "/services/c"));
}

}  // namespace
}  // namespace puppis::apiserver
