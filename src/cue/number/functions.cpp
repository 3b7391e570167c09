// SPDX-License-Identifier: Apache-2.0
#include "cue/number/functions.h"

#include <cmath>
#include <limits>

#include "cue/number/bigdecimal.h"

namespace puppis::cue::number {

namespace {

using detail::Big;
using detail::Context;
using detail::Int;

constexpr std::int64_t kDigits = 34;

constexpr std::string_view kLn10 =
    "2.30258509299404568401799145468436420760110148862877297603332790096757260967735248023599720508959829"
    "834196778404228624863340952546508280675666";
constexpr std::string_view kInverseLn10 =
    "0.43429448190325182765112891891660508229439700580366656611445378316586464920887077472922494933843174"
    "831870610674476630373364167928715896390656";

Big constant(std::string_view text) {
  Arena arena;
  return Big(*parseDecimal(text, arena));
}

/// A constant rounded to the next power of two of digits: what the decimal library that CUE uses computes
/// with.
Big constant(std::string_view text, std::int64_t digits) {
  std::int64_t precision = 1;
  while (precision < digits) precision *= 2;
  if (precision >= static_cast<std::int64_t>(text.size())) return constant(text);
  return Context(precision).round(constant(text));
}

Big withoutSign(Big x) {
  x.negative = false;
  return x;
}

Outcome finish(const Big& value, const Context& context, Arena& arena) {
  if (!context.ok()) return {Decimal(), context.fault()};
  return {detail::toDecimal(value, Kind::Float, arena), Fault::None};
}

/// Ends an iteration when two estimates differ by less than the wanted digit.
class Convergence {
 public:
  explicit Convergence(std::int64_t digits) : digits_(digits), left_(10 + digits) {}

  bool done(Context& context, const Big& estimate) {
    Big delta = context.sub(previous_, estimate);
    if (!context.ok() || delta.sign() == 0) return true;
    delta.negative = false;
    Big epsilon(1, detail::digitCount(estimate.coefficient) + estimate.exponent - digits_);
    if (detail::compare(delta, epsilon) <= 0) return true;
    if (--left_ == 0) {
      context.fail(Fault::NoConvergence);
      return true;
    }
    previous_ = estimate;
    return false;
  }

