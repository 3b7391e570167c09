// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/number/functions.h"
#include "cue/number/integer.h"

// Packages math and math/bits. Where CUE computes with decimals so do we; the other functions are those of
// doubles.

namespace puppis::cue::builtin {

namespace {

using number::Decimal;

template <number::Outcome (*F)(const Decimal&, Arena&)>
Answer decimalFunction(Call& call, Decimal x) {
  return fromOutcome(call, F(x, call.arena()));
}

template <double (*F)(double)>
double doubleFunction(double x) {
  return F(x);
}

Answer pow(Call& call, Decimal x, Decimal y) {
  return fromOutcome(call, number::pow(x, y, call.arena()));
}
Answer exp2(Call& call, Decimal x) {
  return pow(call, Decimal::ofInt(2), x);
}

Answer rounded(Call& call, Decimal x, number::Whole how) {
  if (!x.isFinite()) return Value::ofInt(0);
  Decimal whole = number::roundToWhole(x, how, call.arena());
  return Value::of(whole.isZero() ? Decimal() : whole);
}
Answer floor(Call& call, Decimal x) {
  return rounded(call, x, number::Whole::Floor);
}
Answer ceil(Call& call, Decimal x) {
  return rounded(call, x, number::Whole::Ceiling);
}
Answer trunc(Call& call, Decimal x) {
  return rounded(call, x, number::Whole::Down);
}
Answer round(Call& call, Decimal x) {
  return rounded(call, x, number::Whole::HalfUp);
}
Answer roundToEven(Call& call, Decimal x) {
  return rounded(call, x, number::Whole::HalfEven);
}

Answer multipleOf(Call& call, Decimal x, Decimal y) {
  bool out = false;
  number::Outcome outcome = number::isMultipleOf(x, y, out);
  if (!outcome.ok()) return fromOutcome(call, outcome);
  return Value::of(out);
}

Answer copysign(Call& call, Decimal x, Decimal y) {
  return fromDecimal(call, x.withSign(y.negative()));
}

Answer dim(Call& call, Decimal x, Decimal y) {
  number::Outcome difference = number::sub(x, y, call.arena());
  if (difference.ok() && difference.value.negative()) return Value::ofInt(0);
  return fromOutcome(call, difference);
}

bool signbit(Decimal x) {
  return x.negative();
}

Answer pow10(Call& call, std::int64_t n) {
  constexpr std::int64_t kLimit = 100'000;
  if (n > kLimit || n < -kLimit) return bad(call, "exponent out of range");
  return fromDecimal(call, Decimal::make(number::Kind::Float, false, 1, static_cast<std::int32_t>(n)));
}

std::int64_t ilogb(double x) {
  if (x == 0) return std::numeric_limits<std::int32_t>::min();
  if (std::isnan(x) || std::isinf(x)) return std::numeric_limits<std::int32_t>::max();
  return std::ilogb(x);
}

double logb(double x) {
  return std::logb(x);
}
double atan2(double y, double x) {
  return std::atan2(y, x);
}
double hypot(double p, double q) {
  return std::hypot(p, q);
}
double mod(double x, double y) {
  return std::fmod(x, y);
}
double remainder(double x, double y) {
  return std::remainder(x, y);
}

double ldexp(double fraction, std::int64_t exponent) {
  constexpr std::int64_t kFar = 100'000;
  return std::ldexp(fraction, static_cast<int>(std::max(-kFar, std::min(kFar, exponent))));
}

double jn(std::int64_t n, double x) {
  return x == 0 && n != 0 ? 0 : ::jn(static_cast<int>(n), x);
}
double yn(std::int64_t n, double x) {
  return ::yn(static_cast<int>(n), x);
}

double gamma(double x) {
  if (x == std::floor(x) && x < 0) return std::numeric_limits<double>::quiet_NaN();
  return std::tgamma(x);
}

/// Horner's rule, highest coefficient first.
double polynomial(double r, std::initializer_list<double> coefficients) {
  double out = 0;
  for (double c : coefficients) out = out * r + c;
  return out;
}

/// The inverse of the error function by three rational approximations (Wichura, algorithm AS 241, 1988).
double erfinv(double x) {
  if (x == 1 || x == -1) return x * std::numeric_limits<double>::infinity();
  if (!(x > -1 && x < 1)) return std::numeric_limits<double>::quiet_NaN();
  double magnitude = std::fabs(x);
  double out = 0;
  if (magnitude <= 0.85) {
    double r = 0.180625 - 0.25 * magnitude * magnitude;
    double above =
        polynomial(r, {8.8709406962545514830200e2, 1.1819493347062294404278e4, 2.3782041382114385731252e4,
                       1.6235862515167575384252e4, 4.8548868893843886794648e3, 6.9706266534389598238465e2,
                       4.7072688112383978012285e1, 1.1975323115670912564578e0});
    double below = polynomial(r, {5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
                                  2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
                                  4.2313330701600911252e1, 1.0});
    out = magnitude * above / below;
  } else {
    double r = std::sqrt(M_LN2 - std::log(1.0 - magnitude));
    if (r <= 5.0) {
      r -= 1.6;
      out = polynomial(r, {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                           1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
                           4.63033784615654529590e0, 1.42343711074968357734e0}) /
            polynomial(r, {1.4859850019840355905497876e-9, 7.7441459065157709165577218e-4,
                           2.1494160384252876777097297e-2, 2.0945065210512749128288442e-1,
                           9.7547832001787427186894837e-1, 2.3707661626024532365971225e0,
                           2.9036514445419946173133295e0, 1.4142135623730950488016887e0});
    } else {
      r -= 5.0;
      out = polynomial(r, {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                           2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                           5.46378491116411436990e0, 6.65790464350110377720e0}) /
            polynomial(r, {2.891024605872965461538222e-15, 2.010321207683943062279931e-7,
                           2.611088405080593625138020e-5, 1.112800997078859844711555e-3,
                           2.103693768272068968719679e-2, 1.936480946950659106176712e-1,
                           8.482908416595164588112026e-1, 1.414213562373095048801689e0});
    }
  }
  return x < 0 ? -out : out;
}
double erfcinv(double x) {
  return erfinv(1 - x);
}

Answer jacobi(Call& call, const BigInt& x, const BigInt& y) {
  auto symbol = number::jacobi(x.number, y.number);
  if (!symbol)
    return bad(call, "big: invalid 2nd argument to Int.Jacobi: need odd integer but got " +
                         number::toText(y.number));
  return Value::ofInt(*symbol);
}

// The functions of the C library have overloads; these are the ones for double.
constexpr double (*kSin)(double) = std::sin;
constexpr double (*kCos)(double) = std::cos;
constexpr double (*kTan)(double) = std::tan;
constexpr double (*kSinh)(double) = std::sinh;
constexpr double (*kCosh)(double) = std::cosh;
constexpr double (*kTanh)(double) = std::tanh;
constexpr double (*kAsin)(double) = std::asin;
constexpr double (*kAcos)(double) = std::acos;
constexpr double (*kAtan)(double) = std::atan;
constexpr double (*kAsinh)(double) = std::asinh;
constexpr double (*kAcosh)(double) = std::acosh;
constexpr double (*kAtanh)(double) = std::atanh;
constexpr double (*kErf)(double) = std::erf;
constexpr double (*kErfc)(double) = std::erfc;
constexpr double (*kExpm1)(double) = std::expm1;
constexpr double (*kLog1p)(double) = std::log1p;
constexpr double (*kSqrt)(double) = std::sqrt;

constexpr Function kMathFunctions[] = {
    function<&decimalFunction<number::absolute>>("Abs", kNumber),
    function<&doubleFunction<kAcos>>("Acos"),
    function<&doubleFunction<kAcosh>>("Acosh"),
    function<&doubleFunction<kAsin>>("Asin"),
    function<&doubleFunction<kAsinh>>("Asinh"),
    function<&doubleFunction<kAtan>>("Atan"),
    function<&atan2>("Atan2"),
    function<&doubleFunction<kAtanh>>("Atanh"),
    function<&decimalFunction<number::cbrt>>("Cbrt", kNumber),
    function<&ceil>("Ceil", kInt),
    function<&copysign>("Copysign", kNumber),
    function<&doubleFunction<kCos>>("Cos"),
    function<&doubleFunction<kCosh>>("Cosh"),
    function<&dim>("Dim", kNumber),
    function<&doubleFunction<kErf>>("Erf"),
    function<&doubleFunction<kErfc>>("Erfc"),
    function<&erfcinv>("Erfcinv"),
    function<&erfinv>("Erfinv"),
    function<&decimalFunction<number::exp>>("Exp", kNumber),
    function<&exp2>("Exp2", kNumber),
    function<&doubleFunction<kExpm1>>("Expm1"),
    function<&floor>("Floor", kInt),
    function<&gamma>("Gamma"),
    function<&hypot>("Hypot"),
    function<&ilogb>("Ilogb"),
    function<&doubleFunction<::j0>>("J0"),
    function<&doubleFunction<::j1>>("J1"),
    function<&jacobi>("Jacobi", kInt),
    function<&jn>("Jn"),
    function<&ldexp>("Ldexp"),
    function<&decimalFunction<number::ln>>("Log", kNumber),
    function<&decimalFunction<number::log10>>("Log10", kNumber),
    function<&doubleFunction<kLog1p>>("Log1p"),
    function<&decimalFunction<number::log2>>("Log2", kNumber),
    function<&logb>("Logb"),
    function<&mod>("Mod"),
    function<&multipleOf>("MultipleOf", kBool),
    function<&pow>("Pow", kNumber),
    function<&pow10>("Pow10", kNumber),
    function<&remainder>("Remainder"),
    function<&round>("Round", kInt),
    function<&roundToEven>("RoundToEven", kInt),
    function<&signbit>("Signbit"),
    function<&doubleFunction<kSin>>("Sin"),
    function<&doubleFunction<kSinh>>("Sinh"),
    function<&doubleFunction<kSqrt>>("Sqrt"),
    function<&doubleFunction<kTan>>("Tan"),
    function<&doubleFunction<kTanh>>("Tanh"),
    function<&trunc>("Trunc", kInt),
    function<&doubleFunction<::y0>>("Y0"),
    function<&doubleFunction<::y1>>("Y1"),
    function<&yn>("Yn"),
};

constexpr Constant kMathConstants[] = {
    {"E", "2.71828182845904523536028747135266249775724709369995957496696763"},
    {"Pi", "3.14159265358979323846264338327950288419716939937510582097494459"},
    {"Phi", "1.61803398874989484820458683436563811772030917980576286213544861"},
    {"Sqrt2", "1.41421356237309504880168872420969807856967187537694807317667974"},
    {"SqrtE", "1.64872127070012814684865078781416357165377610071014801157507931"},
    {"SqrtPi", "1.77245385090551602729816748334114518279754945612238712821380779"},
    {"SqrtPhi", "1.27201964951406896425242246173749149171560804184009624861664038"},
    {"Ln2", "0.693147180559945309417232121458176568075500134360255254120680009"},
    {"Log2E", "1.442695040888963407359924681001892137426645954152985934135449408"},
    {"Ln10", "2.3025850929940456840179914546843642076011014886287729760333278"},
    {"Log10E", "0.43429448190325182765112891891660508229439700580366656611445378"},
    {"MaxExp", "2147483647"},
    {"MinExp", "-2147483648"},
    {"MaxPrec", "4294967295"},
    {"MaxBase", "62"},
    {"ToNearestEven", "0"},
    {"ToNearestAway", "1"},
    {"ToZero", "2"},
    {"AwayFromZero", "3"},
    {"ToNegativeInf", "4"},
    {"ToPositiveInf", "5"},
    {"Below", "-1"},
    {"Exact", "0"},
    {"Above", "1"},
};

// math/bits: integers of any size; negative ones act as infinite two's complement.

/// What a shift or a bit index may make of a number before it counts as a mistake.
constexpr std::int64_t kMaxBits = 10'000'000;

std::optional<Answer> checkCount(Call& call, std::size_t index, std::int64_t bits) {
  if (bits < 0) {
    return bad(call, "cannot use " + std::to_string(bits) + " (type int) as uint64 in argument " +
                         std::to_string(index));
  }
  if (bits > kMaxBits) return bad(call, "bit index too large");
  return std::nullopt;
}

Answer lsh(Call& call, const BigInt& x, std::int64_t n) {
  if (auto failure = checkCount(call, 1, n)) return *failure;
  return Value::of(number::shiftLeft(x.number, static_cast<std::uint64_t>(n), call.arena()));
}
Answer rsh(Call& call, const BigInt& x, std::int64_t n) {
  if (auto failure = checkCount(call, 1, std::min(n, kMaxBits))) return *failure;
  return Value::of(number::shiftRight(x.number, static_cast<std::uint64_t>(n), call.arena()));
}
Answer at(Call& call, const BigInt& x, std::int64_t i) {
  if (i > std::numeric_limits<std::int32_t>::max()) return bad(call, "bit index too large");
  if (auto failure = checkCount(call, 1, std::min(i, kMaxBits))) return *failure;
  return Value::ofInt(number::bitAt(x.number, static_cast<std::uint64_t>(i)) ? 1 : 0);
}
Answer setBit(Call& call, const BigInt& x, std::int64_t i, std::int64_t bit) {
  if (i < 0) return bad(call, "negative bit index");
  if (auto failure = checkCount(call, 1, i)) return *failure;
  if (auto failure = checkCount(call, 2, bit)) return *failure;
  if (bit > 1) return bad(call, "set bit is not 0 or 1");
  return Value::of(number::withBit(x.number, static_cast<std::uint64_t>(i), bit == 1, call.arena()));
}

template <number::BitOp Op>
Answer bitwise(Call& call, const BigInt& a, const BigInt& b) {
  return Value::of(number::bitwise(Op, a.number, b.number, call.arena()));
}

std::int64_t onesCount(const BigInt& x) {
  return number::onesCount(x.number);
}
std::int64_t bitLength(const BigInt& x) {
  return number::bitLength(x.number);
}

constexpr Function kBitsFunctions[] = {
    function<&lsh>("Lsh", kInt),
    function<&rsh>("Rsh", kInt),
    function<&at>("At", kInt),
    function<&setBit>("Set", kInt),
    function<&bitwise<number::BitOp::And>>("And", kInt),
    function<&bitwise<number::BitOp::Or>>("Or", kInt),
    function<&bitwise<number::BitOp::Xor>>("Xor", kInt),
    function<&bitwise<number::BitOp::AndNot>>("Clear", kInt),
    function<&onesCount>("OnesCount"),
    function<&bitLength>("Len"),
};

}  // namespace

const Package kMathPackage{"math", kMathFunctions, kMathConstants, {}};
const Package kBitsPackage{"math/bits", kBitsFunctions, {}, {}};

}  // namespace puppis::cue::builtin
