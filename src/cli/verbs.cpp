// SPDX-License-Identifier: Apache-2.0
#include "cli/verbs.h"

namespace puppis::cli {

std::vector<Verb> allVerbs() {
  return {
      defApplyVerb(),
      defDelVerb(),
      defFmtVerb(),
      defGetVerb(),
      defInitVerb(),
      defListVerb(),
      defRenderVerb(),
      defTestVerb(),
      defVetVerb(),
      dryRunVerb(),
      serverVerb(),
      cueDefVerb(),
      cueEvalVerb(),
      cueExportVerb(),
      cueFmtVerb(),
      cueVetVerb(),
      versionVerb(),
  };
}

}  // namespace puppis::cli
