// SPDX-License-Identifier: Apache-2.0
#include "cue/load/paths.h"

#include <vector>

#include "base/strings.h"

namespace puppis::cue {

namespace {

std::vector<std::string> elementsOf(std::string_view path) {
  std::vector<std::string> out;
  for (std::string& element : split(path, '/')) {
    if (element.empty() || element == ".") continue;
    if (element == "..") {
      if (!out.empty()) out.pop_back();
      continue;
    }
    out.push_back(std::move(element));
  }
  return out;
}

}  // namespace

std::string joinPath(std::string_view base, std::string_view path) {
  const std::string whole =
      path.starts_with('/') ? std::string(path) : std::string(base) + "/" + std::string(path);
  return "/" + join(elementsOf(whole), "/");
}

std::string parentPath(std::string_view path) {
  std::vector<std::string> elements = elementsOf(path);
  if (!elements.empty()) elements.pop_back();
  return "/" + join(elements, "/");
}

std::string fileName(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

bool isWithin(std::string_view path, std::string_view directory) {
  if (directory.empty()) return false;
  if (directory == "/") return true;
  return path == directory || path.starts_with(std::string(directory) + "/");
}

std::string relativePath(std::string_view directory, std::string_view path) {
  if (!path.starts_with('/')) return std::string(path);
  const std::vector<std::string> from = elementsOf(directory);
  const std::vector<std::string> to = elementsOf(path);
  std::size_t common = 0;
  while (common < from.size() && common < to.size() && from[common] == to[common]) ++common;
  std::vector<std::string> out(from.size() - common, "..");
  out.insert(out.end(), to.begin() + static_cast<std::ptrdiff_t>(common), to.end());
  return out.empty() ? "." : join(out, "/");
}

}  // namespace puppis::cue
