// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controller/api_catalog.h"
#include "controller/engine.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "oam/catalog.h"
#include "oam/diagnostics.h"
#include "render/templates.h"

namespace puppis::controller {

/// Says of definitions and Applications whether an API may take them: what could only fail later is refused
/// when it is written, with the faults. Asked by the admission of the embedded API and by the webhook. Safe
/// to share between threads.
class Gatekeeper {
 public:
  /// `client` must outlive this; it reads what Applications name.
  Gatekeeper(kube::Client& client, std::shared_ptr<cue::Runtime> runtime,
             std::shared_ptr<const oam::Catalog> builtIn, std::string systemNamespace);
  ~Gatekeeper();

  /// Fills in what a definition may leave out: a component's workload type (found out from its output).
  static void complete(data::Value& object);
  /// Judges a write; `old` is null for a new object. Objects of other kinds, deletions under way and writes
  /// that leave the spec alone pass. The Error is Invalid, with one detail (path and message) a fault. What
  /// cannot be judged now (something is not reachable, or a workflow is to supply it) passes: a refusal must
  /// be certain.
  /// Warnings, one line each, go to `warnings`.
  Status review(const data::Value& object, const data::Value* old, std::vector<std::string>& warnings);

 private:
  void reviewDefinition(const data::Value& object, oam::Diagnostics& diagnostics);
  void reviewVersion(const data::Value& object, const oam::Definition& definition,
                     oam::Diagnostics& diagnostics);
  void reviewApplication(const data::Value& object, oam::Diagnostics& diagnostics);
  render::ClusterVersion clusterVersion();

  kube::Client& client_;
  kube::RestMapper mapper_;
  std::shared_ptr<const oam::Catalog> builtIn_;
  std::shared_ptr<ApiDefinitions> definitions_;
  render::Templates templates_;
  std::unique_ptr<Engine> engine_;
  std::mutex mutex_;
  std::optional<render::ClusterVersion> version_;
};

}  // namespace puppis::controller
