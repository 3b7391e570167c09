// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apiserver/api.h"

namespace puppis::apiserver {

/// POST to pods/NAME/eviction: a deletion that a PodDisruptionBudget may put off (429).
void addEviction(Api& api);

}  // namespace puppis::apiserver
