// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "data/path.h"
#include "data/value.h"

namespace puppis::data {

/// One difference between two values.
struct Change {
  Path path;  ///< indices are those of the new value, or of the old one where it was removed
  std::optional<Value> before;  ///< absent: it was added
  std::optional<Value> after;   ///< absent: it was removed
};

/// All differences, in the order of the new value, removals after what stayed. Objects differ member by
/// member, lists of objects that all have distinct names ("name", as containers and ports do) by that name,
/// other lists by index.
std::vector<Change> diff(const Value& before, const Value& after);

}  // namespace puppis::data
