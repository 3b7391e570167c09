// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apiserver/kinds/type_table.h"
#include "base/result.h"
#include "data/value.h"

namespace puppis::apiserver::kinds {

/// The object as Kubernetes would write it after reading it: fields in their order, zero values left out
/// where they say nothing, quantities and times in canonical form, unknown fields and nulls dropped.
/// InvalidArgument for a value of the wrong type, in the words of Go's decoder ("json: cannot unmarshal
/// string into Go struct field ...").
Result<data::Value> normalize(const data::Value& object, const TypeInfo& type);

}  // namespace puppis::apiserver::kinds
