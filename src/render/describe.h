// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "oam/catalog.h"
#include "schema/application_schema.h"
#include "schema/reference.h"

namespace puppis::render {

/// What people and front ends are told of a definition, made from the definition itself.
struct Description {
  schema::Reference reference;
  data::Value openApi;  ///< of the parameters; see schema/openapi.h
  data::Value input;    ///< the same by schema::inputSchema; of a definition without a template equal to it
};

/// Evaluates the parameters of a definition and describes them. Definitions without a CUE template (a raw
/// trait, a Terraform module) are described from what they have. `examples` are Applications as YAML.
Result<Description> describe(const oam::Definition& definition, cue::Runtime& runtime,
                             std::vector<std::string> examples = {});

/// Every definition of a catalog, for the schema of an Application document. Definitions that cannot be
/// described are left out and reported in `faults`.
std::vector<schema::RegisteredType> registeredTypes(const oam::Catalog& catalog, cue::Runtime& runtime,
                                                    std::vector<Error>& faults);

}  // namespace puppis::render
