// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Keeps the target of a HorizontalPodAutoscaler within its bounds. Simulated pods have no metrics, and the
/// status says so; the number of replicas changes only when it is out of bounds.
class AutoscalerController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "horizontal-pod-autoscaler"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

/// Keeps the counts in the status of PodDisruptionBudgets.
class BudgetController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "disruption-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
