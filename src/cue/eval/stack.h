// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace puppis::cue::eval {

/// Whether the current stack has little room left for another level of evaluation.
bool stackIsLow();
/// Runs `work` on a fresh piece of stack and returns when it is done; what it throws is thrown here.
void onMoreStack(const std::function<void()>& work);

}  // namespace puppis::cue::eval
