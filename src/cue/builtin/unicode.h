// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Code points, as the string functions see them. Bytes that are no UTF-8 count as U+FFFD of length 1.
namespace puppis::cue::builtin::unicode {

inline constexpr char32_t kReplacement = 0xFFFD;
inline constexpr char32_t kMaxRune = 0x10FFFF;

/// The code point at `at` (which must be inside the text) and its length in bytes.
struct Decoded {
  char32_t rune;
  std::uint8_t length;
  bool valid = true;
};
Decoded decode(std::string_view text, std::size_t at = 0);
/// The last code point.
Decoded decodeLast(std::string_view text);
/// Appends a code point; what is none (surrogates, beyond U+10FFFF) as U+FFFD.
void append(std::string& out, char32_t rune);
std::size_t count(std::string_view text);

char32_t toUpper(char32_t rune);
char32_t toLower(char32_t rune);
char32_t toTitle(char32_t rune);
bool isSpace(char32_t rune);
/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
bool isPrint(char32_t rune);
/// The same with every space separator.
bool isGraphic(char32_t rune);
bool isLetter(char32_t rune);
bool isDigit(char32_t rune);  ///< decimal digits of any script
bool isUpper(char32_t rune);

}  // namespace puppis::cue::builtin::unicode
