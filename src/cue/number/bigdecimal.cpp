// SPDX-License-Identifier: Apache-2.0
#include "cue/number/bigdecimal.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace puppis::cue::number::detail {

namespace {

constexpr std::size_t kPowers = 128;

const std::array<Int, kPowers>& powers() {
  static const std::array<Int, kPowers> table = [] {
    std::array<Int, kPowers> out;
    Int power = 1;
    for (Int& entry : out) {
      entry = power;
      power *= 10;
    }
    return out;
  }();
  return table;
}

const Int& half() {
  static const Int two = 2;
  return two;
}

void appendDigits(std::string& out, const Int& coefficient) {
  out += coefficient.str();
}

/// Both coefficients at the smaller exponent, which is returned.
std::int64_t align(const Big& a, const Big& b, Int& x, Int& y) {
  Int scratch;
  x = a.coefficient;
  y = b.coefficient;
  if (a.exponent > b.exponent) x *= pow10(a.exponent - b.exponent, scratch);
  if (b.exponent > a.exponent) y *= pow10(b.exponent - a.exponent, scratch);
  return std::min(a.exponent, b.exponent);
}

}  // namespace

const Int& pow10(std::int64_t exponent, Int& scratch) {
  if (exponent < static_cast<std::int64_t>(kPowers)) return powers()[static_cast<std::size_t>(exponent)];
  scratch = boost::multiprecision::pow(Int(10), static_cast<unsigned>(exponent));
  return scratch;
}

std::int64_t digitCount(const Int& x) {
  if (x == 0) return 1;
  auto bits = static_cast<std::int64_t>(boost::multiprecision::msb(x)) + 1;
  // A lower bound of the count; the true one is it or one more.
  auto guess = (bits - 1) * 30103 / 100000;
  Int scratch;
  while (x >= pow10(guess, scratch)) ++guess;
  return guess;
}

Int toInt(const Decimal& x) {
  if (x.isSmall()) return Int(x.small());
  Int out;
  const Digits& digits = *x.digits();
  boost::multiprecision::import_bits(out, digits.limbs(), digits.limbs() + digits.count, 64, false);
  return out;
}

Big::Big(const Decimal& x)
    : coefficient(toInt(x)), exponent(x.exponent()), negative(x.negative()), form(x.form()) {}

Decimal toDecimal(const Big& x, Kind kind, Arena& arena) {
  if (x.form == Form::Infinite) return Decimal::infinity(x.negative);
  if (x.form == Form::NaN) return Decimal::nan();
  auto exponent = static_cast<std::int32_t>(x.exponent);
  if (x.coefficient <= std::numeric_limits<std::uint64_t>::max()) {
    return Decimal::make(kind, x.negative, static_cast<std::uint64_t>(x.coefficient), exponent);
  }
  std::vector<std::uint64_t> limbs;
  boost::multiprecision::export_bits(x.coefficient, std::back_inserter(limbs), 64, false);
  while (limbs.back() == 0) limbs.pop_back();
  auto* memory = static_cast<std::byte*>(
      arena.allocate(sizeof(std::uint64_t) * (limbs.size() + 1), alignof(std::uint64_t)));
  auto* digits = new (memory) Digits{limbs.size()};
  std::memcpy(memory + sizeof(Digits), limbs.data(), limbs.size() * sizeof(std::uint64_t));
  return Decimal::makeBig(kind, x.negative, digits, exponent);
}

Decimal toDecimal(const Int& x, Arena& arena) {
  Big big;
  big.negative = x < 0;
  big.coefficient = boost::multiprecision::abs(x);
  return toDecimal(big, Kind::Int, arena);
}

int compare(const Big& a, const Big& b) {
  if (a.form == Form::NaN || b.form == Form::NaN)
    return (a.form == Form::NaN ? 1 : 0) - (b.form == Form::NaN ? 1 : 0);
  int as = a.sign();
  int bs = b.sign();
  if (as != bs) return as < bs ? -1 : 1;
  if (as == 0) return 0;
  if (a.form == Form::Infinite || b.form == Form::Infinite) {
    if (a.form == b.form) return 0;
    return a.form == Form::Infinite ? as : -as;
  }
  std::int64_t atop = digitCount(a.coefficient) + a.exponent;
  std::int64_t btop = digitCount(b.coefficient) + b.exponent;
  if (atop != btop) return atop < btop ? -as : as;
  Int x;
  Int y;
  align(a, b, x, y);
  int magnitude = x.compare(y);
  return magnitude == 0 ? 0 : (magnitude < 0 ? -as : as);
}

