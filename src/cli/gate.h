// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include "apiserver/api.h"
#include "controller/gatekeeper.h"

namespace puppis::cli {

/// The gatekeeper at the door of the embedded API. Until it is opened everything passes: the server serves
/// before there is a client to read definitions with. Safe to share between threads.
class Gate {
 public:
  /// Adds the gate to an API that is not yet served.
  static void addTo(apiserver::Api& api, const std::shared_ptr<Gate>& gate);
  void set(std::shared_ptr<controller::Gatekeeper> keeper);

 private:
  std::mutex mutex_;
  std::shared_ptr<controller::Gatekeeper> keeper_;
};

}  // namespace puppis::cli
