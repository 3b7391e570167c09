// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace puppis::cli {

/// The CustomResourceDefinitions of Puppis (config/crds), as YAML texts.
std::vector<std::string> builtinManifests();

}  // namespace puppis::cli
