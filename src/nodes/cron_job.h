// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "nodes/context.h"

namespace puppis::nodes {

/// Starts Jobs by the schedules of CronJobs. Schedules are read in UTC; a spec.timeZone other than UTC is
/// refused with an event, since no time zone data is kept.
class CronJobController final : public Controller {
 public:
  [[nodiscard]] std::string_view name() const override { return "cronjob-controller"; }
  void attach(Context& context) override;
  Result<std::optional<Nanos>> reconcile(Context& context, const ObjectName& key) override;
};

}  // namespace puppis::nodes
