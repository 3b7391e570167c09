// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "nodes/context.h"

namespace puppis::nodes {

inline constexpr const char* kRevisionHash = "controller-revision-hash";

/// The ControllerRevision that holds the pod template of `owner` (a StatefulSet or DaemonSet) as it is now,
/// made when there is none; an older one that held the same becomes the newest again.
Result<Value> currentRevision(Context& context, const Value& owner);
/// Deletes the oldest revisions beyond spec.revisionHistoryLimit; those named in `live` stay.
Status dropOldRevisions(Context& context, const Value& owner, const std::vector<std::string>& live);

}  // namespace puppis::nodes
