// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/source.h"
#include "data/value.h"

namespace puppis::data {

/// Parses one JSON text (RFC 8259) with marks. Errors (InvalidArgument) carry the place: syntax, bad UTF-8, a
/// duplicate key (both places), nesting deeper than 1,000.
Result<Value> parseJson(const std::shared_ptr<const SourceFile>& source);
/// The same without marks, for machine traffic: fast, and errors carry only line and column. Duplicate keys:
/// last wins, as Go's encoding/json.
Result<Value> parseJson(std::string_view text);

struct JsonStyle {
  int indent = 0;           ///< spaces a level; 0 writes one line
  bool sortKeys = false;    ///< byte order, as Go writes maps
  bool escapeHtml = false;  ///< < > & as \u003c..., as Go's json.Marshal
};
std::string toJson(const Value& value, JsonStyle style = {});
void appendJson(std::string& out, const Value& value, JsonStyle style = {});

}  // namespace puppis::data
