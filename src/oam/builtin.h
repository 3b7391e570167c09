// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace puppis::oam {

/// A file of definitions/, built into the program.
struct BuiltInFile {
  std::string_view path;  ///< below definitions/: "components/webservice.cue"
  std::string_view text;
};

/// All of them, sorted by path.
std::span<const BuiltInFile> builtInFiles();
std::optional<std::string_view> builtInFile(std::string_view path);

}  // namespace puppis::oam
