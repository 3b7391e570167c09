// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Keeps the numbered pods of StatefulSets, their claims and their revisions.
class StatefulSetController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "statefulset-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
