// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include "cue/number/decimal.h"

/// The slow road behind decimal.h: coefficients of any size. Included only by the .cpp files of this folder,
/// because the Boost header is heavy.
namespace puppis::cue::number::detail {

using Int = boost::multiprecision::cpp_int;

using Rounding = Whole;

inline constexpr std::int64_t kMaxExponent = 100'000;

/// A decimal with an owned coefficient (never negative).
struct Big {
  Int coefficient = 0;
  std::int64_t exponent = 0;
  bool negative = false;
  Form form = Form::Finite;

  Big() = default;
  Big(std::int64_t value,
      std::int64_t exp = 0)  // NOLINT(google-explicit-constructor): constants are written plainly
      : coefficient(value < 0 ? -Int(value) : Int(value)), exponent(exp), negative(value < 0) {}
  explicit Big(const Decimal& x);

  [[nodiscard]] bool isZero() const { return form == Form::Finite && coefficient == 0; }
  [[nodiscard]] int sign() const { return isZero() ? 0 : negative ? -1 : 1; }
  /// Coefficient with the sign; the exponent is not applied.
  [[nodiscard]] Int signedCoefficient() const { return negative ? Int(-coefficient) : coefficient; }
};

Int toInt(const Decimal& x);  ///< the coefficient
Decimal toDecimal(const Big& x, Kind kind, Arena& arena);
/// An Int of any sign as a Decimal of kind Int.
Decimal toDecimal(const Int& x, Arena& arena);
const Int& pow10(std::int64_t exponent, Int& scratch);
std::int64_t digitCount(const Int& x);
int compare(const Big& a, const Big& b);
std::string toText(const Big& x);
double toDouble(const Big& x);
Big bigFromDouble(double value);
/// Splits at the decimal point; both keep the sign.
void splitAtPoint(const Big& x, Big& whole, Big& fraction);
/// Removes trailing zeros of the coefficient; zero becomes 0E0.
void reduce(Big& x);
/// The same, but leaves ".0" on what had decimal places.
void reduceKeepingPoint(Big& x);
/// Rounds to a whole number with exponent 0. Returns whether digits other than 0 were lost.
bool roundToWhole(Big& x, Rounding rounding);

/// Precision and rounding of a chain of operations, with the first fault met. After a fault the results are
/// meaningless and the operations return at once.
class Context {
 public:
  explicit Context(std::int64_t digits, Rounding rounding = Rounding::HalfUp)
      : digits_(digits), rounding_(rounding) {}

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] bool ok() const { return fault_ == Fault::None; }
  [[nodiscard]] std::int64_t digits() const { return digits_; }
  void setDigits(std::int64_t digits) { digits_ = digits; }
  void setRounding(Rounding rounding) { rounding_ = rounding; }
  void fail(Fault fault) {
    if (fault_ == Fault::None) fault_ = fault;
  }

  Big add(const Big& a, const Big& b) { return addSigned(a, b, false); }
  Big sub(const Big& a, const Big& b) { return addSigned(a, b, true); }
  Big mul(const Big& a, const Big& b);
  Big quo(const Big& a, const Big& b);
  Big round(Big x);
  Big power(const Big& x, Int exponent);

 private:
  Big addSigned(const Big& a, const Big& b, bool subtract);
  void checkExponent(Big& x);

  std::int64_t digits_;
  Rounding rounding_;
  Fault fault_ = Fault::None;
};

/// Whether a number whose kept digits are `kept` grows by one unit; `discardedAgainstHalf` compares what was
/// cut off (not zero) with half a unit.
bool roundsAway(Rounding rounding, const Int& kept, bool negative, int discardedAgainstHalf);

}  // namespace puppis::cue::number::detail
