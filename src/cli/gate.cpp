// SPDX-License-Identifier: Apache-2.0
#include "cli/gate.h"

namespace puppis::cli {

void Gate::addTo(apiserver::Api& api, const std::shared_ptr<Gate>& gate) {
  api.admit([gate](const apiserver::Admission& what, data::Value& object) -> Status {
    if (what.operation == apiserver::Admission::Operation::Delete || !what.call.subresource.empty())
      return {};
    std::shared_ptr<controller::Gatekeeper> keeper;
    {
      std::lock_guard lock(gate->mutex_);
      keeper = gate->keeper_;
    }
    controller::Gatekeeper::complete(object);
    return keeper ? keeper->review(object, what.old, what.call.warnings) : Status{};
  });
}

void Gate::set(std::shared_ptr<controller::Gatekeeper> keeper) {
  std::lock_guard lock(mutex_);
  keeper_ = std::move(keeper);
}

}  // namespace puppis::cli
