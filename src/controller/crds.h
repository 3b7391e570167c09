// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::controller {

/// The CustomResourceDefinitions of Puppis (config/crds), built into the program, as YAML texts.
std::vector<std::string> crdManifests();
/// The same as objects.
Result<std::vector<data::Value>> customResourceDefinitions();

}  // namespace puppis::controller
