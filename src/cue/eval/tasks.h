// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/eval/state.h"

namespace puppis::cue::eval {

/// Runs a task to its end, or until it is suspended.
void runTask(Task& t, RunMode mode);
/// Suspends the running task until `s` knows `need`.
[[noreturn]] void suspendTask(Task& t, NodeState& s, Condition need);

}  // namespace puppis::cue::eval
