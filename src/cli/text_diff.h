// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace puppis::cli {

/// The line differences of two texts in unified form with three lines of context, anchored at lines that
/// occur once in both; empty when they are equal.
std::string unifiedDiff(std::string_view oldName, std::string_view oldText, std::string_view newName,
                        std::string_view newText);

}  // namespace puppis::cli
