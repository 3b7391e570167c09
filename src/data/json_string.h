// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace puppis::data {

/// Appends `text` as a JSON string, quoted and escaped as Go's encoding/json does; with `escapeHtml` also < >
/// & as \u003c...
void appendJsonString(std::string& out, std::string_view text, bool escapeHtml = false);

}  // namespace puppis::data
