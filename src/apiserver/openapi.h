// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "apiserver/registry.h"
#include "data/value.h"

/// The OpenAPI documents that kubectl explains and validates by.
namespace puppis::apiserver {

/// GET /openapi/v3: where the documents of each group and version are.
data::Value openApiIndex(const Registry& registry);
/// GET /openapi/v3/PATH ("api/v1", "apis/apps/v1"); nothing when there is no such document.
std::optional<data::Value> openApiV3(const Registry& registry, const std::string& path);
/// GET /openapi/v2 as JSON.
data::Value openApiV2(const Registry& registry);

}  // namespace puppis::apiserver
