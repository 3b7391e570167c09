// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cue/eval/context.h"
#include "cue/eval/errors.h"

namespace puppis::cue::eval {

/// Fills in what a failure says beyond CUE's own words: what was expected, what was found, the nearest right
/// name. `text` shows an argument as the message does.
void explain(const Context& ctx, const ErrorEntry& e, ErrorReport& r,
             const std::function<std::string(const ErrorArg&)>& text);

/// The same for a disjunction of which nothing is left, from the failures of its alternatives: where all
/// found the same, what they wanted.
void explainAlternatives(const std::vector<ErrorReport>& failures, ErrorReport& headline);

}  // namespace puppis::cue::eval
