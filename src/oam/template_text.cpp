// SPDX-License-Identifier: Apache-2.0
#include "oam/template_text.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace puppis::oam {

std::shared_ptr<const SourceFile> textInFile(const SourceFile& file, data::Mark key,
                                             const std::string& text) {
  if (!key.known() || text.empty()) return nullptr;
  std::string_view header = file.line(key.line);
  std::size_t colon = header.find(':', key.column - 1);
  if (colon == std::string_view::npos || trim(header.substr(colon + 1)).substr(0, 1) != "|") return nullptr;
  std::string_view body = text;
  while (!body.empty() && body.back() == '\n') body.remove_suffix(1);
  std::string padded(key.line, '\n');
  std::size_t indent = std::string::npos;
  std::uint32_t number = key.line;
  for (const std::string& line : split(body, '\n')) {
    std::string_view raw = file.line(++number);
    if (line.empty()) {
      if (!trim(raw).empty()) return nullptr;
      padded += '\n';
      continue;
    }
    if (raw.size() < line.size()) return nullptr;
    std::size_t shift = raw.size() - line.size();
    if (indent == std::string::npos) indent = shift;
    if (shift != indent || raw.substr(shift) != line) return nullptr;
    padded += raw;
    padded += '\n';
  }
  return SourceFile::make(file.name(), std::move(padded));
}

std::string keepOnly(std::string_view text,
                     std::initializer_list<std::pair<std::size_t, std::size_t>> ranges) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    bool kept =
        std::ranges::any_of(ranges, [i](const auto& range) { return i >= range.first && i < range.second; });
    if (!kept && out[i] != '\n') out[i] = ' ';
  }
  return out;
}

std::string dedented(std::string_view text) {
  std::vector<std::string> lines = split(text, '\n');
  std::size_t shared = std::string::npos;
  for (std::string& line : lines) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) shared = std::min(shared, line.find_first_not_of(" \t"));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  while (!lines.empty() && lines.front().empty()) lines.erase(lines.begin());
  std::string out;
  for (const std::string& line : lines) out += (line.empty() ? line : line.substr(shared)) + "\n";
  return out;
}

}  // namespace puppis::oam