 private:
  std::int64_t digits_;
  std::int64_t left_;
  Big previous_;
};

/// e^x to the context's digits: x is divided by a power of ten, the series of the small rest is summed by
/// Horner's rule (Hull and Abrham, ACM TOMS 12-2, 1986), and the power is put back.
Big exponential(Context& outer, const Big& x) {
  if (!outer.ok()) return x;
  if (x.form == Form::Infinite) return x.negative ? Big(0) : x;
  if (x.isZero()) return Big(1);
  std::int64_t precision = outer.digits();
  Big magnitude = withoutSign(x);
  constexpr double kReach = 23;
  double wanted = detail::toDouble(magnitude) / kReach;
  if (wanted > static_cast<double>(precision) && wanted < 1000)
    precision = static_cast<std::int64_t>(std::ceil(wanted));
  if (detail::compare(magnitude, Big(precision * 23)) > 0) {
    outer.fail(x.negative ? Fault::Underflow : Fault::Overflow);
    return x;
  }
  if (detail::compare(magnitude, Big(9, -precision - 1)) <= 0) return Big(1);

  std::int64_t scale = std::max<std::int64_t>(x.exponent + detail::digitCount(x.coefficient), 0);
  Context inner(precision, Whole::HalfEven);
  Big small = inner.quo(x, Big(1, scale));
  std::int64_t digits = precision + scale + 2;
  auto d = static_cast<double>(digits);
  double terms = std::ceil((1.435 * d - 1.182) / std::log10(d / detail::toDouble(withoutSign(small))));
  if (!(terms <= 1000)) {
    outer.fail(Fault::NoConvergence);
    return x;
  }
  inner.setDigits(digits);
  Big sum(1);
  for (auto i = static_cast<std::int64_t>(terms) - 1; i > 0; --i) {
    sum = inner.add(inner.mul(inner.quo(small, Big(i)), sum), Big(1));
  }
  Int scratch;
  Big out = inner.power(sum, detail::pow10(scale, scratch));
  if (!inner.ok()) {
    outer.fail(inner.fault());
    return out;
  }
  Context final(outer.digits(), Whole::HalfEven);
  out = final.round(out);
  outer.fail(final.fault());
  return out;
}

/// ln(x) to the context's digits. Near 1 a power series; elsewhere Halley's iteration from a machine
/// estimate.
Big logarithm(Context& outer, const Big& x) {
  if (!outer.ok()) return x;
  if (x.sign() < 0) {
    outer.fail(Fault::InvalidOperation);
    return x;
  }
  if (x.form == Form::Infinite) return x;
  if (x.isZero()) {
    Big infinite;
    infinite.form = Form::Infinite;
    infinite.negative = true;
    return infinite;
  }
  if (detail::compare(x, Big(1)) == 0) return Big(0);

  std::int64_t precision = outer.digits() + 2;
  Context inner(precision, Whole::HalfEven);
  const Big tenth(1, -1);
  Big z = x;
  Big adjust;
  Big estimate = inner.sub(z, Big(1));
  bool nearOne = detail::compare(withoutSign(estimate), tenth) <= 0;
  if (!nearOne) {
    // Into [0.1, 1); the power of ten comes back as a multiple of ln 10.
    std::int64_t shift = detail::digitCount(z.coefficient) + z.exponent;
    z.exponent -= shift;
    adjust = inner.mul(Big(shift), constant(kLn10, precision));
    estimate = inner.sub(z, Big(1));
    nearOne = detail::compare(withoutSign(estimate), tenth) <= 0;
    if (!nearOne) estimate = detail::bigFromDouble(std::log(detail::toDouble(z)));
  }
  if (nearOne) {
    // ln(1+x) = 2 sum (x/(x+2))^(2n+1) / (2n+1)
    Big ratio = inner.quo(estimate, inner.add(estimate, Big(2)));
    Big power = inner.add(ratio, ratio);
    estimate = power;
    const Big epsilon(1, -precision);
    for (std::int64_t n = 1; inner.ok(); ++n) {
      power = inner.mul(inner.mul(power, ratio), ratio);
      Big term = inner.quo(power, Big(2 * n + 1));
      estimate = inner.add(estimate, term);
      if (detail::compare(withoutSign(term), epsilon) <= 0) break;
    }
  } else {
    Convergence convergence(outer.digits() + 1);
    do {
      Big e = exponential(inner, estimate);
      Big difference = inner.sub(e, z);
      Big step = inner.quo(inner.add(difference, difference), inner.add(e, z));
      estimate = inner.sub(estimate, step);
    } while (inner.ok() && !convergence.done(inner, estimate));
  }
  estimate = inner.add(estimate, adjust);
  outer.fail(inner.fault());
  return outer.round(estimate);
}

Big squareRoot(Context& outer, const Big& x) {
  if (x.sign() < 0) {
    outer.fail(Fault::InvalidOperation);
    return x;
  }
  if (x.form == Form::Infinite) return x;
  if (x.isZero()) {
    Big zero = x;
    zero.exponent /= 2;
    return zero;
  }
  // Newton's iteration with precision that doubles (Hull and Abrham, ACM TOMS 11-3, 1985).
  std::int64_t digits = detail::digitCount(x.coefficient);
  std::int64_t working = std::max({outer.digits() + 1, digits, std::int64_t{7}});
  Big fraction = x;
  std::int64_t exponent = digits + x.exponent;
  fraction.exponent = -digits;
  Context inner(working, Whole::HalfEven);
  Big root;
  if (exponent % 2 == 0) {
    root = inner.add(inner.mul(Big(819, -3), fraction), Big(259, -3));
  } else {
    --fraction.exponent;
    ++exponent;
    root = inner.add(inner.mul(Big(259, -2), fraction), Big(819, -4));
  }
  std::int64_t most = working + 5;
  for (std::int64_t precision = 3; precision != most;) {
    precision = std::min(2 * precision - 2, most);
    inner.setDigits(precision);
    root = inner.mul(inner.add(root, inner.quo(fraction, root)), Big(5, -1));
  }
  outer.fail(inner.fault());
  root.exponent += exponent / 2;
  Context final(outer.digits(), Whole::HalfEven);
  root = final.round(root);
  outer.fail(final.fault());
  return root;
}

Big cubeRoot(Context& outer, const Big& x) {
  if (x.form == Form::Infinite && x.negative) {
    outer.fail(Fault::InvalidOperation);
    return x;
  }
  if (x.form == Form::Infinite) return x;
  if (x.isZero()) {
    Big zero = x;
    zero.exponent /= 3;
    return zero;
  }
  Context inner(outer.digits() * 2 + 2);
  Big magnitude = withoutSign(x);
  Big z = magnitude;
  // Into [1/8, 1], where a parabola gives a first estimate.
  int eights = 0;
  while (inner.ok() && detail::compare(z, Big(125, -3)) < 0) {
    --eights;
    z = inner.mul(z, Big(8));
  }
  while (inner.ok() && detail::compare(z, Big(1)) > 0) {
    ++eights;
    z = inner.mul(z, Big(125, -3));
  }
  Big start = z;
  z = inner.add(inner.mul(z, Big(-46946116, -8)), Big(1072302, -6));
  z = inner.add(inner.mul(z, start), Big(3812513, -7));
  for (; eights < 0; ++eights) z = inner.mul(z, Big(5, -1));
  for (; eights > 0; --eights) z = inner.mul(z, Big(2));
  Convergence convergence(outer.digits() + 1);
  do {
    Big previous = z;
    z = inner.quo(magnitude, inner.mul(z, previous));
    z = inner.quo(inner.add(inner.add(z, previous), previous), Big(3));
  } while (inner.ok() && !convergence.done(inner, z));
  outer.fail(inner.fault());
  Big out = outer.round(z);
  out.negative = x.negative;
  return out;
}

Big power(Context& outer, const Big& x, const Big& y) {
  Big whole;
  Big fraction;
  detail::splitAtPoint(y, whole, fraction);
  bool isWhole = fraction.isZero() && y.form == Form::Finite;
  bool negative =
      x.negative && isWhole && whole.exponent == 0 && boost::multiprecision::bit_test(whole.coefficient, 0);
  Big special;
  special.negative = negative;
  if (x.form == Form::Infinite) {
    if (x.negative && !isWhole) outer.fail(Fault::InvalidOperation);
    if (y.sign() == 0) {
      special.coefficient = 1;
    } else if (!y.negative) {
      special.form = Form::Infinite;
    }
    return special;
  }
  if (x.isZero()) {
    if (y.sign() == 0) outer.fail(Fault::InvalidOperation);
    if (y.sign() < 0) special.form = Form::Infinite;
    return special;
  }
  if (y.sign() == 0) return Big(1);
  if (x.negative && !isWhole) {
    outer.fail(Fault::InvalidOperation);
    return x;
  }
  constexpr std::int64_t kGuardDigits = 10;
  Context inner(std::max(outer.digits(), detail::digitCount(x.coefficient)) + kGuardDigits);
  detail::roundToWhole(whole, Whole::HalfUp);
  Big out = inner.power(x, whole.signedCoefficient());
  if (!isWhole) {
    Big rest = exponential(inner, inner.mul(logarithm(inner, withoutSign(x)), fraction));
    out = inner.mul(out, rest);
  }
  outer.fail(inner.fault());
  return outer.round(out);
}

}  // namespace

Outcome absolute(const Decimal& x, Arena& arena) {
  Context context(kDigits);
  return finish(context.round(withoutSign(Big(x))), context, arena);
}

Outcome sqrt(const Decimal& x, Arena& arena) {
  Context context(kDigits);
  Big root = squareRoot(context, Big(x));
  if (context.ok()) detail::reduceKeepingPoint(root);
  return finish(root, context, arena);
}

Outcome cbrt(const Decimal& x, Arena& arena) {
  Context context(kDigits);
  return finish(cubeRoot(context, Big(x)), context, arena);
}

Outcome exp(const Decimal& x, Arena& arena) {
  Context context(kDigits);
  return finish(exponential(context, Big(x)), context, arena);
}

Outcome ln(const Decimal& x, Arena& arena) {
  Context context(kDigits);
  return finish(logarithm(context, Big(x)), context, arena);
}

Outcome log10(const Decimal& x, Arena& arena) {
  Context inner(kDigits + 2, Whole::HalfEven);
  Big value(x);
  Big logarithmOfX = logarithm(inner, value);
  bool plain = value.isZero() || value.form != Form::Finite || detail::compare(value, Big(1)) == 0;
  if (plain || !inner.ok()) return finish(logarithmOfX, inner, arena);
  Context final(kDigits, Whole::HalfEven);
  return finish(final.mul(logarithmOfX, constant(kInverseLn10, kDigits + 2)), final, arena);
}

Outcome log2(const Decimal& x, Arena& arena) {
  Context context(kDigits);
  Big value = logarithm(context, Big(x));
  if (!context.ok()) return finish(value, context, arena);
  Context two(kDigits);
  Big ln2 = logarithm(two, Big(2));
  value = context.quo(value, ln2);
  if (context.ok()) detail::reduceKeepingPoint(value);
  return finish(value, context, arena);
}

Outcome pow(const Decimal& x, const Decimal& y, Arena& arena) {
  Context context(kDigits);
  return finish(power(context, Big(x), Big(y)), context, arena);
}

Outcome isMultipleOf(const Decimal& x, const Decimal& y, bool& out) {
  Context context(kDigits);
  Big quotient = context.quo(Big(x), Big(y));
  if (!context.ok()) return {Decimal(), context.fault()};
  Big whole;
  Big fraction;
  detail::splitAtPoint(quotient, whole, fraction);
  out = fraction.isZero();
  return {};
}

}  // namespace puppis::cue::number
