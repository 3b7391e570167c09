// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Rolls Deployments out through ReplicaSets, with the revisions, annotations, conditions and limits that
/// kubectl rollout reads.
class DeploymentController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "deployment-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
