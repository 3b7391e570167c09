// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "controller/definition_registrar.h"
#include "controller/engine.h"
#include "controller/reconciler.h"
#include "kube/client.h"
#include "kube/work_queue.h"

namespace puppis::controller {

struct ControllerOptions {
  std::string systemNamespace = "vela-system";  ///< of the definitions that every Application sees
  std::string watchNamespace;                   ///< of the Applications; "" for all
  int workers = 4;
  int revisionLimit = 10;  ///< ApplicationRevisions kept of each Application
  /// Registers definitions (revisions, schemas, forms) with this runtime; null leaves that to another.
  std::shared_ptr<cue::Runtime> registerWith;
};

/// Keeps every Application of an API as it says. Work follows events: changes of Applications, of
/// definitions, of the objects they made; nothing is done periodically. One Application is worked on by one
/// worker at a time, and a failing one waits longer each time without holding up another.
class Controller {
 public:
  /// The references must outlive the controller.
  Controller(kube::Client& client, Clock& clock, Log& log, Engine& engine,
             std::shared_ptr<const oam::Catalog> builtIn, ControllerOptions options);
  ~Controller();

  /// Starts the threads and waits until what exists is known. Timeout when the API does not answer.
  Status start();
  /// Ends the threads; what is under way is finished.
  void stop();

  /// Without start(): does everything that is ready now on the calling thread, and answers how long until
  /// more is due (nothing: only an event brings more). For simulations, which own clock and events.
  std::optional<Nanos> runReady();

 private:
  struct Slot {
    std::mutex mutex;
    Memory memory;
  };
  void applicationChanged(const kube::Change& change);
  void definitionsChanged();
  void work();
  void workOn(const std::string& key);
  std::shared_ptr<Slot> slotOf(const std::string& key);

  kube::Client& client_;
  Log& log_;
  ControllerOptions options_;
  kube::RestMapper mapper_;
  kube::WorkQueue queue_;
  DefinitionStore definitions_;
  std::unique_ptr<DefinitionRegistrar> registrar_;
  TrackerStore trackers_;
  std::unique_ptr<kube::InformerSet> informers_;
  LiveObjects objects_;
  kube::Informer* applications_ = nullptr;
  std::unique_ptr<Reconciler> reconciler_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
  std::vector<std::thread> workers_;
};

}  // namespace puppis::controller
