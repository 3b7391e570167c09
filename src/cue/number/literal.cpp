// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cue/number/bigdecimal.h"
#include "cue/number/decimal.h"

namespace puppis::cue::number {

namespace {

using detail::Big;
using detail::Int;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

int digitValue(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

Int readDigits(std::string_view digits, unsigned base) {
  constexpr std::size_t kChunk = 15;  // sixteen hexadecimal digits would already fill 64 bits
  Int out = 0;
  for (std::size_t at = 0; at < digits.size(); at += kChunk) {
    std::uint64_t part = 0;
    std::uint64_t weight = 1;
    for (char c : digits.substr(at, kChunk)) {
      part = part * base + static_cast<std::uint64_t>(digitValue(c));
      weight *= base;
    }
    out = out * weight + part;
  }
  return out;
}

std::optional<std::int64_t> readExponent(std::string_view text) {
  bool down = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t out = 0;
  for (char c : text) {
    if (!isDigit(c)) return std::nullopt;
    out = out * 10 + (c - '0');
    if (out > 10 * detail::kMaxExponent) return std::nullopt;
  }
  return down ? -out : out;
}

/// The scanner of one literal; `digits` collects what the decimal reader will read.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  Result<Decimal> read(Arena& arena) {
    bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    if (peek() == '0') {
      unsigned base = baseOf(peek(1));
      if (base != 0) return readBase(base, negative, arena);
    }
    bool seenWhole = false;
    if (peek() == '.') {
      digits_ += '0';
    } else {
      TRY(seenWhole, mantissa(10));
      if (!seenWhole) return bad("illegal number start");
    }
    bool leadingZero = digits_.size() > 1 && digits_[0] == '0';
    bool isFloat = false;
    if (peek() == '.') {
      isFloat = true;
      digits_ += '.';
      ++at_;
      TRY(bool seenFraction, mantissa(10));
      if (!seenWhole && !seenFraction) return bad("illegal fraction");
    }
    if (leadingZero && !isFloat && peek() != 'e' && peek() != 'E') return bad("illegal integer number");
    std::string_view units = "KMGTP";
    if (std::size_t unit = peek() == 0 ? std::string_view::npos : units.find(peek());
        unit != std::string_view::npos) {
      return readMultiplied(unit + 1, negative, arena);
    }
    if (peek() == 'e' || peek() == 'E') {
      digits_ += 'e';
      ++at_;
      if (peek() == '-' || peek() == '+') digits_ += text_[at_++];
      TRY(bool seenExponent, mantissa(10));
      if (!seenExponent) return bad("illegal exponent");
    }
    if (at_ != text_.size()) return bad("illegal number");
    auto out = parseDecimal((negative ? "-" : "") + digits_, arena);
    if (!out) return bad("exponent out of range in number");
    return *out;
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  static unsigned baseOf(char c) {
    switch (c) {
      case 'x':
      case 'X':
        return 16;
      case 'o':
        return 8;
      case 'b':
        return 2;
      default:
        return 0;
    }
  }

  tl::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::InvalidArgument, std::string(what) + " \"" + std::string(text_) + "\"");
  }

  Result<bool> mantissa(int base) {
    bool seen = false;
    char last = 0;
    while (digitValue(peek()) < base || peek() == '_') {
      char c = text_[at_++];
      if (c == '_') {
        if (last == '_') return bad("illegal '_' in number");
      } else {
        digits_ += c;
        seen = true;
      }
      last = c;
    }
    if (last == '_') return bad("illegal '_' in number");
    return seen;
  }

  Result<Decimal> readBase(unsigned base, bool negative, Arena& arena) {
    at_ += 2;
    TRY(bool seen, mantissa(static_cast<int>(base)));
    if (!seen)
      return bad(base == 16  ? "illegal hexadecimal number"
                 : base == 8 ? "illegal octal number"
                             : "illegal binary number");
    if (at_ != text_.size()) return bad("illegal number");
    Int value = readDigits(digits_, base);
    return detail::toDecimal(negative ? Int(-value) : value, arena);
  }

  /// K, M, ... and Ki, Mi, ...: an integer, or an error when it is not a whole number.
  Result<Decimal> readMultiplied(std::size_t power, bool negative, Arena& arena) {
    ++at_;
    bool binary = peek() == 'i';
    if (binary) ++at_;
    if (at_ != text_.size()) return bad("illegal trailing characters in number");
    Int factor = boost::multiprecision::pow(Int(binary ? 1024 : 1000), static_cast<unsigned>(power));
    auto mantissa = parseDecimal(digits_, arena);
    if (!mantissa) return bad("invalid number");
    Big scale;
    scale.coefficient = factor;
    detail::Context context(34);
    Big product = context.mul(Big(*mantissa), scale);
    if (!context.ok() || detail::roundToWhole(product, detail::Rounding::HalfUp)) {
      return fail(ErrorCode::InvalidArgument, "number cannot be represented as int");
    }
    product.negative = negative;
    return detail::toDecimal(product, Kind::Int, arena);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string digits_;
};

}  // namespace

std::optional<Decimal> parseDecimal(std::string_view text, Arena& arena) {
  bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  Kind kind = Kind::Int;
  std::int64_t exponent = 0;
  if (std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    auto read = readExponent(text.substr(e + 1));
    if (!read) return std::nullopt;
    exponent = *read;
    text = text.substr(0, e);
    kind = Kind::Float;
  }
  std::string joined;
  if (std::size_t point = text.find('.'); point != std::string_view::npos) {
    exponent -= static_cast<std::int64_t>(text.size() - point - 1);
    joined = std::string(text.substr(0, point)) + std::string(text.substr(point + 1));
    text = joined;
    kind = Kind::Float;
  }
  if (text.empty()) return std::nullopt;
  for (char c : text) {
    if (!isDigit(c)) return std::nullopt;
  }
  constexpr std::size_t kAlwaysFits = 19;
  Big big;
  big.negative = negative;
  big.exponent = exponent;
  std::size_t significant = text.size();
  if (text.size() <= kAlwaysFits) {
    std::uint64_t value = 0;
    for (char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (exponent > -detail::kMaxExponent + 20 && exponent < detail::kMaxExponent - 20) {
      return Decimal::make(kind, negative, value, static_cast<std::int32_t>(exponent));
    }
    big.coefficient = value;
  } else {
    big.coefficient = readDigits(text, 10);
  }
  significant = static_cast<std::size_t>(detail::digitCount(big.coefficient));
  std::int64_t adjusted = exponent + static_cast<std::int64_t>(significant) - 1;
  if (exponent > detail::kMaxExponent || exponent < -detail::kMaxExponent ||
      adjusted > detail::kMaxExponent || adjusted < -detail::kMaxExponent) {
    return std::nullopt;
  }
  return detail::toDecimal(big, kind, arena);
}

Result<Decimal> parseLiteral(std::string_view text, Arena& arena) {
  return LiteralReader(text).read(arena);
}

}  // namespace puppis::cue::number
