// SPDX-License-Identifier: Apache-2.0
#include "data/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/strings.h"

namespace puppis::data {

namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

template <std::size_t N>
bool oneOf(std::string_view text, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

/// An integer as Go's strconv.ParseInt(text, 0, 64) reads it: sign, then 0x, 0o, 0b, 0 (octal) or decimal.
std::optional<Value> goInteger(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    char c = static_cast<char>(text[1] | 0x20);
    bool named = c == 'x' || c == 'o' || c == 'b';
    base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
    text.remove_prefix(named ? 2 : 1);
  }
  if (text.empty() || text[0] == '-' || text[0] == '+') return std::nullopt;
  std::uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
  if (negative) {
    if (magnitude > kTop) return std::nullopt;
    if (magnitude == kTop) return Value::number("-9223372036854775808");
    return Value(-static_cast<std::int64_t>(magnitude));
  }
  return Value(magnitude);
}

/// Whether text is [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool isFloatSyntax(std::string_view text) {
  std::size_t i = 0;
  auto digits = [&] {
    std::size_t start = i;
    while (i < text.size() && isDigit(text[i])) ++i;
    return i - start;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  std::size_t whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

/// The digits in JSON's syntax: no plus sign, a digit before and after the point.
std::string jsonNumber(std::string_view text) {
  std::string out;
  if (text[0] == '-') out.push_back('-');
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text[0] == '.') out.push_back('0');
  while (text.size() > 1 && text[0] == '0' && isDigit(text[1])) text.remove_prefix(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    out.push_back(text[i]);
    if (text[i] == '.' && (i + 1 == text.size() || !isDigit(text[i + 1]))) out.push_back('0');
  }
  return out;
}

/// A floating point number. Kubernetes' reader goes through float64 (1.0 becomes 1), CUE's keeps the digits.
ResolvedScalar floating(std::string_view text, YamlSchema schema) {
  std::string digits = jsonNumber(text);
  if (schema == YamlSchema::Cue) return {ScalarType::Float, Value::number(digits), nullptr};
  double parsed = std::strtod(digits.c_str(), nullptr);
  if (parsed > 1.7976931348623157e308 || parsed < -1.7976931348623157e308) {
    return {ScalarType::Float, Value(), "the number is too large for a 64-bit float"};
  }
  return {ScalarType::Float, Value(parsed), nullptr};
}

/// YYYY-M-D, optionally with a time: what YAML readers take for a date. It stays text.
bool looksLikeTimestamp(std::string_view text) {
  std::size_t i = 0;
  auto number = [&](std::size_t least, std::size_t most) {
    std::size_t start = i;
    while (i < text.size() && isDigit(text[i])) ++i;
    return i - start >= least && i - start <= most;
  };
  auto literal = [&](char c) { return i < text.size() && text[i] == c && (++i, true); };
  if (!number(4, 4) || !literal('-') || !number(1, 2) || !literal('-') || !number(1, 2)) return false;
  if (i == text.size()) return true;
  if (!literal('T') && !literal('t') && !literal(' ')) return false;
  return number(1, 2) && literal(':') && number(1, 2) && literal(':') && number(1, 2);
}

}  // namespace

ResolvedScalar resolvePlain(std::string_view text, YamlSchema schema) {
  constexpr std::string_view kNulls[] = {"", "~", "null", "Null", "NULL"};
  constexpr std::string_view kTrue[] = {"true", "True", "TRUE"};
  constexpr std::string_view kFalse[] = {"false", "False", "FALSE"};
  constexpr std::string_view kOldTrue[] = {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"};
  constexpr std::string_view kOldFalse[] = {"n", "N", "no", "No", "NO", "off", "Off", "OFF"};
  constexpr std::string_view kNotFinite[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                             "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};
  if (oneOf(text, kNulls)) return {ScalarType::Null, Value(), nullptr};
  if (oneOf(text, kTrue)) return {ScalarType::Bool, Value(true), nullptr};
  if (oneOf(text, kFalse)) return {ScalarType::Bool, Value(false), nullptr};
  if (schema == YamlSchema::Kubernetes) {
    if (oneOf(text, kOldTrue)) return {ScalarType::Bool, Value(true), nullptr};
    if (oneOf(text, kOldFalse)) return {ScalarType::Bool, Value(false), nullptr};
  }
  if (oneOf(text, kNotFinite))
    return {ScalarType::Float, Value(), "a number that is not finite has no place in JSON"};
  char first = text[0];
  if (first == '.') {
    if (isFloatSyntax(text)) return floating(text, schema);
    return {ScalarType::Text, Value(text), nullptr};
  }
  if (!isDigit(first) && first != '-' && first != '+') return {ScalarType::Text, Value(text), nullptr};
  if (looksLikeTimestamp(text)) return {ScalarType::Timestamp, Value(text), nullptr};
  std::string plain = replaceAll(std::string(text), "_", "");
  if (auto integer = goInteger(plain)) return {ScalarType::Int, std::move(*integer), nullptr};
  if (isFloatSyntax(plain)) {
    if (schema == YamlSchema::Cue && plain.find_first_of(".eE") == std::string::npos) {
      std::string_view digits = plain;
      if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
      // 0189 is neither octal nor decimal: text. Integers beyond 64 bits stay integers.
      if (digits.size() > 1 && digits[0] == '0') return {ScalarType::Text, Value(text), nullptr};
      return {ScalarType::Int, Value::number(jsonNumber(plain)), nullptr};
    }
    return floating(plain, schema);
  }
  return {ScalarType::Text, Value(text), nullptr};
}

ResolvedScalar resolveTagged(std::string_view tag, std::string_view text, bool plain, YamlSchema schema) {
  constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
  std::string_view name = startsWith(tag, kPrefix) ? tag.substr(kPrefix.size())
                          : startsWith(tag, "!!")  ? tag.substr(2)
                                                   : tag;
  if (name == "!" || name == "str") return {ScalarType::Text, Value(text), nullptr};
  if (name == "binary") {
    if (auto bytes = base64Decode(text)) return {ScalarType::Text, Value(std::move(*bytes)), nullptr};
    return {ScalarType::Text, Value(), "!!binary needs base64"};
  }
  ResolvedScalar out = resolvePlain(text, schema);
  auto fits = [&](ScalarType type) {
    if (out.type != type && out.fault == nullptr) out.fault = "the text does not fit its tag";
    return out;
  };
  if (name == "null") return fits(ScalarType::Null);
  if (name == "bool") return fits(ScalarType::Bool);
  if (name == "int") return fits(ScalarType::Int);
  if (name == "float") return out.type == ScalarType::Int ? out : fits(ScalarType::Float);
  if (name == "timestamp") return fits(ScalarType::Timestamp);
  // An application's own tag says nothing about the type.
  if (plain) return out;
  return {ScalarType::Text, Value(text), nullptr};
}

}  // namespace puppis::data
