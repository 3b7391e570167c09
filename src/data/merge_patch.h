// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.h"

namespace puppis::data {

/// Applies a JSON Merge Patch (RFC 7396): objects merge, null removes, all else replaces.
Value applyMergePatch(const Value& target, const Value& patch);
/// The smallest merge patch that turns `from` into `to`. A null inside `to` cannot be said in a merge patch:
/// it comes out as a removal.
Value createMergePatch(const Value& from, const Value& to);

}  // namespace puppis::data
