// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Acts out pods that are bound to simulated nodes: what a kubelet would report of them, and when, without
/// running anything. Where a pod stands is read from its own status, so that a restart goes on where it was.
class Kubelet final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "kubelet"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
