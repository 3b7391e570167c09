// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Makes the simulated nodes and keeps them Ready: each is written when it appears or is spoilt, and never
/// otherwise, so that any number of them costs nothing while idle.
class Fleet final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "node-simulator"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
  /// Makes what is missing of the nodes that the options ask for.
  static Status populate(Context& context);
};

}  // namespace puppis::nodes
