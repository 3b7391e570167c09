// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Runs Jobs to completion: parallelism, completions (indexed too), back-off limit, deadline, suspension,
/// time to live.
class JobController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "job-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
