// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/arena.h"
#include "base/result.h"

namespace puppis::cue::number {

/// CUE keeps integers and floats apart: `1` never unifies with `float`, `1.0` never with `int`.
enum class Kind : std::uint8_t { Int, Float };
/// Infinities and NaN come only out of functions (math.Log(0)); no literal writes them.
enum class Form : std::uint8_t { Finite, Infinite, NaN };

/// The digits of a coefficient past 64 bits: `count` limbs follow the header, least significant first, the
/// last one not 0. Lives in an Arena.
struct Digits {
  std::uint64_t count;
  [[nodiscard]] const std::uint64_t* limbs() const {
    return reinterpret_cast<const std::uint64_t*>(this + 1);
  }
};

/// An exact decimal number: ± coefficient × 10^exponent, with its CUE kind. 16 bytes, trivially copyable; the
/// coefficient is inline while it fits 64 bits, else it points to Digits in the Arena that the operation was
/// given, and the Decimal must not outlive that Arena.
///
/// The digits and the exponent are kept as they were written (1.50 stays 1.50), because CUE prints them so.
class Decimal {
 public:
  /// The integer 0.
  constexpr Decimal() noexcept : small_(0) {}
  static constexpr Decimal ofInt(std::int64_t value) noexcept {
    bool negative = value < 0;
    std::uint64_t bits = static_cast<std::uint64_t>(value);
    return make(Kind::Int, negative, negative ? ~bits + 1 : bits, 0);
  }
  static constexpr Decimal make(Kind kind, bool negative, std::uint64_t coefficient,
                                std::int32_t exponent) noexcept {
    Decimal out;
    out.small_ = coefficient;
    out.exponent_ = exponent;
    out.kind_ = kind;
    out.negative_ = negative;
    return out;
  }
  static constexpr Decimal makeBig(Kind kind, bool negative, const Digits* digits,
                                   std::int32_t exponent) noexcept {
    Decimal out = make(kind, negative, 0, exponent);
    out.big_ = digits;
    out.isBig_ = true;
    return out;
  }
  static constexpr Decimal infinity(bool negative) noexcept {
    Decimal out = make(Kind::Float, negative, 0, 0);
    out.form_ = Form::Infinite;
    return out;
  }
  static constexpr Decimal nan() noexcept {
    Decimal out = make(Kind::Float, false, 0, 0);
    out.form_ = Form::NaN;
    return out;
  }

  [[nodiscard]] constexpr Kind kind() const { return kind_; }
  [[nodiscard]] constexpr bool isInt() const { return kind_ == Kind::Int; }
  [[nodiscard]] constexpr Form form() const { return form_; }
  [[nodiscard]] constexpr bool isFinite() const { return form_ == Form::Finite; }
  [[nodiscard]] constexpr bool negative() const { return negative_; }
  [[nodiscard]] constexpr std::int32_t exponent() const { return exponent_; }
  /// Whether the coefficient is inline.
  [[nodiscard]] constexpr bool isSmall() const { return !isBig_; }
  [[nodiscard]] constexpr std::uint64_t small() const { return small_; }
  [[nodiscard]] constexpr const Digits* digits() const { return big_; }
  [[nodiscard]] constexpr bool isZero() const { return form_ == Form::Finite && !isBig_ && small_ == 0; }
  /// -1, 0 or 1.
  [[nodiscard]] constexpr int sign() const { return isZero() ? 0 : negative_ ? -1 : 1; }

  [[nodiscard]] constexpr Decimal withKind(Kind kind) const {
    Decimal out = *this;
    out.kind_ = kind;
    return out;
  }
  /// The coefficient and exponent with the given sign.
  [[nodiscard]] constexpr Decimal withSign(bool negative) const {
    Decimal out = *this;
    out.negative_ = negative;
    return out;
  }

