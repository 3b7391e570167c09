// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "kube/client.h"

namespace puppis::kube {

struct InformerOptions {
  Gvr type;
  std::string ns;  ///< "" for every namespace
  std::string labelSelector;
  std::string fieldSelector;
  /// Applied to every object before it is kept; the default drops metadata.managedFields.
  std::function<Value(Value)> transform;
  /// Strings by which `byIndex` finds an object again, e.g. its owner's name.
  std::function<std::vector<std::string>(const Value&)> index;
};

/// A change of the mirrored objects: `before` is missing when the object is new to us, `after` when it is
/// gone.
struct Change {
  std::optional<Value> before;
  std::optional<Value> after;
  [[nodiscard]] const Value& object() const { return after ? *after : *before; }
};

/// A mirror in memory of the objects of one type, kept by list and watch. It resumes a broken watch from
/// where it stood, lists again when that revision is gone, and turns what the new list shows into exactly the
/// changes that were missed: no change is lost, none told twice. Reading is safe from any thread at any time.
class Informer {
 public:
  Informer(Client& client, InformerOptions options);

  /// Called for each change, one call at a time, after the mirror has it; must return soon and may read the
  /// mirror. Set before the informer is started.
  void onChange(std::function<void(const Change&)> handler) { handlers_.push_back(std::move(handler)); }

  /// Whether the first list is in.
  [[nodiscard]] bool synced() const;
  [[nodiscard]] std::optional<Value> get(const ObjectName& name) const;
  /// All, or those of a namespace, in order of their names.
  [[nodiscard]] std::vector<Value> list(const std::string& ns = {}) const;
  [[nodiscard]] std::vector<Value> byIndex(const std::string& key) const;
  [[nodiscard]] std::size_t size() const;
  /// Takes an object that an API call of ours returned, so that the mirror is not behind what we did
  /// ourselves. An older or equal version changes nothing; the change is told to the handlers.
  void learn(Value object);
  [[nodiscard]] const Gvr& type() const { return options_.type; }

  /// Does what is due: list, start the watch, or start it again; blocking. `wake` is called (from any thread)
  /// whenever something may have become due. Answers how long until the next attempt is due; nothing means
  /// when woken. For whoever drives the informer (InformerSet, a simulation); one caller at a time.
  std::optional<Nanos> runDue(Clock& clock, Log& log, const std::function<void()>& wake);
  /// Ends the watch.
  void stop();

 private:
  enum class State { Listing, Starting, Watching, Broken };
  void replace(std::vector<Value> items);
  void take(WatchEvent event);
  void change(std::optional<Value> before, std::optional<Value> after);
  void reindex(const ObjectName& name, const std::optional<Value>& before, const std::optional<Value>& after);
  Status startWatch(const std::function<void()>& wake);
  Nanos backOff(Clock& clock);

  Client& client_;
  InformerOptions options_;
  std::vector<std::function<void(const Change&)>> handlers_;

  std::mutex order_;  ///< held over one change and its handlers, so that handlers see changes in order
  mutable std::mutex mutex_;
  std::map<ObjectName, Value> objects_;
  std::map<std::string, std::set<ObjectName>> index_;
  std::map<ObjectName, std::string>
      removed_;  ///< versions at which objects went, so that `learn` cannot revive them
  bool synced_ = false;
  State state_ = State::Listing;
  std::string resourceVersion_;
  std::optional<Error> trouble_;
  bool progressed_ = false;  ///< an event came since the watch began

  int failures_ = 0;
  std::optional<Nanos> notBefore_;
  Nanos startedAt_{};
  std::unique_ptr<Subscription> watch_;
};

/// Informers by type, made on demand, all driven by one thread.
class InformerSet {
 public:
  InformerSet(Client& client, Clock& clock, Log& log) : client_(client), clock_(clock), log_(log) {}
  ~InformerSet();

  /// Adds an informer; it starts at once when the set runs. Set up its handlers in `prepare`.
  Informer& add(InformerOptions options, const std::function<void(Informer&)>& prepare);
  /// Starts the thread.
  void start();
  void stop();
  /// Waits until every informer added so far is synced; whether that happened before the timeout. Without
  /// start() it does what is due itself and does not wait.
  bool waitSynced(Nanos timeout);
  /// Does what is due on the calling thread, for use without start(); the time until more is due.
  std::optional<Nanos> runDue();

 private:
  void run();
  void wake();

  Client& client_;
  Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Informer>> informers_;
  bool woken_ = true;
  bool stopping_ = false;
  std::thread thread_;
};

/// Orders two resource versions of one object: by number, as the API's convention since 1.34 allows; versions
/// that are no numbers order as "newer unless equal".
bool newerVersion(const std::string& candidate, const std::string& than);

}  // namespace puppis::kube
