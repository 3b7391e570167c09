// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace puppis::cue::builtin {

/// &, ', <, > and " as references, safe in text and attributes of HTML.
std::string escapeHtmlText(std::string_view text);
/// The same as the text templates do it: NUL becomes U+FFFD as well.
std::string escapeHtmlTemplate(std::string_view text);
/// Safe within a JavaScript string.
std::string escapeJavaScript(std::string_view text);

}  // namespace puppis::cue::builtin
