// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "kube/client.h"

namespace puppis::kube {

/// A double of an API for tests: stores any object of any type, with uids, versions, generations, finalizers,
/// preconditions, merge patches, the status subresource, selectors and watches, and keeps a record of what
/// was asked. No defaulting, no validation, no strategic or server-side apply. Watch handlers are called from
/// the thread that made the change, after its locks are released.
class MemoryClient final : public Client {
 public:
  struct Call {
    std::string verb;  ///< "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"
    Gvr type;
    ObjectName name;
    std::string subresource;
  };
  /// Asked before each call is carried out; an Error is answered instead. For making faults.
  std::function<std::optional<Error>(const Call&)> fault;

  /// What `raw` answers to a GET, by path; everything else is a 404.
  std::map<std::string, std::string> documents = {{"/version", R"({"major":"1","minor":"34"})"}};

  MemoryClient(Clock& clock, Random& random) : clock_(clock), random_(random) {}

  Result<Value> get(const Gvr& type, const ObjectName& name, const GetOptions& options = {}) override;
  Result<List> list(const Gvr& type, const std::string& ns, const ListOptions& options = {}) override;
  Result<std::unique_ptr<Subscription>> watch(const Gvr& type, const std::string& ns, WatchHandler handler,
                                              const WatchOptions& options = {}) override;
  Result<Value> create(const Gvr& type, const std::string& ns, const Value& object,
                       const WriteOptions& options = {}) override;
  Result<Value> update(const Gvr& type, const ObjectName& name, const Value& object,
                       const WriteOptions& options = {}) override;
  Result<Value> patch(const Gvr& type, const ObjectName& name, PatchType kind, const Value& body,
                      const PatchOptions& options = {}) override;
  Result<Value> remove(const Gvr& type, const ObjectName& name, const DeleteOptions& options = {}) override;
  Result<Value> removeCollection(const Gvr& type, const std::string& ns, const ListOptions& which,
                                 const DeleteOptions& options = {}) override;
  Result<RawResponse> raw(const RawRequest& request) override;
  Result<std::unique_ptr<Subscription>> stream(const RawRequest& request, StreamHandler handler) override;

  /// Every call so far, in order.
  [[nodiscard]] std::vector<Call> calls() const;
  void forgetCalls();
  /// Ends every watch with this outcome, as a server that goes away does.
  void breakWatches(const Status& outcome);
  /// Forgets the history: a watch from an earlier version then ends with Gone.
  void compact();

 private:
  struct Event {
    std::uint64_t version = 0;
    Gvr type;
    WatchEvent event;
  };
  struct Watcher;
  class Handle;
  using Key = std::pair<Gvr, ObjectName>;

  Status admit(Call call);
  Result<Value> store(const Gvr& type, const ObjectName& name, Value object,
                      const std::optional<Value>& before);
  Result<Value> change(const Gvr& type, const ObjectName& name, const Value& wanted,
                       const std::string& subresource, bool dryRun);
  void erase(const Gvr& type, const ObjectName& name, Value object);
  void record(const Gvr& type, WatchEvent::Type kind, const Value& object);
  void deliver();

  Clock& clock_;
  Random& random_;
  mutable std::mutex mutex_;
  std::uint64_t version_ = 1;
  std::uint64_t compacted_ = 0;
  std::map<Key, Value> objects_;
  std::vector<Event> history_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  std::vector<Call> calls_;
};

}  // namespace puppis::kube
