// SPDX-License-Identifier: Apache-2.0
#include "cue/number/integer.h"

#include <algorithm>

#include "cue/number/bigdecimal.h"

namespace puppis::cue::number {

namespace {

using detail::Big;
using detail::Int;

Int integerOf(const Decimal& x) {
  Big big(x);
  detail::roundToWhole(big, Whole::Down);
  return big.signedCoefficient();
}

int digitOf(char c, unsigned base) {
  int value = -1;
  if (c >= '0' && c <= '9') value = c - '0';
  if (c >= 'a' && c <= 'z') value = c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') value = c - 'A' + (base <= 36 ? 10 : 36);
  return value < static_cast<int>(base) ? value : -1;
}

/// One operand of a bitwise operation: as it is, or complemented when negative (~x is then not negative).
struct Complemented {
  explicit Complemented(const Int& x) : negative(x < 0), magnitude(negative ? Int(-x - 1) : x) {}
  bool negative;
  Int magnitude;
};

/// a & ~b of two numbers that are not negative.
Int without(const Int& a, const Int& b) {
  return a ^ Int(a & b);
}

Int bitAnd(const Complemented& a, const Complemented& b) {
  if (a.negative && b.negative) return -(Int(a.magnitude | b.magnitude)) - 1;
  if (a.negative) return without(b.magnitude, a.magnitude);
  if (b.negative) return without(a.magnitude, b.magnitude);
  return a.magnitude & b.magnitude;
}

Int complement(const Int& x) {
  return -x - 1;
}

}  // namespace

std::string toBase(const Decimal& x, unsigned base) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  Int value = integerOf(x);
  if (base == 10) return value.str();
  bool negative = value < 0;
  if (negative) value = -value;
  if (value == 0) return "0";
  std::string out;
  while (value > 0) {
    out += kDigits[static_cast<std::size_t>(value % base)];
    value /= base;
  }
  if (negative) out += '-';
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<Decimal> parseInteger(std::string_view text, unsigned base, Arena& arena) {
  bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  bool separators = base == 0;
  bool digitBefore = false;
  if (base == 0) {
    base = 10;
    if (text.size() > 1 && text[0] == '0') {
      char kind = text[1];
      std::size_t prefix = 2;
      switch (kind) {
        case 'b':
        case 'B':
          base = 2;
          break;
        case 'o':
        case 'O':
          base = 8;
          break;
        case 'x':
        case 'X':
          base = 16;
          break;
        default:
          base = 8;
          prefix = 1;
      }
      text.remove_prefix(prefix);
      digitBefore = true;
    }
  }
  if (base < 2 || base > 62) return std::nullopt;
  Int value = 0;
  bool seen = false;
  for (char c : text) {
    if (c == '_' && separators) {
      if (!digitBefore) return std::nullopt;
      digitBefore = false;
      continue;
    }
    int digit = digitOf(c, base);
    if (digit < 0) return std::nullopt;
    value = value * base + static_cast<unsigned>(digit);
    seen = digitBefore = true;
  }
  if (!seen || !digitBefore) return std::nullopt;
  return detail::toDecimal(negative ? Int(-value) : value, arena);
}

Decimal bitwise(BitOp op, const Decimal& a, const Decimal& b, Arena& arena) {
  Complemented x(integerOf(a));
  Complemented y(integerOf(b));
  Complemented notX(complement(integerOf(a)));
  Complemented notY(complement(integerOf(b)));
  switch (op) {
    case BitOp::And:
      return detail::toDecimal(bitAnd(x, y), arena);
    case BitOp::AndNot:
      return detail::toDecimal(bitAnd(x, notY), arena);
    case BitOp::Or:
      return detail::toDecimal(complement(bitAnd(notX, notY)), arena);
    case BitOp::Xor: {
      Int magnitude = x.magnitude ^ y.magnitude;
      return detail::toDecimal(x.negative != y.negative ? complement(magnitude) : magnitude, arena);
    }
  }
  return {};
}

Decimal shiftLeft(const Decimal& x, std::uint64_t bits, Arena& arena) {
  return detail::toDecimal(Int(integerOf(x) << bits), arena);
}

Decimal shiftRight(const Decimal& x, std::uint64_t bits, Arena& arena) {
  Complemented value(integerOf(x));
  Int magnitude = 0;
  if (value.magnitude != 0 && bits <= boost::multiprecision::msb(value.magnitude))
    magnitude = value.magnitude >> bits;
  return detail::toDecimal(value.negative ? complement(magnitude) : magnitude, arena);
}

bool bitAt(const Decimal& x, std::uint64_t index) {
  Complemented value(integerOf(x));
  bool on = value.magnitude != 0 && index <= boost::multiprecision::msb(value.magnitude) &&
            boost::multiprecision::bit_test(value.magnitude, static_cast<unsigned>(index));
  return on != value.negative;
}

Decimal withBit(const Decimal& x, std::uint64_t index, bool on, Arena& arena) {
  Complemented value(integerOf(x));
  if (on != value.negative) {
    boost::multiprecision::bit_set(value.magnitude, static_cast<unsigned>(index));
  } else {
    boost::multiprecision::bit_unset(value.magnitude, static_cast<unsigned>(index));
  }
  return detail::toDecimal(value.negative ? complement(value.magnitude) : value.magnitude, arena);
}

std::int64_t bitLength(const Decimal& x) {
  Int value = boost::multiprecision::abs(integerOf(x));
  return value == 0 ? 0 : static_cast<std::int64_t>(boost::multiprecision::msb(value)) + 1;
}

std::int64_t onesCount(const Decimal& x) {
  std::int64_t out = 0;
  for (char c : toBigEndian(x)) out += __builtin_popcount(static_cast<unsigned char>(c));
  return out;
}

Decimal addWhole(const Decimal& a, const Decimal& b, Arena& arena) {
  return detail::toDecimal(Int(integerOf(a) + integerOf(b)), arena);
}

std::optional<int> jacobi(const Decimal& xIn, const Decimal& yIn) {
  Int x = integerOf(xIn);
  Int y = integerOf(yIn);
  if (y % 2 == 0) return std::nullopt;
  int out = 1;
  if (y < 0) {
    if (x < 0) out = -1;
    y = -y;
  }
  x %= y;
  if (x < 0) x += y;
  while (x != 0) {
    while (x % 2 == 0) {
      x /= 2;
      Int residue = y % 8;
      if (residue == 3 || residue == 5) out = -out;
    }
    std::swap(x, y);
    if (x % 4 == 3 && y % 4 == 3) out = -out;
    x %= y;
  }
  return y == 1 ? out : 0;
}

std::string toBigEndian(const Decimal& x) {
  Int value = boost::multiprecision::abs(integerOf(x));
  std::string out;
  if (value == 0) return out;
  boost::multiprecision::export_bits(value, std::back_inserter(out), 8);
  return out;
}

Decimal fromBigEndian(std::string_view bytes, Arena& arena) {
  Int value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  return detail::toDecimal(value, arena);
}

}  // namespace puppis::cue::number
