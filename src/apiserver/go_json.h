// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace puppis::apiserver {

/// What Go's encoding/json says of a text that is no JSON ("invalid character 'n' looking for beginning of
/// object key string"); empty when it is JSON. Clients match on these words.
std::string goJsonError(std::string_view text);

/// The first bytes of a body, as Kubernetes quotes them in an error.
std::string summarizeBody(std::string_view body);

}  // namespace puppis::apiserver
