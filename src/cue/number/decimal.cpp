// SPDX-License-Identifier: Apache-2.0
#include "cue/number/decimal.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "cue/number/bigdecimal.h"

namespace puppis::cue::number {

namespace {

using detail::Big;
using detail::Context;
using detail::Int;

/// The precision of CUE's arithmetic.
constexpr std::int64_t kDigits = 34;

constexpr std::array<std::uint64_t, 20> kPowers = [] {
  std::array<std::uint64_t, 20> out{};
  std::uint64_t power = 1;
  for (auto& entry : out) {
    entry = power;
    power *= 10;
  }
  return out;
}();

bool plain(const Decimal& x) {
  return x.isSmall() && x.isFinite();
}

Kind commonKind(const Decimal& a, const Decimal& b) {
  return a.kind() == Kind::Int && b.kind() == Kind::Int ? Kind::Int : Kind::Float;
}

/// x * 10^places, unless it does not fit 64 bits.
bool scale(std::uint64_t& x, std::int64_t places) {
  if (places == 0 || x == 0) return true;
  if (places >= static_cast<std::int64_t>(kPowers.size())) return false;
  return !__builtin_mul_overflow(x, kPowers[static_cast<std::size_t>(places)], &x);
}

bool addFast(const Decimal& a, const Decimal& b, bool bNegative, Decimal& out) {
  if (!plain(a) || !plain(b)) return false;
  std::uint64_t x = a.small();
  std::uint64_t y = b.small();
  std::int64_t apart = std::int64_t{a.exponent()} - b.exponent();
  if (apart > 0 ? !scale(x, apart) : !scale(y, -apart)) return false;
  std::int32_t exponent = apart > 0 ? b.exponent() : a.exponent();
  bool negative = a.negative();
  std::uint64_t sum = 0;
  if (negative == bNegative) {
    if (__builtin_add_overflow(x, y, &sum)) return false;
  } else if (x >= y) {
    sum = x - y;
    if (sum == 0) negative = false;
  } else {
    sum = y - x;
    negative = !negative;
  }
  out = Decimal::make(commonKind(a, b), negative, sum, exponent);
  return true;
}

Outcome finish(const Big& value, const Context& context, Kind kind, Arena& arena) {
  if (!context.ok()) return {Decimal(), context.fault()};
  return {detail::toDecimal(value, kind, arena), Fault::None};
}

Outcome intOperands(const Decimal& a, const Decimal& b, Int& x, Int& y) {
  if (b.isZero()) return {Decimal(), Fault::DivisionByZero};
  for (auto [from, to] : {std::pair{&a, &x}, std::pair{&b, &y}}) {
    Big big(*from);
    detail::roundToWhole(big, detail::Rounding::HalfUp);
    *to = big.signedCoefficient();
  }
  if (y == 0) return {Decimal(), Fault::DivisionByZero};
  return {};
}

/// Both as int64, when that is what they are.
bool smallIntegers(const Decimal& a, const Decimal& b, std::int64_t& x, std::int64_t& y) {
  constexpr std::uint64_t kLimit = std::numeric_limits<std::int64_t>::max();
  if (!plain(a) || !plain(b) || a.exponent() != 0 || b.exponent() != 0) return false;
  if (a.small() > kLimit || b.small() > kLimit || b.small() == 0) return false;
  x = static_cast<std::int64_t>(a.small()) * (a.negative() ? -1 : 1);
  y = static_cast<std::int64_t>(b.small()) * (b.negative() ? -1 : 1);
  return true;
}

}  // namespace

std::string_view faultText(Fault fault) {
  switch (fault) {
    case Fault::None:
      return "";
    case Fault::DivisionByZero:
      return "division by zero";
    case Fault::DivisionUndefined:
      return "division undefined";
    case Fault::DivisionImpossible:
      return "division impossible";
    case Fault::InvalidOperation:
      return "invalid operation";
    case Fault::Overflow:
      return "overflow";
    case Fault::Underflow:
      return "underflow";
    case Fault::ExponentOutOfRange:
      return "exponent out of range";
    case Fault::NoConvergence:
      return "did not converge";
  }
  return "";
}

Outcome add(const Decimal& a, const Decimal& b, Arena& arena) {
  Decimal out;
  if (addFast(a, b, b.negative(), out)) return {out, Fault::None};
  Context context(kDigits);
  Big sum = context.add(Big(a), Big(b));
  return finish(sum, context, commonKind(a, b), arena);
}

Outcome sub(const Decimal& a, const Decimal& b, Arena& arena) {
  Decimal out;
  if (addFast(a, b, !b.negative(), out)) return {out, Fault::None};
  Context context(kDigits);
  Big difference = context.sub(Big(a), Big(b));
  return finish(difference, context, commonKind(a, b), arena);
}

Outcome mul(const Decimal& a, const Decimal& b, Arena& arena) {
  if (plain(a) && plain(b)) {
    std::uint64_t product = 0;
    std::int64_t exponent = std::int64_t{a.exponent()} + b.exponent();
    constexpr std::int64_t kSafe = detail::kMaxExponent - 40;
    if (exponent > -kSafe && exponent < kSafe && !__builtin_mul_overflow(a.small(), b.small(), &product)) {
      return {Decimal::make(commonKind(a, b), a.negative() != b.negative(), product,
                            static_cast<std::int32_t>(exponent)),
              Fault::None};
    }
  }
  Context context(kDigits);
  Big product = context.mul(Big(a), Big(b));
  return finish(product, context, commonKind(a, b), arena);
}

Outcome quo(const Decimal& a, const Decimal& b, Arena& arena) {
  std::int64_t shift = std::int64_t{a.exponent()} - b.exponent();
  if (plain(a) && plain(b) && a.small() != 0 && b.small() != 0 && a.small() % b.small() == 0 &&
      shift > -100 && shift < 14) {
    std::uint64_t quotient = a.small() / b.small();
    while (quotient % 10 == 0) {
      quotient /= 10;
      ++shift;
    }
    // With 34 digits the unreduced quotient has decimal places here, so ".0" is kept.
    bool fits = shift < 0 || scale(quotient, 1);
    if (shift >= 0) --shift;
    if (fits) {
      return {Decimal::make(Kind::Float, a.negative() != b.negative(), quotient,
                            static_cast<std::int32_t>(shift)),
              Fault::None};
    }
  }
  Context context(kDigits);
  Big quotient = context.quo(Big(a), Big(b));
  if (context.ok()) detail::reduceKeepingPoint(quotient);
  return finish(quotient, context, Kind::Float, arena);
}

Outcome intDiv(const Decimal& a, const Decimal& b, Arena& arena) {
  std::int64_t p = 0;
  std::int64_t q = 0;
  if (smallIntegers(a, b, p, q)) {
    std::int64_t quotient = p / q;
    if (p % q < 0) quotient += q < 0 ? 1 : -1;
    return {Decimal::ofInt(quotient), Fault::None};
  }
  Int x;
  Int y;
  if (Outcome bad = intOperands(a, b, x, y); !bad.ok()) return bad;
  Int quotient = x / y;
  if (x % y < 0) quotient += y < 0 ? 1 : -1;
  return {detail::toDecimal(quotient, arena), Fault::None};
}

Outcome intMod(const Decimal& a, const Decimal& b, Arena& arena) {
  std::int64_t p = 0;
  std::int64_t q = 0;
  if (smallIntegers(a, b, p, q)) {
    std::int64_t remainder = p % q;
    if (remainder < 0) remainder += q < 0 ? -q : q;
    return {Decimal::ofInt(remainder), Fault::None};
  }
  Int x;
  Int y;
  if (Outcome bad = intOperands(a, b, x, y); !bad.ok()) return bad;
  Int remainder = x % y;
  if (remainder < 0) remainder += boost::multiprecision::abs(y);
  return {detail::toDecimal(remainder, arena), Fault::None};
}

Outcome intQuo(const Decimal& a, const Decimal& b, Arena& arena) {
  std::int64_t p = 0;
  std::int64_t q = 0;
  if (smallIntegers(a, b, p, q)) return {Decimal::ofInt(p / q), Fault::None};
  Int x;
  Int y;
  if (Outcome bad = intOperands(a, b, x, y); !bad.ok()) return bad;
  return {detail::toDecimal(Int(x / y), arena), Fault::None};
}

Outcome intRem(const Decimal& a, const Decimal& b, Arena& arena) {
  std::int64_t p = 0;
  std::int64_t q = 0;
  if (smallIntegers(a, b, p, q)) return {Decimal::ofInt(p % q), Fault::None};
  Int x;
  Int y;
  if (Outcome bad = intOperands(a, b, x, y); !bad.ok()) return bad;
  return {detail::toDecimal(Int(x % y), arena), Fault::None};
}

Decimal negate(const Decimal& x) {
  return x.withSign(!x.isZero() && !x.negative());
}

int compare(const Decimal& a, const Decimal& b) {
  if (plain(a) && plain(b) && a.exponent() == b.exponent()) {
    int as = a.sign();
    int bs = b.sign();
    if (as != bs) return as < bs ? -1 : 1;
    if (a.small() == b.small()) return 0;
    return (a.small() < b.small()) == (as > 0) ? -1 : 1;
  }
  return detail::compare(Big(a), Big(b));
}

std::uint64_t hash(const Decimal& x) {
  constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15ULL;
  if (!x.isFinite()) return kPrime + static_cast<std::uint64_t>(x.form()) + (x.negative() ? 7 : 0);
  if (x.isZero()) return 0;
  std::uint64_t sign = x.negative() ? 0x5851F42D4C957F2DULL : 0;
  if (x.isSmall()) {
    std::uint64_t coefficient = x.small();
    std::int64_t exponent = x.exponent();
    while (coefficient % 10 == 0) {
      coefficient /= 10;
      ++exponent;
    }
    return (coefficient ^ sign) * kPrime + static_cast<std::uint64_t>(exponent);
  }
  Big reduced(x);
  detail::reduce(reduced);
  std::uint64_t coefficient = static_cast<std::uint64_t>(Int(reduced.coefficient & Int(~std::uint64_t{0})));
  return (coefficient ^ sign) * kPrime + static_cast<std::uint64_t>(reduced.exponent);
}

std::int64_t digitCount(const Decimal& x) {
  if (!x.isSmall()) return detail::digitCount(detail::toInt(x));
  std::int64_t count = 1;
  while (count < static_cast<std::int64_t>(kPowers.size()) &&
         x.small() >= kPowers[static_cast<std::size_t>(count)]) {
    ++count;
  }
  return count;
}

bool isWhole(const Decimal& x) {
  if (!x.isFinite()) return false;
  if (x.exponent() >= 0 || x.isZero()) return true;
  if (x.isSmall()) {
    std::int64_t places = -std::int64_t{x.exponent()};
    return places < static_cast<std::int64_t>(kPowers.size()) &&
           x.small() % kPowers[static_cast<std::size_t>(places)] == 0;
  }
  Big whole;
  Big fraction;
  detail::splitAtPoint(Big(x), whole, fraction);
  return fraction.isZero();
}

std::optional<std::uint64_t> toUint64(const Decimal& x) {
  if (!x.isFinite() || (x.negative() && !x.isZero())) return std::nullopt;
  if (x.isSmall() && x.exponent() == 0) return x.small();
  if (x.isZero()) return 0;
  if (x.exponent() > 20 || !isWhole(x)) return std::nullopt;
  Big big(x);
  detail::roundToWhole(big, detail::Rounding::Down);
  if (big.coefficient > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<std::uint64_t>(big.coefficient);
}

std::optional<std::int64_t> toInt64(const Decimal& x) {
  auto magnitude = toUint64(x.withSign(false));
  if (!magnitude) return std::nullopt;
  constexpr std::uint64_t kLimit = std::numeric_limits<std::int64_t>::max();
  if (!x.negative())
    return *magnitude <= kLimit ? std::optional(static_cast<std::int64_t>(*magnitude)) : std::nullopt;
  if (*magnitude > kLimit + 1) return std::nullopt;
  return static_cast<std::int64_t>(~*magnitude + 1);
}

Decimal roundToWhole(const Decimal& x, Whole how, Arena& arena) {
  if (!x.isFinite()) return x;
  if (x.exponent() == 0) return x.withKind(Kind::Int);
  Big big(x);
  detail::roundToWhole(big, how);
  return detail::toDecimal(big, Kind::Int, arena);
}

double toDouble(const Decimal& x) {
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  if (plain(x) && x.exponent() == 0 && x.small() <= kExact) {
    return x.negative() ? -static_cast<double>(x.small()) : static_cast<double>(x.small());
  }
  return detail::toDouble(Big(x));
}

Decimal fromDouble(double value, Arena& arena) {
  return detail::toDecimal(detail::bigFromDouble(value), Kind::Float, arena);
}

Decimal fromUint64(std::uint64_t value) {
  return Decimal::make(Kind::Int, false, value, 0);
}

Decimal copy(const Decimal& x, Arena& arena) {
  if (x.isSmall()) return x;
  return detail::toDecimal(Big(x), x.kind(), arena);
}

void appendText(std::string& out, const Decimal& x) {
  if (plain(x) && x.exponent() == 0) {
    std::array<char, 24> buffer{};
    auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x.small());
    if (x.negative()) out += '-';
    out.append(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    return;
  }
  out += detail::toText(Big(x));
}

std::string toText(const Decimal& x) {
  std::string out;
  appendText(out, x);
  return out;
}

std::string toSyntax(const Decimal& x) {
  std::string out = toText(x);
  if (!x.isFinite()) return out;
  if (std::size_t e = out.find('E'); e != std::string::npos) {
    out[e] = 'e';
  } else if (!x.isInt() && out.find('.') == std::string::npos) {
    out += ".0";
  }
  return out;
}

std::string toPlainText(const Decimal& x) {
  if (!x.isFinite()) return toText(x);
  std::string digits = detail::toInt(x).str();
  std::string sign = x.negative() ? "-" : "";
  if (x.exponent() >= 0) return sign + digits + std::string(static_cast<std::size_t>(x.exponent()), '0');
  auto places = static_cast<std::size_t>(-std::int64_t{x.exponent()});
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, 1, '.');
  return sign + digits;
}

}  // namespace puppis::cue::number
