// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "apiserver/api.h"

namespace puppis::apiserver {

/// Puts into a store what every Kubernetes has from the start and is missing: the system's namespaces, roles,
/// bindings and priority classes; then `manifests` (YAML texts, as the CustomResourceDefinitions of Puppis),
/// which it brings up to date.
Status bootstrap(Api& api, const std::vector<std::string>& manifests);

}  // namespace puppis::apiserver