std::string toText(const Big& x) {
  std::string out;
  if (x.form == Form::NaN) return "NaN";
  if (x.negative) out += '-';
  if (x.form == Form::Infinite) return out + "Infinity";
  std::string digits;
  appendDigits(digits, x.coefficient);
  auto count = static_cast<std::int64_t>(digits.size());
  // A zero with decimal places is written out: 0.000000000, unless it would fill pages.
  constexpr std::int64_t kLongestZero = 2000;
  if (x.coefficient == 0 && x.exponent < 0 && x.exponent >= -kLongestZero) count -= x.exponent;
  std::int64_t adjusted = x.exponent + count - 1;
  constexpr std::int64_t kSmallestPlain = -6;
  if (x.exponent <= 0 && adjusted >= kSmallestPlain) {
    std::int64_t point = static_cast<std::int64_t>(digits.size()) + x.exponent;
    if (x.exponent == 0) return out + digits;
    if (point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    auto cut = static_cast<std::size_t>(point);
    return out + digits.substr(0, cut) + '.' + digits.substr(cut);
  }
  adjusted = x.exponent + static_cast<std::int64_t>(digits.size()) - 1;
  out += digits[0];
  if (digits.size() > 1) out += '.' + digits.substr(1);
  out += 'E';
  out += adjusted < 0 ? '-' : '+';
  return out + std::to_string(adjusted < 0 ? -adjusted : adjusted);
}

double toDouble(const Big& x) {
  if (x.form == Form::NaN) return std::numeric_limits<double>::quiet_NaN();
  double infinite =
      x.negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (x.form == Form::Infinite) return infinite;
  std::string text = toText(x);
  double out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::result_out_of_range) {
    bool huge = digitCount(x.coefficient) + x.exponent > 0;
    return huge ? infinite : (x.negative ? -0.0 : 0.0);
  }
  return out;
}

Big bigFromDouble(double value) {
  Big out;
  if (std::isnan(value)) {
    out.form = Form::NaN;
    return out;
  }
  out.negative = std::signbit(value);
  if (std::isinf(value)) {
    out.form = Form::Infinite;
    return out;
  }
  std::array<char, 64> buffer{};
  auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                    std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  std::uint64_t coefficient = 0;
  std::size_t at = 0;
  std::int64_t places = 0;
  bool afterPoint = false;
  for (; at < text.size() && text[at] != 'e'; ++at) {
    if (text[at] == '.') {
      afterPoint = true;
      continue;
    }
    coefficient = coefficient * 10 + static_cast<std::uint64_t>(text[at] - '0');
    if (afterPoint) ++places;
  }
  int exponent = 0;
  bool down = text[at + 1] == '-';
  for (at += 2; at < text.size(); ++at) exponent = exponent * 10 + (text[at] - '0');
  out.coefficient = coefficient;
  out.exponent = (down ? -exponent : exponent) - places;
  return out;
}

void splitAtPoint(const Big& x, Big& whole, Big& fraction) {
  whole = Big();
  fraction = Big();
  whole.negative = fraction.negative = x.negative;
  if (x.exponent > 0) {
    whole = x;
    return;
  }
  if (-x.exponent > digitCount(x.coefficient)) {
    fraction = x;
    return;
  }
  Int scratch;
  boost::multiprecision::divide_qr(x.coefficient, pow10(-x.exponent, scratch), whole.coefficient,
                                   fraction.coefficient);
  fraction.exponent = x.exponent;
}

void reduce(Big& x) {
  if (x.form != Form::Finite) return;
  if (x.coefficient == 0) {
    x = Big();
    return;
  }
  Int quotient;
  Int remainder;
  // Big steps first: a quotient of two small numbers ends in some thirty zeros.
  for (std::int64_t step : {16, 4, 1}) {
    Int scratch;
    const Int& power = pow10(step, scratch);
    for (;;) {
      boost::multiprecision::divide_qr(x.coefficient, power, quotient, remainder);
      if (remainder != 0) break;
      x.coefficient = quotient;
      x.exponent += step;
    }
  }
}

void reduceKeepingPoint(Big& x) {
  std::int64_t before = x.exponent;
  reduce(x);
  if (before < 0 && x.exponent >= 0 && x.form == Form::Finite) {
    --x.exponent;
    x.coefficient *= 10;
  }
}

bool roundsAway(Rounding rounding, const Int& kept, bool negative, int against) {
  switch (rounding) {
    case Rounding::HalfUp:
      return against >= 0;
    case Rounding::HalfEven:
      return against > 0 || (against == 0 && boost::multiprecision::bit_test(kept, 0));
    case Rounding::Down:
      return false;
    case Rounding::Up:
      return true;
    case Rounding::Ceiling:
      return !negative;
    case Rounding::Floor:
      return negative;
  }
  return false;
}

namespace {

/// Drops the last `count` digits of x's coefficient. Returns whether any was not 0.
bool dropDigits(Big& x, std::int64_t count, Rounding rounding) {
  Int scratch;
  Int remainder;
  Int quotient;
  const Int& power = pow10(count, scratch);
  boost::multiprecision::divide_qr(x.coefficient, power, quotient, remainder);
  bool inexact = remainder != 0;
  if (inexact) {
    remainder *= half();
    if (roundsAway(rounding, quotient, x.negative, remainder.compare(power))) ++quotient;
  }
  x.coefficient = quotient;
  x.exponent += count;
  return inexact;
}

}  // namespace

bool roundToWhole(Big& x, Rounding rounding) {
  if (x.form != Form::Finite) return false;
  if (x.exponent >= 0) {
    Int scratch;
    x.coefficient *= pow10(x.exponent, scratch);
    x.exponent = 0;
    return false;
  }
  return dropDigits(x, -x.exponent, rounding);
}

