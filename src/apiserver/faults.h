// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "apiserver/kind.h"
#include "base/error.h"

namespace puppis::apiserver {

/// The 422 that tells all faults of one object at once: 'Deployment.apps "web" is invalid: [a, b]'.
Error invalidObject(const std::string& groupKind, const std::string& name, const Faults& faults);

}  // namespace puppis::apiserver
