// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/validate.h"

#include "apiserver/kinds/check.h"

namespace puppis::apiserver::kinds {

void addValidation(KindInfo& kind) {
  if (kind.group.empty()) {
    addPodValidation(kind);
    addCoreValidation(kind);
    addServiceValidation(kind);
    addWorkloadValidation(kind);
  } else if (kind.group == "apps") {
    addWorkloadValidation(kind);
  } else if (kind.group == "batch") {
    addBatchValidation(kind);
  } else if (kind.group == "networking.k8s.io" || kind.group == "discovery.k8s.io") {
    addNetworkValidation(kind);
  } else {
    addOtherValidation(kind);
  }
}

}  // namespace puppis::apiserver::kinds
