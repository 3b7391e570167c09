// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.h"
#include "data/diff.h"
#include "data/value.h"

namespace puppis::deliver {

using data::Value;

/// The form in which an object is created: what the server owns taken out (status, uid, ...), a Secret's
/// stringData turned into data, and the annotation that remembers what was applied put in (no values of
/// Secrets and ConfigMaps in it, and none at all when it would be too large).
Value creatable(const Value& desired);

/// What bringing a live object to the desired form takes.
struct Update {
  Value patch;                        ///< a merge patch (RFC 7396); empty: nothing to do
  std::vector<data::Change> changes;  ///< the same, field by field, without the annotation that remembers
  [[nodiscard]] bool needed() const { return !patch.empty(); }
};

/// Compares the live object with the desired one, three ways: what desired says must be so; what was applied
/// before and is no longer desired goes; everything else (defaults, other writers' fields) stays. Lists of
/// built-in kinds merge by their keys, other lists are taken whole, defaults in their elements ignored.
/// Numbers of resources compare by quantity. `creatableDesired` is the result of creatable().
Result<Update> updateTo(const Value& creatableDesired, const Value& live);

/// One object out of two that are wanted under one name: `above` laid over `below`, lists of built-in kinds
/// merged by their keys.
Result<Value> overlay(const Value& below, const Value& above);

/// Whether two texts are the same Kubernetes quantity ("0.5" and "500m").
bool sameQuantity(std::string_view a, std::string_view b);

}  // namespace puppis::deliver
