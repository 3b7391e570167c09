// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cue/builtin/html_entities.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/text_escape.h"
#include "cue/builtin/unicode.h"

// Package html.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;

/// What the references &#128; to &#159; mean: those bytes in Windows-1252.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

int digitValue(char c, bool hexadecimal) {
  if (c >= '0' && c <= '9') return c - '0';
  if (hexadecimal && c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (hexadecimal && c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Appends what the numeric reference at the start of `s` ("&#...") stands for; returns its length, 0 when it
/// is none.
std::size_t numericReference(std::string& out, Text s) {
  if (s.size() <= 3) return 0;
  bool hexadecimal = s[2] == 'x' || s[2] == 'X';
  std::size_t at = hexadecimal ? 3 : 2;
  char32_t rune = 0;
  for (; at < s.size(); ++at) {
    int digit = digitValue(s[at], hexadecimal);
    if (digit < 0) break;
    rune = rune * (hexadecimal ? 16 : 10) + static_cast<char32_t>(digit);
    if (rune > unicode::kMaxRune) rune = unicode::kMaxRune + 1;
  }
  if (at < s.size() && s[at] == ';') ++at;
  // "&#;" is no reference, "&#x;" is one to nothing.
  if (at <= 3) return 0;
  if (rune >= 0x80 && rune <= 0x9F) rune = kWindows1252[rune - 0x80];
  if (rune == 0) rune = unicode::kReplacement;
  unicode::append(out, rune);
  return at;
}

/// The same for a named reference. Of a name without semicolon the longest known beginning counts.
std::size_t namedReference(std::string& out, Text s) {
  auto isNameByte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  std::size_t end = 1;
  while (end < s.size() && isNameByte(s[end])) ++end;
  if (end < s.size() && s[end] == ';') ++end;
  Text name = s.substr(1, end - 1);
  if (Text whole = htmlEntity(name); !whole.empty()) {
    out += whole;
    return end;
  }
  constexpr std::size_t kLongestWithoutSemicolon = 6;
  if (name.empty()) return 0;
  for (std::size_t length = std::min(name.size() - 1, kLongestWithoutSemicolon); length > 1; --length) {
    if (Text part = htmlEntity(name.substr(0, length)); !part.empty()) {
      out += part;
      return length + 1;
    }
  }
  return 0;
}

std::string unescape(Text s) {
  std::string out;
  for (std::size_t at = 0; at < s.size();) {
    std::size_t length = 0;
    if (s[at] == '&') {
      Text rest = s.substr(at);
      length = rest.size() > 1 && rest[1] == '#' ? numericReference(out, rest) : namedReference(out, rest);
    }
    if (length == 0) out += s[at++];
    at += length;
  }
  return out;
}

std::string escape(Text s) {
  return escapeHtmlText(s);
}

constexpr Function kFunctions[] = {
    function<&escape>("Escape"),
    function<&unescape>("Unescape"),
};

}  // namespace

const Package kHtmlPackage{"html", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
