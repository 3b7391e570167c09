// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "nodes/context.h"
#include "nodes/placement.h"

namespace puppis::nodes {

/// Binds pods to nodes: readiness, taints, node selector and affinity, required pod affinity, and what is
/// left of CPU, memory and pod slots. Prefers the emptiest of the nodes looked at. A pod that fits nowhere
/// says why, and waits until a node or another pod changes.
class Scheduler final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "default-scheduler"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;

 private:
  void podChanged(Context& context, const kube::Change& change);
  Status place(Context& context, const Value& pod, const std::vector<Value>& nodes);
  [[nodiscard]] std::string refusal(const Value& pod, const Amounts& wanted, const Value& node) const;
  [[nodiscard]] bool podAffinityHolds(const Context& context, const Value& pod, const Value& node) const;
  Status sayUnschedulable(Context& context, const Value& pod, std::size_t nodes,
                          const std::map<std::string, int>& reasons);

  mutable std::mutex mutex_;
  std::map<std::string, Amounts> used_;  ///< by node
  std::map<ObjectName, std::pair<std::string, Amounts>> counted_;
  std::set<ObjectName> pending_;
  std::size_t start_ = 0;  ///< where the next search begins, so that all nodes get their share
};

}  // namespace puppis::nodes
