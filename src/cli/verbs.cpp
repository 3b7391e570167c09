// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.h"

namespace puppis::cli {

std::vector<Verb> allVerbs() {
  // One a line, so that two who add a verb do not meet.
  // clang-format off
  return {
      controllerVerb(),
      cueDefVerb(),
      cueEvalVerb(),
      cueExportVerb(),
      cueFmtVerb(),
      cueGetSchemaVerb(),
      cueImportVerb(),
      cueVetVerb(),
      defApplyVerb(),
      defDelVerb(),
      defDiffVerb(),
      defEditVerb(),
      defFmtVerb(),
      defGenApiVerb(),
      defGenDocVerb(),
      defGetVerb(),
      defInitVerb(),
      defListVerb(),
      defRenderVerb(),
      defStatusVerb(),
      defTestVerb(),
      defVetVerb(),
      deleteVerb(),
      dryRunVerb(),
      exportVerb(),
      installVerb(),
      liveDiffVerb(),
      lsVerb(),
      schemaVerb(),
      serverVerb(),
      serverRestoreVerb(),
      serverSnapshotVerb(),
      showVerb(),
      statusVerb(),
      uninstallVerb(),
      upVerb(),
      versionVerb(),
  };
  // clang-format on
}

}  // namespace puppis::cli
