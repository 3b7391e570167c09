// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/compile/ir.h"

namespace puppis::cue::eval {

/// Whether `op` is one of == != < <= > >=.
inline bool isComparison(ir::Op op) {
  return op >= ir::Op::Equal && op <= ir::Op::GreaterEqual;
}

/// Whether `a op b` holds, where `r` is negative, 0 or positive as a is less than, equal to or greater than
/// b. False for an operator that is no comparison.
inline bool compares(ir::Op op, int r) {
  switch (op) {
    case ir::Op::Less:
      return r < 0;
    case ir::Op::LessEqual:
      return r <= 0;
    case ir::Op::Equal:
      return r == 0;
    case ir::Op::NotEqual:
      return r != 0;
    case ir::Op::GreaterEqual:
      return r >= 0;
    case ir::Op::Greater:
      return r > 0;
    default:
      return false;
  }
}

}  // namespace puppis::cue::eval
