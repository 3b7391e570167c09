// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"

namespace puppis::nodes {

/// How the simulated nodes behave.
struct Options {
  int nodes = 3;  ///< made when they are not there yet; 0 makes none
  std::string nodePrefix = "sim-";
  std::string cpu = "16", memory = "64Gi", pods = "250";  ///< capacity of each
  Nanos startup = std::chrono::milliseconds(200);         ///< from bound to running
  Nanos startupJitter = std::chrono::milliseconds(100);
  Nanos shutdown = std::chrono::milliseconds(100);  ///< from deleted to gone, at most the grace period
  Nanos jobRun = std::chrono::seconds(1);           ///< how long a container that is to finish runs
  double failureRate = 0;                           ///< share of pods that fail to start, 0 to 1
  bool events = true;                               ///< write Events
  bool balancers = true;  ///< give LoadBalancer Services and Ingresses a (simulated) address
  std::string caPem;      ///< published as kube-root-ca.crt in every namespace; empty publishes none
};

/// What tells a reader that nothing really runs.
inline constexpr const char* kSimulatedLabel = "puppis.dev/simulated";
/// Annotation of a pod: faults to act out, by comma: "fail", "pull-error", "not-ready", "oom",
/// "fail-after=30s". The tag of a container's image may name one too ("app:fail").
inline constexpr const char* kFaultsAnnotation = "nodes.puppis.dev/faults";
/// Annotations of a pod that set its own times: "2s", "500ms".
inline constexpr const char* kStartupAnnotation = "nodes.puppis.dev/startup";
inline constexpr const char* kRunAnnotation = "nodes.puppis.dev/run";

}  // namespace puppis::nodes
