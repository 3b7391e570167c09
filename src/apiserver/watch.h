// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include "apiserver/registry.h"
#include "apiserver/shown.h"
#include "base/clock.h"
#include "kube/selector.h"
#include "store/store.h"

namespace puppis::apiserver {

/// One thing a watch tells.
struct WatchItem {
  enum class Type : std::uint8_t { Added, Modified, Deleted, Bookmark } type = Type::Added;
  Shown object;
  store::Revision revision = 0;
};

struct WatchRequest {
  ResourcePtr resource;
  std::string prefix;  ///< of the keys
  ObjectFilter filter;
  store::Revision after = 0;
  std::vector<WatchItem> initial;  ///< told first
  bool bookmarks = false;
  std::optional<Nanos> timeout;
  std::function<void(std::vector<WatchItem>)> items;  ///< on the hub's thread
  std::function<void(Status)> ended;                  ///< once, last; success at the timeout
};

/// A running watch; when the destructor returns nothing more is told (destroying it from inside its own
/// callback is allowed).
class WatchHandle {
 public:
  virtual ~WatchHandle() = default;
};

/// Takes changes from the store and tells them to watches, on one thread of its own, so that neither writers
/// nor other watches wait for a slow one. An idle watch costs memory only.
class WatchHub {
 public:
  WatchHub(store::Store& store, Clock& clock);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  /// Gone when the start was compacted.
  Result<std::unique_ptr<WatchHandle>> start(WatchRequest request);
  [[nodiscard]] std::size_t size() const;

 private:
  class OneWatch;
  class Handle;
  void run();
  void ready(std::shared_ptr<OneWatch> watch);
  void dueAt(Nanos time);
  void remove(const std::shared_ptr<OneWatch>& watch);

  store::Store& store_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<OneWatch>> ready_;
  std::unordered_set<std::shared_ptr<OneWatch>> all_;
  std::optional<Nanos> nextDue_;  ///< when some watch wants a bookmark or its end
  bool quit_ = false;
  std::thread thread_;
};

}  // namespace puppis::apiserver
