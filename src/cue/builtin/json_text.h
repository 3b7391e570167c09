// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cue/builtin/builtin.h"

/// JSON as the functions of encoding/json see it: strict RFC 8259 in, numbers and order kept.
namespace puppis::cue::builtin::json {

/// Whether the whole text is one JSON value.
bool valid(std::string_view text);

/// The value at the start of `text`, or why there is none. Texts and elements live in `arena`; a repeated
/// label is kept, and strings must be made of whole code points.
struct Parsed {
  std::optional<Value> value;
  std::size_t end = 0;  ///< behind the value
  std::string error;
};
Parsed parse(std::string_view text, Arena& arena);
/// Behind the white space at `at`.
std::size_t skipSpace(std::string_view text, std::size_t at);

/// On one line without spaces, bytes as base64, without escaping <, > and &.
void append(std::string& out, const Value& value);
void appendString(std::string& out, std::string_view text);

/// The text without insignificant white space; nothing when it is not valid.
std::optional<std::string> compact(std::string_view text);
/// One element a line; every line but the first begins with `prefix` and one `indent` a level.
std::optional<std::string> indent(std::string_view text, std::string_view prefix, std::string_view indent);
/// <, >, &, U+2028 and U+2029 as escapes.
std::string escapeHtml(std::string_view text);

}  // namespace puppis::cue::builtin::json
