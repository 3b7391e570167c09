// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cli/command.h"

namespace puppis::cli {

/// Every verb of Puppis. To add one: write src/cli/<verb>.cpp with a function that returns its Verb, declare
/// it below and name it in verbs.cpp.
std::vector<Verb> allVerbs();

Verb defApplyVerb();
Verb defDelVerb();
Verb defFmtVerb();
Verb defGetVerb();
Verb defInitVerb();
Verb defListVerb();
Verb defRenderVerb();
Verb defTestVerb();
Verb defVetVerb();
Verb dryRunVerb();
Verb serverVerb();
Verb cueDefVerb();
Verb cueEvalVerb();
Verb cueExportVerb();
Verb cueFmtVerb();
Verb cueVetVerb();
Verb versionVerb();

}  // namespace puppis::cli
