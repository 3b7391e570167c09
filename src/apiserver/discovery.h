// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "apiserver/registry.h"
#include "data/value.h"

/// What the server says of itself: the documents of discovery, in both forms.
namespace puppis::apiserver {

/// GET /api and GET /apis, in the old form.
data::Value apiVersions(const std::string& serverAddress);
data::Value apiGroupList(const Registry& registry);
/// GET /apis/GROUP; nothing when there is no such group.
std::optional<data::Value> apiGroup(const Registry& registry, const std::string& group);
/// GET /api/v1 and GET /apis/GROUP/VERSION.
std::optional<data::Value> apiResourceList(const Registry& registry, const std::string& group,
                                           const std::string& version);
/// The aggregated form, of the core group (`legacy`) or of all others; `version` is "v2" or "v2beta1".
data::Value aggregatedDiscovery(const Registry& registry, bool legacy, const std::string& version);

}  // namespace puppis::apiserver
