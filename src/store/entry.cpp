// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "data/json.h"
#include "store/store.h"

namespace puppis::store {

/// Held for the copy of one pointer.
class Entry::Spin {
 public:
  explicit Spin(std::atomic_flag& flag) : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  Spin(const Spin&) = delete;
  Spin& operator=(const Spin&) = delete;
  ~Spin() { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag& flag_;
};

Entry::Entry(std::string k, data::Value value, Place place)
    : key(std::move(k)),
      created(place.created),
      modified(place.modified),
      version(place.version),
      tree_(std::move(value)) {}

Entry::Entry(std::string k, std::string json, Place place)
    : key(std::move(k)),
      created(place.created),
      modified(place.modified),
      version(place.version),
      json_(std::move(json)) {}

void Entry::seal() {
  std::string text;
  data::appendJson(text, tree_);
  json_ = std::string(text);  // a copy has no room to spare
}

data::Value Entry::value() const {
  {
    Spin held(busy_);
    if (!tree_.isNull()) return tree_;
  }
  auto parsed = data::parseJson(std::string_view(json_));
  return parsed ? std::move(*parsed) : data::Value();
}

void Entry::cool() const {
  data::Value old;  // goes after the lock
  Spin held(busy_);
  if (!json_.empty()) std::swap(old, tree_);
}

}  // namespace puppis::store
