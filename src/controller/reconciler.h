// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "controller/definitions.h"
#include "controller/engine.h"
#include "controller/health.h"
#include "controller/live_objects.h"
#include "controller/revision.h"
#include "controller/status.h"
#include "controller/tracker_store.h"
#include "controller/wish.h"
#include "deliver/apply.h"
#include "kube/informer.h"

namespace puppis::controller {

/// What a reconciliation lives on; shared by all workers.
struct Environment {
  kube::Client& client;
  kube::RestMapper& mapper;
  kube::Informer& applications;
  DefinitionStore& definitions;
  LiveObjects& objects;
  TrackerStore& trackers;
  Engine& engine;
  Clock& clock;
  Log& log;
  int revisionLimit = 10;
  render::ClusterVersion version = {};  ///< of the API
};

/// What is remembered of one Application between its reconciliations, so that an event costs no rendering and
/// no request. Losing it loses nothing but time.
struct Memory {
  data::Value spec;  ///< for which the rest was made
  data::Value labels;
  data::Value annotations;
  std::optional<Revision> revision;
  std::shared_ptr<const Wish> wish;
  std::optional<Error> error;  ///< why it could not be made
  Stage stage = Stage::Parse;  ///< where that was
  /// Wishes that the server answered by leaving the object as it is: hash of the wish and of the object.
  std::map<deliver::ObjectId, std::pair<std::uint64_t, std::uint64_t>> settled;
};

/// What is to happen with an Application after a reconciliation.
enum class Next : std::uint8_t { Wait, Retry };

/// Brings one Application to what it says, as far as it can be brought now; called again on each event that
/// may matter. `memory` is the Application's own and used by one caller at a time.
class Reconciler {
 public:
  explicit Reconciler(Environment environment) : env_(environment) {}

  /// Before the first reconciliation.
  void setVersion(render::ClusterVersion version) { env_.version = std::move(version); }
  Next reconcile(const kube::ObjectName& name, Memory& memory);

 private:
  struct Run;  // one reconciliation

  Environment env_;
};

}  // namespace puppis::controller
