// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace puppis::cue {

/// Paths as text, with "/" between the elements; nothing here looks at the disk.

/// `path` below `base`, unless it is absolute; "." and ".." taken out.
std::string joinPath(std::string_view base, std::string_view path);
/// The directory above; "/" is above itself.
std::string parentPath(std::string_view path);
std::string fileName(std::string_view path);
/// Whether a cleaned path is `directory` or below it. Nothing is below an empty directory.
bool isWithin(std::string_view path, std::string_view directory);
/// An absolute path as seen from an absolute directory: "x.cue", "../y.cue", ".".
std::string relativePath(std::string_view directory, std::string_view path);

}  // namespace puppis::cue
