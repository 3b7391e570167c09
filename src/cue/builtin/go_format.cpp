// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/go_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin::gofmt {

namespace {

/// The shortest digits that read back, as "d.ddde±x", of a double or a float.
std::string shortest(double value, int bits) {
  std::array<char, 64> buffer{};
  std::to_chars_result end{};
  if (bits == 32) {
    end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<float>(value),
                        std::chars_format::scientific);
  } else {
    end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  }
  return {buffer.data(), end.ptr};
}

std::string printed(double value, const char* format, int precision) {
  int size = std::snprintf(nullptr, 0, format, precision, value);
  std::string out(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(out.data(), out.size(), format, precision, value);
  out.pop_back();
  return out;
}

/// The exponent of "d.ddde±xx".
int exponentOf(const std::string& scientific) {
  return std::stoi(scientific.substr(scientific.find('e') + 1));
}

std::string withTwoExponentDigits(std::string scientific) {
  std::size_t e = scientific.find('e');
  if (scientific.size() - e == 3) scientific.insert(e + 2, "0");
  return scientific;
}

/// Scientific digits as a plain number with as many places as needed.
std::string plainOf(const std::string& scientific) {
  int exponent = exponentOf(scientific);
  std::string digits;
  for (char c : scientific.substr(0, scientific.find('e'))) {
    if (c != '.') digits += c;
  }
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0');
  return digits.substr(0, whole) + '.' + digits.substr(whole);
}

std::string general(double value, int precision, int bits) {
  if (precision >= 0) {
    return printed(value, "%.*g", precision);
  }
  std::string scientific = shortest(value, bits);
  int exponent = exponentOf(scientific);
  constexpr int kFirstScientific = 6;
  if (exponent < -4 || exponent >= kFirstScientific) return withTwoExponentDigits(scientific);
  return plainOf(scientific);
}

/// mantissa p exponent, both decimal: the format %b.
std::string binary(double value, int bits) {
  int exponent = 0;
  std::int64_t mantissa = 0;
  if (bits == 32) {
    float fraction = std::frexp(static_cast<float>(value), &exponent);
    mantissa = static_cast<std::int64_t>(std::ldexp(static_cast<double>(fraction), 24));
    exponent -= 24;
  } else {
    double fraction = std::frexp(value, &exponent);
    mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    exponent -= 53;
  }
  if (value == 0) exponent = bits == 32 ? -149 : -1074;
  return std::to_string(mantissa) + 'p' + (exponent < 0 ? "" : "+") + std::to_string(exponent);
}

std::string hexadecimal(double value, int precision) {
  std::string out = precision < 0 ? printed(value, "%.*a", -1) : printed(value, "%.*a", precision);
  std::size_t p = out.find('p');
  // Rounding up to 2 is normalised.
  if (out.starts_with("0x2")) {
    out[2] = '1';
    int exponent = std::stoi(out.substr(p + 1)) + 1;
    out = out.substr(0, p + 1) + (exponent < 0 ? "-" : "+") +
          std::to_string(exponent < 0 ? -exponent : exponent);
  }
  // At least two exponent digits.
  if (out.size() - p == 3) out.insert(p + 2, "0");
  return out;
}

void appendEscaped(std::string& out, char32_t rune) {
  std::array<char, 16> buffer{};
  int length = rune < 0x10000
                   ? std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(rune))
                   : std::snprintf(buffer.data(), buffer.size(), "\\U%08x", static_cast<unsigned>(rune));
  out.append(buffer.data(), static_cast<std::size_t>(length));
}

void appendHexByte(std::string& out, unsigned value) {
  std::array<char, 8> buffer{};
  int length = std::snprintf(buffer.data(), buffer.size(), "\\x%02x", value);
  out.append(buffer.data(), static_cast<std::size_t>(length));
}

bool shownAsIs(char32_t rune, Quoting quoting) {
  switch (quoting) {
    case Quoting::Ascii:
      return rune < 0x80 && unicode::isPrint(rune);
    case Quoting::Printable:
      return unicode::isPrint(rune);
    case Quoting::Graphic:
      return unicode::isGraphic(rune);
  }
  return false;
}

