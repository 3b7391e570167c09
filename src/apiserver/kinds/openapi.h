// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "data/value.h"

namespace puppis::apiserver::kinds {

/// `definitions` of an OpenAPI v2 document ("#/definitions/...") with every built-in type.
const data::Value& openApiV2Definitions();

/// The OpenAPI v3 document of one built-in group version ("apps", "v1"): paths with what clients look for in
/// them, and the schemas they use. Null when it is not known.
data::Value openApiV3Document(std::string_view group, std::string_view version);

/// The OpenAPI v2 document (JSON form) of all built-in kinds.
data::Value openApiV2Document();

}  // namespace puppis::apiserver::kinds
