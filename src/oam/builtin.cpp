// SPDX-License-Identifier: Apache-2.0
#include "oam/builtin.h"

#include <algorithm>

namespace puppis::oam {

std::optional<std::string_view> builtInFile(std::string_view path) {
  std::span<const BuiltInFile> files = builtInFiles();
  auto found = std::ranges::lower_bound(files, path, {}, &BuiltInFile::path);
  if (found == files.end() || found->path != path) return std::nullopt;
  return found->text;
}

}  // namespace puppis::oam
