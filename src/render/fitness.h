// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "oam/definition.h"

namespace puppis::render {

/// Why a trait should not be on a component, by what its definition says: appliesToWorkloads ("*",
/// "deployments.apps", "*.apps", or a component type) and conflictsWith (trait types, or CRD names of traits
/// without a template) against the component's other traits. KubeVela reads neither when it applies, so these
/// are warnings. A component whose kind of workload is not known fits every trait.
std::vector<std::string> unfit(const oam::Definition& trait, const oam::Definition& component,
                               const std::vector<std::string>& otherTraits);

}  // namespace puppis::render
