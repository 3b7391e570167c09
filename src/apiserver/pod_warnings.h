// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/value.h"

namespace puppis::apiserver {

/// What Kubernetes warns of in the pod (or pod template) of an object: nothing for kinds that have none.
std::vector<std::string> podWarnings(const data::Value& object);

}  // namespace puppis::apiserver
