// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "data/value.h"
#include "oam/definition.h"

namespace puppis::render {

/// The Configuration object (terraform.core.oam.dev/v1beta2) of a component whose definition is a Terraform
/// module.
Result<data::Value> terraformConfiguration(const oam::Definition& definition, const std::string& name,
                                           const std::string& namespaceName, const data::Value& properties);

}  // namespace puppis::render
