// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cue/eval/errors.h"

// Showing values within messages. A message may show a value that failed with a message which shows the value
// again: whoever shows something passes on what is being shown around it.

namespace puppis::cue::eval {

/// The structs and lists being shown, from the outside in.
using PrintStack = std::vector<const Vertex*>;

/// As printNode of context.h; what is already on `outer` is named by its path.
std::string printNode(const Context& ctx, const Node* n, PrintStack& outer);
/// The first of the failures, with its path, and how many more there are.
std::string errorSummary(const Context& ctx, const Bottom& bottom, PrintStack& outer);

}  // namespace puppis::cue::eval
