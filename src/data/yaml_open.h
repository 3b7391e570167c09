// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace puppis::data {

/// A quote or bracket that was opened on a line before the one where reading failed.
struct OpenMark {
  std::size_t offset = 0;  ///< of the character, in bytes
  char character = '"';
};

/// What most likely made a YAML text unreadable at `offset`, although nothing looks wrong there: a bracket
/// that is still open, or a quote that only closed at the next quote, lines below. It reads as much of YAML
/// as that needs (quotes, brackets, comments, block scalars).
std::optional<OpenMark> openedBefore(std::string_view text, std::size_t offset);

}  // namespace puppis::data
