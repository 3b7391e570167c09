// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apiserver/kind.h"

namespace puppis::apiserver::kinds {

/// The hooks of core Services: cluster IPs, node ports and what an update keeps of them.
void addServicePreparation(KindInfo& kind);

}  // namespace puppis::apiserver::kinds
