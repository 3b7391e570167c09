// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/value.h"

namespace puppis::controller {

/// The queries that the `vela` command line evaluates (config/views), each as the ConfigMap of `ns` that it
/// reads them from.
std::vector<data::Value> queryViews(const std::string& ns);

}  // namespace puppis::controller
