// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace puppis::cue {

/// The code point that begins at `at`; `size` is set to its bytes. For a broken sequence: U+FFFD and size 1.
char32_t decodeRune(std::string_view text, std::size_t at, std::size_t& size);
void appendRune(std::string& out, char32_t rune);

/// A letter (Unicode category L), for identifiers.
bool isLetterRune(char32_t rune);
/// A decimal digit (Unicode category Nd), for identifiers.
bool isDigitRune(char32_t rune);
/// Visible in print: letters, marks, numbers, punctuation, symbols and the ASCII blank (Go's
/// strconv.IsPrint).
bool isPrintRune(char32_t rune);
/// White space as Unicode has it.
bool isSpaceRune(char32_t rune);

}  // namespace puppis::cue
