// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "data/value.h"
#include "kube/client.h"
#include "kube/informer.h"
#include "kube/work_queue.h"
#include "nodes/options.h"
#include "nodes/types.h"

namespace puppis::nodes {

using data::Value;
using kube::ObjectName;

/// What the controllers share: the API, one set of mirrors, one queue, the clock. Writes go through it, so
/// that the mirrors know at once what we did ourselves.
class Context {
 public:
  Context(kube::Client& client, Clock& clock, Random& random, Log& log, Options options);

  kube::Client& client;
  Clock& clock;
  Random& random;
  Log& log;
  const Options options;

  /// Asks for a mirror of `type`, and to be told its changes. Only before `startMirrors`.
  void watch(const Gvr& type, std::function<void(const kube::Change&)> handler = {});
  void startMirrors();
  /// A mirror asked for with `watch`.
  [[nodiscard]] kube::Informer& mirror(const Gvr& type) const { return *mirrors_.at(type); }
  kube::InformerSet& mirrors() { return set_; }
  kube::WorkQueue& queue() { return queue_; }

  /// Objects of `type` whose controller has this uid.
  [[nodiscard]] std::vector<Value> owned(const Gvr& type, const std::string& ownerUid) const;
  [[nodiscard]] std::vector<Value> podsOnNode(const std::string& node) const;
  [[nodiscard]] std::vector<Value> podsUsingClaim(const ObjectName& claim) const;

  void enqueue(std::string_view controller, const ObjectName& name);
  void enqueueAfter(std::string_view controller, const ObjectName& name, Nanos pause);
  /// Enqueues for `controller` the owners of `kind` that the changed object has or had.
  void enqueueOwners(std::string_view controller, std::string_view kind, const kube::Change& change);

  Result<Value> create(const Gvr& type, const Value& object);
  Result<Value> update(const Gvr& type, const Value& object);
  Result<Value> updateStatus(const Gvr& type, const Value& object);
  /// A merge patch.
  Result<Value> patch(const Gvr& type, const ObjectName& name, const Value& body,
                      const std::string& subresource = {});
  /// Only the very object given (by uid); gone already is success.
  Status remove(const Gvr& type, const Value& object, std::optional<std::int64_t> grace = {});
  /// Writes an Event about an object; the same words again count up.
  void event(const Value& about, std::string_view type, std::string_view reason, const std::string& message,
             std::string_view component);

  [[nodiscard]] Value nowText() const { return formatRfc3339(clock.now()); }

 private:
  void learn(const Gvr& type, const Value& object);

  struct Request {
    std::vector<std::function<void(const kube::Change&)>> handlers;
  };
  std::map<Gvr, Request> requests_;
  std::map<Gvr, kube::Informer*> mirrors_;
  kube::InformerSet set_;
  kube::WorkQueue queue_;
};

/// One kind of work: brings one object (or what it stands for) to where it should be.
class Controller {
 public:
  virtual ~Controller() = default;
  /// Also the component that events name.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Asks for mirrors.
  virtual void attach(Context& context) = 0;
  /// An Error is tried again with growing pauses; a time asks to look again after it.
  virtual Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) = 0;
};

}  // namespace puppis::nodes
