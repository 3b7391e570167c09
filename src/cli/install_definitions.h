// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "kube/client.h"

namespace puppis::cli {

/// The label on what Puppis itself put into a cluster.
inline constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";

struct DefinitionsInstalled {
  std::size_t all = 0;
  std::size_t changed = 0;
  std::size_t left = 0;  ///< of the same name, made by somebody else, and therefore not touched
};

/// Makes the namespace vela-system and puts every built-in definition there, and the views that the `vela`
/// command line queries. What something else installed is replaced only when `overrideOthers` says so.
Result<DefinitionsInstalled> installDefinitions(kube::Client& client, bool overrideOthers);

}  // namespace puppis::cli
