// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/value.h"

namespace puppis::data {

/// How one field merges, from its x-kubernetes-patch-* marks. All empty: an object merges, a list is
/// replaced.
struct MergeRule {
  bool merge = false;       ///< patchStrategy "merge": a list merges element by element
  bool replace = false;     ///< patchStrategy "replace": an object is replaced whole
  bool retainKeys = false;  ///< patchStrategy "retainKeys": only the members the patch names stay (unions)
  std::string mergeKey;     ///< the member that identifies an element; empty for lists of scalars

  /// From the marks' texts: strategy "merge", "replace", "retainKeys" or two of them joined by ','.
  static MergeRule parse(std::string_view strategy, std::string_view mergeKey);
};

/// Tells how the field at a path merges. The path holds field names only; an element of a list has the list's
/// path.
using MergeSchema = std::function<MergeRule(std::span<const std::string> path)>;

/// Applies a Kubernetes strategic merge patch, with its directives $patch (replace, delete, merge),
/// $retainKeys, $setElementOrder/x and $deleteFromPrimitiveList/x. InvalidArgument for a patch that
/// contradicts itself, that lacks a merge key or has an unknown directive; the error carries the path.
Result<Value> applyStrategicMerge(const Value& original, const Value& patch, const MergeSchema& schema);

/// The patch that brings `current` to `modified` without undoing what others changed: what `modified` sets,
/// plus the removal of what `original` (the last applied form) had and `modified` no longer has. Both may be
/// null.
Result<Value> createThreeWayStrategicMerge(const Value& original, const Value& modified, const Value& current,
                                           const MergeSchema& schema);

}  // namespace puppis::data
