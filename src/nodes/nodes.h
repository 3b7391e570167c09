// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "nodes/context.h"
#include "nodes/options.h"

namespace puppis::nodes {

/// Everything that makes embedded workloads move: the built-in controllers, the scheduler and the simulated
/// nodes, on one client, one set of mirrors and one queue. Runs in a thread of its own (`start`), or is
/// driven step by step by a simulation (`step`). Idle, it does nothing.
class Nodes {
 public:
  Nodes(kube::Client& client, Clock& clock, Random& random, Log& log, Options options = {});
  ~Nodes();
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  /// Starts the mirrors and `workers` threads, then makes the nodes and the default storage class.
  Status start(int workers = 1);
  void stop();

  /// Does on the calling thread everything that is due now; the time until more will be. Not together with
  /// `start`.
  std::optional<Nanos> step();

 private:
  void work();
  void handle(const std::string& key);
  Status populate();

  Context context_;
  std::vector<std::unique_ptr<Controller>> controllers_;
  std::vector<std::thread> workers_;
  bool populated_ = false;
};

}  // namespace puppis::nodes
