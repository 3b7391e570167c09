// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <string_view>

#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

tl::unexpected<Error> malformed(std::string_view literal) {
  return fail(ErrorCode::InvalidArgument, "invalid number \"" + std::string(literal) + "\"");
}

/// Takes digits of `base` from the front, without separators. False: a separator stands wrongly.
bool takeDigits(std::string_view& text, int base, std::string& out) {
  char last = 0;
  while (!text.empty()) {
    const char c = text.front();
    int digit = 16;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (c == '_') {
      if (last == '_') return false;
    } else if (digit < base) {
      out += c;
    } else {
      break;
    }
    last = c;
    text.remove_prefix(1);
  }
  return last != '_';
}

std::uint64_t multiplierOf(char letter, bool binary) {
  constexpr std::string_view kLetters = "KMGTP";
  std::uint64_t out = 1;
  for (std::size_t i = 0; i <= kLetters.find(letter); ++i) out *= binary ? 1024U : 1000U;
  return out;
}

}  // namespace

Result<NumberValue> parseNumber(std::string_view literal) {
  NumberValue out;
  std::string_view rest = literal;
  if (rest.size() > 1 && rest[0] == '0') {
    const char prefix = rest[1];
    if (prefix == 'x' || prefix == 'X') out.base = 16;
    if (prefix == 'b') out.base = 2;
    if (prefix == 'o') out.base = 8;
    if (out.base != 10) {
      rest.remove_prefix(2);
      out.isInt = true;
      if (!takeDigits(rest, out.base, out.digits) || out.digits.empty() || !rest.empty())
        return malformed(literal);
      return out;
    }
  }
  if (!takeDigits(rest, 10, out.digits)) return malformed(literal);
  const std::size_t wholeDigits = out.digits.size();
  const bool leadingZero = wholeDigits > 1 && literal[0] == '0';
  out.isInt = true;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    out.isInt = false;
    if (!takeDigits(rest, 10, out.digits)) return malformed(literal);
    out.exponent = -static_cast<std::int64_t>(out.digits.size() - wholeDigits);
  }
  if (out.digits.empty()) return malformed(literal);
  if (!rest.empty() && std::string_view("KMGTP").find(rest.front()) != std::string_view::npos) {
    const bool binary = rest.size() == 2 && rest[1] == 'i';
    if (rest.size() > 1 && !binary) return malformed(literal);
    out.multiplier = multiplierOf(rest.front(), binary);
    out.isInt = true;
    return out;
  }
  if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
    rest.remove_prefix(1);
    out.isInt = false;
    bool negative = false;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
      negative = rest.front() == '-';
      rest.remove_prefix(1);
    }
    std::string power;
    if (!takeDigits(rest, 10, power) || power.empty()) return malformed(literal);
    std::int64_t value = 0;
    for (const char c : power) {
      if (value > 100'000'000) return malformed(literal);  // far past what a decimal can hold
      value = value * 10 + (c - '0');
    }
    out.exponent += negative ? -value : value;
  }
  if (!rest.empty() || (out.isInt && leadingZero)) return malformed(literal);
  return out;
}

}  // namespace puppis::cue
