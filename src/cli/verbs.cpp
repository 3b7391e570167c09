// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.h"

namespace puppis::cli {

std::vector<Verb> allVerbs() {
  return {
      controllerVerb(),
      cueDefVerb(),
      cueEvalVerb(),
      cueExportVerb(),
      cueFmtVerb(),
      cueVetVerb(),
      defApplyVerb(),
      defDelVerb(),
      defFmtVerb(),
      defGetVerb(),
      defInitVerb(),
      defListVerb(),
      defRenderVerb(),
      defTestVerb(),
      defVetVerb(),
      deleteVerb(),
      dryRunVerb(),
      installVerb(),
      liveDiffVerb(),
      lsVerb(),
      schemaVerb(),
      serverVerb(),
      showVerb(),
      statusVerb(),
      uninstallVerb(),
      upVerb(),
      versionVerb(),
  };
}

}  // namespace puppis::cli
