// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Texts as Go's strconv writes and reads them.
namespace puppis::cue::builtin::gofmt {

/// A double in format e E f F g G b x X with `precision` digits (-1: as many as needed), rounded to `bits`
/// (32 or 64) first. Another format letter gives "%" and the letter.
std::string formatFloat(double value, char format, int precision, int bits);
/// Reads a double: decimal or hexadecimal, inf, nan. `range` tells a value too large from bad syntax.
std::optional<double> parseFloat(std::string_view text, int bits, bool& range);

enum class Quoting : std::uint8_t { Printable, Ascii, Graphic };
/// The text within `quote`s, what is not printable as escapes.
std::string quote(std::string_view text, char quote, Quoting quoting);
std::string quoteRune(std::int32_t rune, Quoting quoting);

}  // namespace puppis::cue::builtin::gofmt