void appendQuotedRune(std::string& out, char32_t rune, char quote, Quoting quoting) {
  if (rune == static_cast<unsigned char>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
    return;
  }
  if (shownAsIs(rune, quoting)) {
    unicode::append(out, rune);
    return;
  }
  switch (rune) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  if (rune < ' ' || rune == 0x7F) {
    appendHexByte(out, static_cast<unsigned>(rune));
  } else {
    bool scalar = rune <= unicode::kMaxRune && (rune < 0xD800 || rune > 0xDFFF);
    appendEscaped(out, scalar ? rune : unicode::kReplacement);
  }
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isHexDigit(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

/// Whether the text is [digits][.digits]e[+-]digits in the given digits.
bool wellFormed(std::string_view text, bool hexadecimal) {
  std::size_t at = 0;
  auto run = [&] {
    std::size_t start = at;
    while (at < text.size() && (hexadecimal ? isHexDigit(text[at]) : text[at] >= '0' && text[at] <= '9'))
      ++at;
    return at > start;
  };
  bool digits = run();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits = run() || digits;
  }
  if (!digits) return false;
  bool exponent = at < text.size() && lower(text[at]) == (hexadecimal ? 'p' : 'e');
  if (!exponent) return at == text.size() && !hexadecimal;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  std::size_t start = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at > start && at == text.size();
}

}  // namespace

std::string formatFloat(double value, char format, int precision, int bits) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  if (bits == 32) value = static_cast<double>(static_cast<float>(value));
  std::string sign = std::signbit(value) ? "-" : "";
  value = std::fabs(value);
  bool capital = format == 'E' || format == 'G' || format == 'X';
  std::string out;
  switch (format) {
    case 'e':
    case 'E':
      out = precision < 0 ? withTwoExponentDigits(shortest(value, bits)) : printed(value, "%.*e", precision);
      break;
    case 'f':
    case 'F':
      if (format == 'F') return "%F";
      out = precision < 0 ? plainOf(shortest(value, bits)) : printed(value, "%.*f", precision);
      break;
    case 'g':
    case 'G':
      out = general(value, precision, bits);
      break;
    case 'b':
      return sign + binary(value, bits);
    case 'x':
    case 'X':
      out = hexadecimal(value, precision);
      break;
    default:
      return std::string("%") + format;
  }
  if (capital) {
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  return sign + out;
}

std::optional<double> parseFloat(std::string_view text, int bits, bool& range) {
  range = false;
  std::string_view rest = text;
  bool negative = !rest.empty() && rest[0] == '-';
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  std::string low;
  for (char c : rest) low += lower(c);
  double sign = negative ? -1 : 1;
  if (low == "inf" || low == "infinity") return sign * std::numeric_limits<double>::infinity();
  if (low == "nan") return std::numeric_limits<double>::quiet_NaN();
  bool hexadecimal = low.size() > 2 && low[0] == '0' && low[1] == 'x';
  std::string_view body(low);
  if (hexadecimal) body.remove_prefix(2);
  if (!wellFormed(body, hexadecimal)) return std::nullopt;
  auto format = hexadecimal ? std::chars_format::hex : std::chars_format::general;
  double value = 0;
  std::errc error{};
  if (bits == 32) {
    float narrow = 0;
    error = std::from_chars(body.data(), body.data() + body.size(), narrow, format).ec;
    value = static_cast<double>(narrow);
  } else {
    error = std::from_chars(body.data(), body.data() + body.size(), value, format).ec;
  }
  if (error == std::errc::result_out_of_range) {
    // Too small is zero, not an error; which of the two it was shows in the exponent's sign.
    std::size_t e = body.find(hexadecimal ? 'p' : 'e');
    bool tiny =
        (e != std::string_view::npos && body.substr(e + 1).starts_with('-')) || body.starts_with("0.");
    if (tiny) return sign * 0.0;
    range = true;
    return std::nullopt;
  }
  if (error != std::errc()) return std::nullopt;
  return sign * value;
}

std::string quote(std::string_view text, char quote, Quoting quoting) {
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    unicode::Decoded next = unicode::decode(text, at);
    if (!next.valid) {
      appendHexByte(out, static_cast<unsigned char>(text[at]));
    } else {
      appendQuotedRune(out, next.rune, quote, quoting);
    }
    at += next.length;
  }
  return out + quote;
}

std::string quoteRune(std::int32_t value, Quoting quoting) {
  auto rune = static_cast<char32_t>(value);
  if (value < 0 || rune > unicode::kMaxRune || (rune >= 0xD800 && rune <= 0xDFFF))
    rune = unicode::kReplacement;
  std::string out = "'";
  appendQuotedRune(out, rune, '\'', quoting);
  return out + "'";
}

}  // namespace puppis::cue::builtin::gofmt
