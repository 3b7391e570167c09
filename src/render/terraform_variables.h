// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/value.h"

namespace puppis::render {

/// A `variable "name" { ... }` block of a Terraform module.
struct TerraformVariable {
  std::string name;
  std::string type = "string";  ///< as written, "list(string)"
  std::string description;
  bool hasDefault = false;
};

/// The variable blocks of an HCL text. Only what a schema needs is read: name, type, description, whether
/// there is a default. Text that is no HCL gives what could be read.
std::vector<TerraformVariable> terraformVariables(std::string_view hcl);

/// The parameter schema (OpenAPI v3) of a component whose schematic is Terraform: the module's variables and
/// what KubeVela adds for every module (writeConnectionSecretToRef, providerRef, deleteResource, region).
/// `schematic` is the object below `spec.schematic.terraform`; of a remote module only those additions are
/// known.
data::Value terraformSchema(const data::Value& schematic);

}  // namespace puppis::render
