// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace puppis::cue::builtin {

struct HtmlEntity {
  std::string_view name;
  std::string_view text;
};

/// The text of a named character reference, with its semicolon where it has one ("amp;", "amp"); empty when
/// there is no such name.
std::string_view htmlEntity(std::string_view name);

}  // namespace puppis::cue::builtin
