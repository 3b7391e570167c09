// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// File paths as texts, by the rules of an operating system. Nothing here looks at files.
namespace puppis::cue::builtin::path {

enum class System : std::uint8_t { Unix, Windows, Plan9 };

/// Of a drive or a share at the start of a Windows path; else 0.
std::size_t volumeLength(std::string_view path, System system);
bool isAbsolute(std::string_view path, System system);
/// The shortest path that names the same by text alone.
std::string clean(std::string_view path, System system);
std::string toSlash(std::string_view path, System system);
std::string fromSlash(std::string_view path, System system);
/// Directory with its separator, and file.
std::pair<std::string_view, std::string_view> split(std::string_view path, System system);
/// The paths of a search list such as $PATH.
std::vector<std::string> splitList(std::string_view list, System system);
std::string join(std::span<const std::string_view> elements, System system);
std::string_view extension(std::string_view path, System system);
std::string base(std::string_view path, System system);
std::string directory(std::string_view path, System system);
/// Error (InvalidArgument) when there is none by text alone.
Result<std::string> relative(std::string_view base, std::string_view target, System system);
/// Whether the whole name matches a shell pattern of * ? [a-z] and escapes. Error (InvalidArgument): bad
/// pattern.
Result<bool> match(std::string_view pattern, std::string_view name, System system);

}  // namespace puppis::cue::builtin::path
