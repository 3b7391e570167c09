// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/engine.h"
#include "controller/wish.h"
#include "data/value.h"
#include "deliver/plan.h"

namespace puppis::controller {

struct TraitHealth {
  std::string type;
  bool healthy = false;
  std::string message;
  std::vector<std::pair<std::string, std::string>> details;
};

/// How one component fares in one place.
struct ServiceHealth {
  std::string name;
  std::string ns;
  std::string cluster = "local";
  kube::Gvk workload;
  bool workloadHealthy = false;  ///< what the component makes itself, whatever its traits make
  bool healthy = false;          ///< the workload, every other object and every trait
  std::string message;
  std::vector<std::pair<std::string, std::string>> details;
  std::vector<TraitHealth> traits;
};

/// What exists, or nullptr.
using Look = std::function<const data::Value*(const deliver::ObjectId& id)>;

/// Judges a component by its live objects. An object that does not exist or is being deleted is not healthy,
/// whatever its definition says; one without a rule is healthy when it exists.
ServiceHealth judge(Engine& engine, const WishedComponent& wished, const std::string& application,
                    const std::string& revision, const Look& look);

}  // namespace puppis::controller
