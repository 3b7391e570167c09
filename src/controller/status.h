// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/health.h"
#include "controller/revision.h"
#include "data/value.h"
#include "deliver/inventory.h"

namespace puppis::controller {

/// How far one reconciliation came: the name of the last stage and what stopped it.
enum class Stage : std::uint8_t { Parse, Revision, Render, Deliver, Done };

/// Everything that a status says, before it is put into the API's form.
struct Findings {
  Stage stage = Stage::Done;
  std::optional<Error> error;      ///< what stopped it at `stage`
  std::vector<std::string> waits;  ///< why some objects are not touched yet
  std::optional<Revision> revision;
  std::vector<ServiceHealth> services;
  const deliver::Inventory* inventory = nullptr;  ///< nothing: keep what the status says
  bool settled = false;  ///< everything is applied and no longer wanted objects are gone
  bool deleting = false;
};

/// Whether every component is healthy.
bool allHealthy(const std::vector<ServiceHealth>& services);

/// The status of an Application in KubeVela's form, from what it was and what was found: phase, conditions
/// (their times change only when their status does), services, workflow, applied resources, revision. Does
/// not depend on `now` except for times of what changed, so that finding the same again changes nothing.
data::Value statusOf(const data::Value& application, const Findings& findings, Nanos now);

}  // namespace puppis::controller
