// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cli/command.h"

namespace puppis::cli {

/// Every verb of Puppis. To add one: write src/cli/<verb>.cpp with a function that returns its Verb, declare
/// it below and name it in verbs.cpp.
std::vector<Verb> allVerbs();

Verb controllerVerb();
Verb cueDefVerb();
Verb cueEvalVerb();
Verb cueExportVerb();
Verb cueFmtVerb();
Verb cueGetSchemaVerb();
Verb cueImportVerb();
Verb cueVetVerb();
Verb defApplyVerb();
Verb defDelVerb();
Verb defDiffVerb();
Verb defEditVerb();
Verb defFmtVerb();
Verb defGenApiVerb();
Verb defGenDocVerb();
Verb defGetVerb();
Verb defInitVerb();
Verb defListVerb();
Verb defRenderVerb();
Verb defStatusVerb();
Verb defTestVerb();
Verb defVetVerb();
Verb deleteVerb();
Verb dryRunVerb();
Verb exportVerb();
Verb installVerb();
Verb liveDiffVerb();
Verb lsVerb();
Verb schemaVerb();
Verb serverVerb();
Verb serverRestoreVerb();
Verb serverSnapshotVerb();
Verb showVerb();
Verb statusVerb();
Verb uninstallVerb();
Verb upVerb();
Verb versionVerb();

}  // namespace puppis::cli
