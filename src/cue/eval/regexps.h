// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace puppis::cue::eval {

class Context;

/// Whether the RE2 pattern is found in the text; nothing when it is no pattern, with the reason in `failure`.
/// Compiled patterns are kept by the Runtime.
std::optional<bool> matchesRegexp(Context& ctx, std::string_view pattern, std::string_view text,
                                  std::string& failure);

}  // namespace puppis::cue::eval
