// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/export/exporter.h"

namespace puppis::cue {

/// Makes a built tree well-formed: adds the imports that identifiers refer to, and gives new names where a
/// name is shadowed by another of the same spelling.
void sanitize(File& file, TreeBuilder& builder, const IdentLinks& links);

}  // namespace puppis::cue
