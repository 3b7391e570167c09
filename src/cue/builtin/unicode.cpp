// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/unicode.h"

#include <utf8proc.h>

namespace puppis::cue::builtin::unicode {

Decoded decode(std::string_view text, std::size_t at) {
  auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t rune = 0;
  auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                 static_cast<utf8proc_ssize_t>(text.size() - at), &rune);
  if (length <= 0) return {kReplacement, 1, false};
  return {static_cast<char32_t>(rune), static_cast<std::uint8_t>(length)};
}

Decoded decodeLast(std::string_view text) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t length = 1; length <= kLongest && length <= text.size(); ++length) {
    std::size_t start = text.size() - length;
    if ((static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) continue;
    Decoded out = decode(text, start);
    if (out.valid && out.length == length) return out;
    break;
  }
  return {kReplacement, 1, false};
}

void append(std::string& out, char32_t rune) {
  if (rune > kMaxRune || (rune >= 0xD800 && rune <= 0xDFFF)) rune = kReplacement;
  if (rune < 0x80) {
    out += static_cast<char>(rune);
    return;
  }
  utf8proc_uint8_t buffer[4];
  auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(rune), buffer);
  out.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(length));
}

std::size_t count(std::string_view text) {
  std::size_t out = 0;
  for (std::size_t at = 0; at < text.size(); at += decode(text, at).length) ++out;
  return out;
}

namespace {
utf8proc_category_t category(char32_t rune) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(rune));
}

/// The library prefers a capital of the sharp s that Unicode's simple mapping does not know.
constexpr char32_t kSharpS = 0xDF;
}  // namespace

char32_t toUpper(char32_t rune) {
  if (rune == kSharpS) return rune;
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(rune)));
}

char32_t toLower(char32_t rune) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(rune)));
}

char32_t toTitle(char32_t rune) {
  if (rune == kSharpS) return rune;
  return static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(rune)));
}

bool isSpace(char32_t rune) {
  if (rune < 0x100) return rune == ' ' || (rune >= '\t' && rune <= '\r') || rune == 0x85 || rune == 0xA0;
  utf8proc_category_t c = category(rune);
  return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
}

bool isGraphic(char32_t rune) {
  return isPrint(rune) || category(rune) == UTF8PROC_CATEGORY_ZS;
}

bool isPrint(char32_t rune) {
  if (rune == ' ') return true;
  if (rune > kMaxRune) return false;
  switch (category(rune)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
      return false;
    default:
      return true;
  }
}

bool isLetter(char32_t rune) {
  utf8proc_category_t c = category(rune);
  return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

bool isDigit(char32_t rune) {
  return category(rune) == UTF8PROC_CATEGORY_ND;
}

bool isUpper(char32_t rune) {
  return category(rune) == UTF8PROC_CATEGORY_LU;
}

}  // namespace puppis::cue::builtin::unicode
