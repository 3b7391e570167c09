// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/builtin/builtin.h"

/// The standard packages, one a source file or a family of them.
namespace puppis::cue::builtin {

extern const Package kStringsPackage;

}  // namespace puppis::cue::builtin
