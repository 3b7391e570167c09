// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cel/program.h"

namespace puppis::cel {

/// Gives every node its type; new types are made in `types`.
Status check(Node& root, std::string_view text, const Declarations& declarations, TypePool& types);

}  // namespace puppis::cel
