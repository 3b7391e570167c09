// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace puppis::render::deftest {

/// A text that `pattern` (RE2 syntax) matches, drawn at random. Knows literals, classes, groups, alternation
/// and repetition, which is what parameters use; nothing when the pattern needs more (assertions, flags,
/// Unicode classes).
std::optional<std::string> matchingText(std::string_view pattern, Random& random);

}  // namespace puppis::render::deftest
