// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cue/number/decimal.h"

/// Whole numbers of any size, for the packages strconv and math/bits. Arguments are Decimals of kind Int;
/// what is past the decimal point of others is cut off. Negative numbers act as infinite two's complement.
namespace puppis::cue::number {

/// In base 2 to 62, with the digits 0-9 a-z A-Z.
std::string toBase(const Decimal& x, unsigned base);
/// Reads [+-]digits in base 2 to 62; base 0 reads the prefixes 0b 0o 0x 0 and separators. Up to base 36 the
/// case of letters does not matter.
std::optional<Decimal> parseInteger(std::string_view text, unsigned base, Arena& arena);

enum class BitOp : std::uint8_t { And, Or, Xor, AndNot };
Decimal bitwise(BitOp op, const Decimal& a, const Decimal& b, Arena& arena);
Decimal shiftLeft(const Decimal& x, std::uint64_t bits, Arena& arena);
/// Rounds towards negative infinity.
Decimal shiftRight(const Decimal& x, std::uint64_t bits, Arena& arena);
bool bitAt(const Decimal& x, std::uint64_t index);
Decimal withBit(const Decimal& x, std::uint64_t index, bool on, Arena& arena);
/// Of the absolute value.
std::int64_t bitLength(const Decimal& x);
std::int64_t onesCount(const Decimal& x);
/// The exact sum, which CUE's operator + would round to 34 digits.
Decimal addWhole(const Decimal& a, const Decimal& b, Arena& arena);
/// The Jacobi symbol; nothing when y is even.
std::optional<int> jacobi(const Decimal& x, const Decimal& y);
/// The absolute value as big-endian bytes, without leading zeros.
std::string toBigEndian(const Decimal& x);
Decimal fromBigEndian(std::string_view bytes, Arena& arena);

}  // namespace puppis::cue::number
