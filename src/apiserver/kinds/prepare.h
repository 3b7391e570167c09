// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "apiserver/kind.h"

namespace puppis::apiserver::kinds {

/// Adds the hooks that shape objects of a kind on create and update (prepareCreate, prepareUpdate, allocate).
/// What they do stands for the registry strategies and the default admission plugins of kube-apiserver 1.34.
void addPreparation(KindInfo& kind);

/// "Guaranteed", "Burstable" or "BestEffort".
std::string qosClass(const data::Value& podSpec);

}  // namespace puppis::apiserver::kinds
