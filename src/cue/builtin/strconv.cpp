// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/go_format.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/unicode.h"
#include "cue/number/integer.h"
#include "cue/syntax/literal.h"

// Package strconv.

namespace puppis::cue::builtin {

namespace {

using Text = std::string_view;
using gofmt::Quoting;

Answer numberError(Call& call, Text function, Text input, Text what) {
  return bad(call, "strconv." + std::string(function) + ": parsing " +
                       gofmt::quote(input, '"', Quoting::Printable) + ": " + std::string(what));
}

Answer unquoteText(Call& call, Text s) {
  auto value = unquote(s);
  if (!value) return bad(call, value.error().message());
  return text(call, value->text);
}

Answer parseBool(Call& call, Text s) {
  for (Text yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (s == yes) return Value::of(true);
  }
  for (Text no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (s == no) return Value::of(false);
  }
  return numberError(call, "ParseBool", s, "invalid syntax");
}

std::string formatBool(bool b) {
  return b ? "true" : "false";
}

/// Drops separators where Go allows them: between digits, or behind a base prefix. Nothing when misplaced.
std::optional<std::string> withoutSeparators(Text s) {
  std::string out;
  Text digits = s;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) digits.remove_prefix(1);
  bool prefixed = digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '_') {
      out += s[i];
      continue;
    }
    auto isDigit = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    bool before = i > 0 && (isDigit(s[i - 1]) || (prefixed && (s[i - 1] == 'x' || s[i - 1] == 'X')));
    bool after = i + 1 < s.size() && isDigit(s[i + 1]);
    if (!before || !after) return std::nullopt;
  }
  return out;
}

Answer parseFloat(Call& call, Text s, std::int64_t bits) {
  auto digits = withoutSeparators(s);
  if (!digits) return numberError(call, "ParseFloat", s, "invalid syntax");
  bool range = false;
  auto value = gofmt::parseFloat(*digits, bits == 32 ? 32 : 64, range);
  if (!value) return numberError(call, "ParseFloat", s, range ? "value out of range" : "invalid syntax");
  return Value::of(number::fromDouble(*value, call.arena()));
}

Answer parseNumber(Call& call, Text s) {
  auto value = number::parseLiteral(s, call.arena());
  if (!value) return numberError(call, "ParseNumber", s, value.error().message());
  return fromDecimal(call, *value);
}

Answer parseInteger(Call& call, Text function, Text s, std::int64_t base, std::int64_t bits, bool isSigned) {
  if (bits < 0) return numberError(call, function, s, "value out of range");
  bool validBase = base == 0 || (base >= 2 && base <= 62);
  auto value = validBase ? number::parseInteger(s, static_cast<unsigned>(base), call.arena()) : std::nullopt;
  if (!value) return numberError(call, function, s, "invalid syntax");
  if (!isSigned && value->sign() < 0) return numberError(call, function, s, "value out of range");
  if (bits == 0) return Value::of(*value);
  std::int64_t length = number::bitLength(*value);
  bool fits = length <= (isSigned ? bits - 1 : bits);
  // The least negative number has one bit more: -2^(bits-1).
  if (!fits && isSigned && value->negative() && length == bits) {
    fits = number::bitLength(number::add(*value, number::Decimal::ofInt(1), call.arena()).value) <= bits - 1;
  }
  return fits ? Answer(Value::of(*value)) : numberError(call, function, s, "value out of range");
}

Answer parseUint(Call& call, Text s, std::int64_t base, std::int64_t bits) {
  return parseInteger(call, "ParseUint", s, base, bits, false);
}
Answer parseInt(Call& call, Text s, std::int64_t base, std::int64_t bits) {
  return parseInteger(call, "ParseInt", s, base, bits, true);
}
Answer atoi(Call& call, Text s) {
  return parseInteger(call, "Atoi", s, 10, 0, true);
}

Answer formatFloat(Call& call, double f, Any format, std::int64_t precision, std::int64_t bits) {
  Answer scalar = call.host().scalar(format.value);
  if (!scalar.ok() && scalar.state != Answer::State::Failed) return scalar;
  char letter = 0;
  if (scalar.ok() && scalar.value.type == Value::Type::String) {
    if (scalar.value.str().size() != 1) return bad(call, "expected single character string");
    letter = scalar.value.str()[0];
  } else if (scalar.ok() && scalar.value.type == Value::Type::Number && scalar.value.num.isInt()) {
    auto code = number::toInt64(scalar.value.num);
    if (!code || *code < 0 || *code > 255) {
      return bad(call, "format value " + number::toText(scalar.value.num) + " out of range [0, 255]");
    }
    letter = static_cast<char>(*code);
  } else {
    return bad(call, "unexpected kind " + kindText(call.host().kind(format.value)));
  }
  constexpr std::int64_t kMaxPrecision = 100'000;
  if (bits != 32 && bits != 64) return bad(call, "strconv: illegal AppendFloat/FormatFloat bitSize");
  if (precision > kMaxPrecision) return bad(call, "precision out of range");
  return text(call, gofmt::formatFloat(f, letter, precision < 0 ? -1 : static_cast<int>(precision),
                                       static_cast<int>(bits)));
}

Answer formatInt(Call& call, const BigInt& i, std::int64_t base) {
  if (base < 2 || base > 62) return bad(call, "invalid base");
  return text(call, number::toBase(i.number, static_cast<unsigned>(base)));
}

std::string quoteText(Text s) {
  return gofmt::quote(s, '"', Quoting::Printable);
}
std::string quoteToAscii(Text s) {
  return gofmt::quote(s, '"', Quoting::Ascii);
}
std::string quoteToGraphic(Text s) {
  return gofmt::quote(s, '"', Quoting::Graphic);
}
std::string quoteRune(Rune r) {
  return gofmt::quoteRune(r.value, Quoting::Printable);
}
std::string quoteRuneToAscii(Rune r) {
  return gofmt::quoteRune(r.value, Quoting::Ascii);
}
std::string quoteRuneToGraphic(Rune r) {
  return gofmt::quoteRune(r.value, Quoting::Graphic);
}
bool isPrint(Rune r) {
  return r.value >= 0 && unicode::isPrint(static_cast<char32_t>(r.value));
}
bool isGraphic(Rune r) {
  return r.value >= 0 && unicode::isGraphic(static_cast<char32_t>(r.value));
}

constexpr Function kFunctions[] = {
    function<&unquoteText>("Unquote", kString),
    function<&parseBool>("ParseBool", kBool),
    function<&formatBool>("FormatBool"),
    function<&parseFloat>("ParseFloat", kNumber),
    function<&parseNumber>("ParseNumber", kNumber),
    function<&parseUint>("ParseUint", kInt),
    function<&parseInt>("ParseInt", kInt),
    function<&atoi>("Atoi", kInt),
    function<&formatFloat>("FormatFloat", kString),
    function<&formatInt>("FormatUint", kString),
    function<&formatInt>("FormatInt", kString),
    function<&quoteText>("Quote"),
    function<&quoteToAscii>("QuoteToASCII"),
    function<&quoteToGraphic>("QuoteToGraphic"),
    function<&quoteRune>("QuoteRune"),
    function<&quoteRuneToAscii>("QuoteRuneToASCII"),
    function<&quoteRuneToGraphic>("QuoteRuneToGraphic"),
    function<&isPrint>("IsPrint"),
    function<&isGraphic>("IsGraphic"),
};

constexpr Constant kConstants[] = {{"IntSize", "64"}};

}  // namespace

const Package kStrconvPackage{"strconv", kFunctions, kConstants, {}};

}  // namespace puppis::cue::builtin
