// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oam/definition.h"
#include "oam/diagnostics.h"
#include "render/templates.h"

namespace puppis::render {

/// Checks a definition as registering it does: its template compiles and holds no contradiction, its
/// parameter has a schema, its status rules compile and yield what they are for. Faults go to `diagnostics`.
void vetDefinition(const oam::Definition& definition, Templates& templates, oam::Diagnostics& diagnostics);

}  // namespace puppis::render
