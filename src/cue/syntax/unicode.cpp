// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/unicode.h"

#include <utf8proc.h>

namespace puppis::cue {

namespace {

utf8proc_category_t categoryOf(char32_t rune) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(rune));
}

}  // namespace

char32_t decodeRune(std::string_view text, std::size_t at, std::size_t& size) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) {
    size = 1;
    return byte;
  }
  utf8proc_int32_t rune = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
  const utf8proc_ssize_t n = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &rune);
  if (n <= 0 || rune < 0) {
    size = 1;
    return 0xFFFD;
  }
  size = static_cast<std::size_t>(n);
  return static_cast<char32_t>(rune);
}

void appendRune(std::string& out, char32_t rune) {
  if (rune < 0x80) {
    out += static_cast<char>(rune);
    return;
  }
  if (rune > 0x10FFFF || (rune >= 0xD800 && rune < 0xE000)) rune = 0xFFFD;
  if (rune < 0x800) {
    out += static_cast<char>(0xC0 | (rune >> 6));
  } else {
    if (rune < 0x10000) {
      out += static_cast<char>(0xE0 | (rune >> 12));
    } else {
      out += static_cast<char>(0xF0 | (rune >> 18));
      out += static_cast<char>(0x80 | ((rune >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((rune >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (rune & 0x3F));
}

bool isLetterRune(char32_t rune) {
  if (rune < 0x80) return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z');
  const utf8proc_category_t category = categoryOf(rune);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool isDigitRune(char32_t rune) {
  if (rune < 0x80) return rune >= '0' && rune <= '9';
  return categoryOf(rune) == UTF8PROC_CATEGORY_ND;
}

bool isPrintRune(char32_t rune) {
  if (rune < 0x80) return rune >= 0x20 && rune < 0x7F;
  const utf8proc_category_t category = categoryOf(rune);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO;
}

bool isSpaceRune(char32_t rune) {
  if (rune < 0x80) return rune == ' ' || (rune >= '\t' && rune <= '\r');
  if (rune == 0x85) return true;
  const utf8proc_category_t category = categoryOf(rune);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP;
}

}  // namespace puppis::cue
