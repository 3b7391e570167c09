// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

/// URLs as texts, by the rules of Go's package net/url.
namespace puppis::cue::builtin::url {

enum class Part : std::uint8_t { Path, PathSegment, Host, Zone, UserPassword, Query, Fragment };

std::string escape(std::string_view text, Part part);
/// Error (InvalidArgument): a percent sign without two hexadecimal digits.
Result<std::string> unescape(std::string_view text, Part part);

/// Whether the text is a URL reference; says whether it has a scheme.
Result<bool> isAbsolute(std::string_view text);

}  // namespace puppis::cue::builtin::url
