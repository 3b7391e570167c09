// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oam/application.h"

namespace puppis::oam {

/// What components and steps refer to: `dependsOn` of a component names components (else a fault), that of a
/// step steps, and an input something that is given as an output (else a warning: the workflow would wait for
/// it without end).
void checkDependencies(const Application& application, Diagnostics& diagnostics);

/// Timeouts of steps and of their sub-steps are durations as Go writes them, and not negative.
void checkTimeouts(const std::vector<WorkflowStep>& steps, Diagnostics& diagnostics);

/// Texts of a file that would be refused, or fail, much later: the Application's name (RFC 1123; a
/// warning, since it can be rendered), timeouts of steps, `valueFrom` of outputs (CUE
/// expressions).
void checkTexts(const Application& application, Diagnostics& diagnostics);

}  // namespace puppis::oam
