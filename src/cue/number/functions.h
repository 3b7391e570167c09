// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/number/decimal.h"

/// Transcendental functions with CUE's 34 digits. The results are Floats with all digits the computation
/// gave; a whole result is not made an integer.
namespace puppis::cue::number {

Outcome absolute(const Decimal& x, Arena& arena);
Outcome sqrt(const Decimal& x, Arena& arena);
Outcome cbrt(const Decimal& x, Arena& arena);
/// e^x
Outcome exp(const Decimal& x, Arena& arena);
Outcome ln(const Decimal& x, Arena& arena);
Outcome log10(const Decimal& x, Arena& arena);
Outcome log2(const Decimal& x, Arena& arena);
Outcome pow(const Decimal& x, const Decimal& y, Arena& arena);
/// Whether x / y, to 34 digits, is whole.
Outcome isMultipleOf(const Decimal& x, const Decimal& y, bool& out);

}  // namespace puppis::cue::number
