// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apiserver/kind.h"

namespace puppis::apiserver::kinds {

/// Adds the hooks that check objects of a kind, with the messages of kube-apiserver 1.34.
void addValidation(KindInfo& kind);

}  // namespace puppis::apiserver::kinds
