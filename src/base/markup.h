// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace puppis {

/// `text` as character data or a quoted attribute of HTML or XML: < > & ' " become references. The two quotes
/// are written by number, as Go's html.EscapeString does, whose output CUE's `text/template.HTMLEscape` has
/// to equal.
std::string escapeMarkup(std::string_view text);

}  // namespace puppis
