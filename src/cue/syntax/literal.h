// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// A decoded string or bytes literal.
struct StringValue {
  std::string text;
  bool bytes = false;  ///< written with single quotes
  bool multiline = false;
};

/// Decodes a string or bytes literal as the lexer delivers it: quotes, raw forms, escapes, indentation.
/// Fails (InvalidArgument) on malformed text, such as a line that lacks the closing quotes' indentation.
Result<StringValue> unquote(std::string_view literal);

/// A decoded interpolation: texts[i] stands before the i-th expression, the last one behind all of them.
struct InterpolationText {
  std::vector<std::string> texts;
  bool bytes = false;
  bool multiline = false;
};
Result<InterpolationText> decodeInterpolation(const Interpolation& node);

/// A number literal in parts: value = digits * 10^exponent * multiplier, digits in `base`.
struct NumberValue {
  bool isInt = false;
  int base = 10;                 ///< 2, 8, 10 or 16
  std::string digits;            ///< of `base`, without separators and point; at least one
  std::int64_t exponent = 0;     ///< power of ten (0 unless base is 10); counts the places behind the point
  std::uint64_t multiplier = 1;  ///< of a suffix such as K or Gi; the result is an integer then
};

/// Reads an Int or Float literal. Fails on malformed text.
Result<NumberValue> parseNumber(std::string_view literal);

/// A multi-line literal with its lines indented by `tabs`; any other literal as it is.
std::string reindented(std::string_view literal, int tabs);

/// True if `name` needs quotes to be the label of a regular field.
bool labelNeedsQuotes(std::string_view name);
/// True if `name` is an identifier (also #Def, _hidden and keywords).
bool isIdentifier(std::string_view name);

/// `text` as a double-quoted literal on one line.
std::string quoteString(std::string_view text);
/// `bytes` as a single-quoted literal on one line.
std::string quoteBytes(std::string_view bytes);
/// As quoteString or quoteBytes, but over several lines, indented by `tabs`, where the text has a line break.
std::string quoteMultiline(std::string_view text, bool bytes, int tabs);
/// `text` with escapes but without quotes; of a multi-line literal, lines but the first are indented by
/// `tabs`.
std::string escapedText(std::string_view text, bool bytes, bool multiline, int tabs);
/// `name` as a label: bare where it may be, else quoted.
std::string quoteLabel(std::string_view name);

}  // namespace puppis::cue
