// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apiserver/api.h"

namespace puppis::apiserver {

/// The admission that a Kubernetes server has switched on by itself and that its users notice: namespaces
/// must exist and not be going, pods get their service account, priority and tolerations, definitions of
/// custom kinds are checked.
void addAdmission(Api& api);
/// What a POST to a subresource does: binding, eviction.
void addPosters(Api& api);

}  // namespace puppis::apiserver
