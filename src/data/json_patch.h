// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::data {

/// The tokens of a JSON Pointer (RFC 6901), unescaped: "/a~1b/0" is {"a/b", "0"}. InvalidArgument when it
/// does not begin with '/' (the empty text is the root).
Result<std::vector<std::string>> parsePointer(std::string_view pointer);

/// Applies a JSON Patch (RFC 6902): a list of add, remove, replace, move, copy and test. All or nothing.
/// InvalidArgument for a patch that is none; Invalid where it does not fit the document or a test fails; the
/// message names the operation by its number, from 0. As in Kubernetes, an index may be negative (-1 is the
/// last element), and replacing a member that is not there adds it.
Result<Value> applyJsonPatch(const Value& document, const Value& patch);

}  // namespace puppis::data
