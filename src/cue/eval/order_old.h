// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cue/eval/vertex.h"

namespace puppis::cue::eval {

/// Whether a struct is ordered as CUE before 0.12 ordered it: one of its literals is of a text with the old
/// rules (CompileOptions::listArithmetic).
bool hasOldOrder(const Vertex* v);

/// The fields of `v` as CUE 0.9 shows them. Every struct literal that went into `v`, and every
/// comprehension's body, is a list of labels; the lists are merged front to back, a label coming once all
/// that precede it in some list have come. The last label of a list never stops waiting for the one before
/// it, so it comes when nothing else can, as does the first list's label in a cycle. Labels that no literal
/// names come last.
std::vector<Feature> oldFeatures(const Vertex* v);

}  // namespace puppis::cue::eval
