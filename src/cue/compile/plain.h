// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/compile/ir.h"

namespace puppis::cue {

/// Whether the literal is data as it stands: scalars, lists and structs of regular fields with different
/// names, without references, constraints or computation at any depth. What is inside must have been asked
/// before.
bool isPlain(const ir::StructLit& literal);
bool isPlain(const ir::ListLit& literal);
/// Whether the literal is made of regular fields with different names and nothing else.
bool isStatic(const ir::StructLit& literal);
/// Whether the literal is a schema that cannot fail by itself: fields with different names, each of a scalar,
/// a basic type, a choice of these, or such a literal again. What is inside must have been asked before.
bool isSound(const ir::StructLit& literal);
bool isSound(const ir::ListLit& literal);

}  // namespace puppis::cue