 private:
  union {
    std::uint64_t small_;
    const Digits* big_;
  };
  std::int32_t exponent_ = 0;
  Kind kind_ = Kind::Int;
  Form form_ = Form::Finite;
  bool negative_ = false;
  bool isBig_ = false;
};
static_assert(sizeof(Decimal) == 16 && std::is_trivially_copyable_v<Decimal>);

/// Why an operation has no answer. The words are those of the decimal arithmetic standard; `faultText` prints
/// them.
enum class Fault : std::uint8_t {
  None,
  DivisionByZero,
  DivisionUndefined,  ///< 0 / 0
  DivisionImpossible,
  InvalidOperation,
  Overflow,
  Underflow,
  ExponentOutOfRange,  ///< beyond ±100,000
  NoConvergence,
};
std::string_view faultText(Fault fault);

/// The answer of an operation, or the fault that kept it from being made.
struct Outcome {
  Decimal value;
  Fault fault = Fault::None;
  [[nodiscard]] bool ok() const { return fault == Fault::None; }
};

/// What CUE's operators do: 34 significant digits, half up, for integers too. The kind is Int when both are
/// Int, else Float; `quo` (the operator /) always gives a Float, without trailing zeros but with ".0" kept.
Outcome add(const Decimal& a, const Decimal& b, Arena& arena);
Outcome sub(const Decimal& a, const Decimal& b, Arena& arena);
Outcome mul(const Decimal& a, const Decimal& b, Arena& arena);
Outcome quo(const Decimal& a, const Decimal& b, Arena& arena);

/// The functions div, mod (Euclidean), quo, rem (truncating) on integers of any size. DivisionByZero is their
/// only fault.
Outcome intDiv(const Decimal& a, const Decimal& b, Arena& arena);
Outcome intMod(const Decimal& a, const Decimal& b, Arena& arena);
Outcome intQuo(const Decimal& a, const Decimal& b, Arena& arena);
Outcome intRem(const Decimal& a, const Decimal& b, Arena& arena);

/// -x; zero loses its sign.
Decimal negate(const Decimal& x);

/// -1, 0 or 1 by numeric value; kinds and written forms do not count (1 equals 1.0). NaN compares as greater.
int compare(const Decimal& a, const Decimal& b);
inline bool equal(const Decimal& a, const Decimal& b) {
  return compare(a, b) == 0;
}
/// Equal for numbers that compare as equal.
std::uint64_t hash(const Decimal& x);
/// The number of decimal digits of the coefficient; 1 for zero.
std::int64_t digitCount(const Decimal& x);
/// Whether the value is a whole number, whatever its kind.
bool isWhole(const Decimal& x);

/// The value when it is whole and fits.
std::optional<std::int64_t> toInt64(const Decimal& x);
std::optional<std::uint64_t> toUint64(const Decimal& x);
/// The nearest double (infinite when out of range).
double toDouble(const Decimal& x);

/// How to make a whole number of one with decimal places.
enum class Whole : std::uint8_t { HalfUp, HalfEven, Down, Up, Ceiling, Floor };
/// Rounded to a whole number, of kind Int and exponent 0.
Decimal roundToWhole(const Decimal& x, Whole how, Arena& arena);

/// The shortest decimal that reads back as this double. Kind Float.
Decimal fromDouble(double value, Arena& arena);
Decimal fromUint64(std::uint64_t value);
/// A copy whose digits live in `arena`.
Decimal copy(const Decimal& x, Arena& arena);

/// The text CUE prints: plain while the exponent is small, else scientific (1E+3, 1.5E-7).
void appendText(std::string& out, const Decimal& x);
std::string toText(const Decimal& x);
/// The same as CUE's formatter writes a literal: a lower-case e, and a Float always with point or exponent
/// (1e+3, 2.0).
std::string toSyntax(const Decimal& x);
/// Without an exponent, however long: 1000 for 1E+3.
std::string toPlainText(const Decimal& x);

/// Reads [+-]digits[.digits][e[+-]digits]; Int when there is neither point nor exponent. Nothing when it is
/// not that or the exponent is beyond ±100,000.
std::optional<Decimal> parseDecimal(std::string_view text, Arena& arena);
/// Reads a CUE number literal with an optional sign: separators, 0x 0o 0b, points, exponents, multipliers
/// (1.5Gi). Error: InvalidArgument.
Result<Decimal> parseLiteral(std::string_view text, Arena& arena);

}  // namespace puppis::cue::number
