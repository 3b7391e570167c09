// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "apiserver/schema.h"
#include "apiserver/ssa/field_set.h"
#include "base/result.h"
#include "data/value.h"

/// Values seen through their schema, the way structured merge and diff sees them: what is one piece (atomic),
/// what merges by key, what merges by field. A null schema, and what a schema does not know, is seen by its
/// own shape: objects merge, lists are one piece.
namespace puppis::apiserver {

struct TypeRef {
  const Schema* schema = nullptr;
  bool onePiece = false;  ///< whatever it is, it is taken as a whole
};

struct Comparison {
  FieldSet removed, modified, added;
};

/// What differs between two values (either may be absent, as nullptr, but not both).
Comparison compareTyped(const data::Value* left, const data::Value* right, TypeRef type);
/// The paths that a value sets.
FieldSet fieldsOf(const data::Value& value, TypeRef type);
/// `right` laid over `left`. Invalid when a keyed list of `right` has a key twice or an element without one.
Result<data::Value> mergeTyped(const data::Value& left, const data::Value& right, TypeRef type);
/// `value` without the members of `fields`. What becomes empty by that is null.
/// What of `value` its schema does not declare, or declares otherwise, as Kubernetes tells the first such
/// fault
/// (".spec.nope: field not declared in schema"); empty when all fits.
std::string misfit(const data::Value& value, TypeRef type);
data::Value removeFields(const data::Value& value, const FieldSet& fields, TypeRef type);
/// `set` with every named field (of a struct, not of a map) that has members below it.
FieldSet withNamedFields(const FieldSet& set, TypeRef type);

}  // namespace puppis::apiserver
