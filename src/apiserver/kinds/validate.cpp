// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/validate.h"

namespace puppis::apiserver::kinds {

void addValidation(KindInfo& kind) {
  (void)kind;
}

}  // namespace puppis::apiserver::kinds