void Context::checkExponent(Big& x) {
  std::int64_t adjusted = x.exponent + digitCount(x.coefficient) - 1;
  if (adjusted > kMaxExponent || adjusted < -kMaxExponent || x.exponent < -kMaxExponent) {
    fail(Fault::ExponentOutOfRange);
  }
}

Big Context::round(Big x) {
  if (!ok() || x.form != Form::Finite) return x;
  std::int64_t excess = digits_ == 0 ? 0 : digitCount(x.coefficient) - digits_;
  if (excess > 0) {
    dropDigits(x, excess, rounding_);
    // 999.5 became 1000: one digit too many.
    if (digitCount(x.coefficient) > digits_) {
      x.coefficient /= 10;
      ++x.exponent;
    }
  }
  checkExponent(x);
  return x;
}

Big Context::addSigned(const Big& a, const Big& b, bool subtract) {
  if (!ok()) return a;
  if (a.form == Form::NaN) return a;
  if (b.form == Form::NaN) return b;
  bool bn = b.negative != subtract;
  if (a.form == Form::Infinite || b.form == Form::Infinite) {
    if (a.form == b.form && a.negative != bn) {
      fail(Fault::InvalidOperation);
      return a;
    }
    Big out = a.form == Form::Infinite ? a : b;
    if (a.form != Form::Infinite) out.negative = bn;
    return out;
  }
  if (std::max(a.exponent, b.exponent) - std::min(a.exponent, b.exponent) > kMaxExponent) {
    fail(Fault::ExponentOutOfRange);
    return a;
  }
  Int x;
  Int y;
  Big out;
  out.exponent = align(a, b, x, y);
  out.negative = a.negative;
  if (a.negative == bn) {
    out.coefficient = x + y;
  } else {
    out.coefficient = x - y;
    if (out.coefficient < 0) {
      out.coefficient = -out.coefficient;
      out.negative = !out.negative;
    } else if (out.coefficient == 0) {
      out.negative = false;
    }
  }
  return round(std::move(out));
}

Big Context::mul(const Big& a, const Big& b) {
  if (!ok()) return a;
  if (a.form == Form::NaN) return a;
  if (b.form == Form::NaN) return b;
  Big out;
  out.negative = a.negative != b.negative;
  if (a.form == Form::Infinite || b.form == Form::Infinite) {
    if (a.isZero() || b.isZero()) {
      fail(Fault::InvalidOperation);
      return out;
    }
    out.form = Form::Infinite;
    return out;
  }
  out.coefficient = a.coefficient * b.coefficient;
  out.exponent = a.exponent + b.exponent;
  checkExponent(out);
  return round(std::move(out));
}

Big Context::quo(const Big& a, const Big& b) {
  if (!ok()) return a;
  if (a.form == Form::NaN) return a;
  if (b.form == Form::NaN) return b;
  Big out;
  out.negative = a.negative != b.negative;
  if (a.form == Form::Infinite && b.form == Form::Infinite) {
    fail(Fault::InvalidOperation);
    return out;
  }
  if (a.form == Form::Infinite) {
    out.form = Form::Infinite;
    return out;
  }
  if (b.form == Form::Infinite) {
    out.exponent = -kMaxExponent - digits_ + 1;
    return out;
  }
  if (b.isZero()) {
    fail(a.isZero() ? Fault::DivisionUndefined : Fault::DivisionByZero);
    return out;
  }
  std::int64_t shift = a.exponent - b.exponent;
  if (a.isZero()) {
    out.exponent = shift;
    checkExponent(out);
    return out;
  }
  // Scale so that the quotient has exactly the digits wanted.
  Int scratch;
  Int dividend = a.coefficient;
  Int divisor = b.coefficient;
  std::int64_t difference = detail::digitCount(dividend) - detail::digitCount(divisor);
  if (difference < 0) dividend *= pow10(-difference, scratch);
  if (difference > 0) divisor *= pow10(difference, scratch);
  if (dividend < divisor) {
    dividend *= 10;
    --difference;
  }
  dividend *= pow10(digits_ - 1, scratch);
  Int remainder;
  boost::multiprecision::divide_qr(dividend, divisor, out.coefficient, remainder);
  if (remainder != 0) {
    remainder *= half();
    if (detail::roundsAway(rounding_, out.coefficient, out.negative, remainder.compare(divisor)))
      ++out.coefficient;
  }
  out.exponent = shift + difference - (digits_ - 1);
  checkExponent(out);
  return out;
}

Big Context::power(const Big& x, Int exponent) {
  bool inverse = exponent < 0;
  if (inverse) exponent = -exponent;
  Big base = x;
  Big out(1);
  while (exponent > 0 && ok()) {
    if (boost::multiprecision::bit_test(exponent, 0)) out = mul(out, base);
    exponent >>= 1;
    if (exponent > 0) base = mul(base, base);
  }
  if (inverse && ok()) out = quo(Big(1), out);
  return out;
}

}  // namespace puppis::cue::number::detail
