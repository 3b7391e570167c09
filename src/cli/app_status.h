// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "cli/context.h"
#include "data/value.h"
#include "kube/client.h"

namespace puppis::cli {

/// What a person wants to know of an Application: its phase, its components, and what is in the way.
std::string describeStatus(const Context& context, const data::Value& application);

/// One line of progress: "runningWorkflow  web: Ready:1/3, db: ok".
std::string progressLine(const data::Value& application);

/// Follows one object until `done` says so of its newest form (null once it is gone), an interruption, or the
/// timeout (Timeout, Cancelled). `done` is called on this thread for each form.
Status follow(Context& context, kube::Client& client, const kube::Gvr& type, const kube::ObjectName& name,
              Nanos timeout, const std::function<Result<bool>(const data::Value&)>& done);

/// "10m", "90s", "1h30m", "250ms" as a duration.
Result<Nanos> parseDuration(const std::string& text);

}  // namespace puppis::cli
