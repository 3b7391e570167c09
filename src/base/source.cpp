// SPDX-License-Identifier: Apache-2.0
#include "base/source.h"

#include <algorithm>
#include <utility>

namespace puppis {

SourceFile::SourceFile(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  lineStarts_.push_back(0);
  for (std::size_t i = text_.find('\n'); i != std::string::npos; i = text_.find('\n', i + 1)) {
    lineStarts_.push_back(i + 1);
  }
}

std::shared_ptr<const SourceFile> SourceFile::make(std::string name, std::string text) {
  return std::shared_ptr<const SourceFile>(new SourceFile(std::move(name), std::move(text)));
}

std::string_view SourceFile::line(std::uint32_t number) const {
  if (number == 0 || number > lineStarts_.size()) return {};
  std::size_t start = lineStarts_[number - 1];
  std::size_t end = number < lineStarts_.size() ? lineStarts_[number] - 1 : text_.size();
  std::string_view out = std::string_view(text_).substr(start, end - start);
  if (!out.empty() && out.back() == '\r') out.remove_suffix(1);
  return out;
}

Location SourceFile::locate(std::size_t offset, std::size_t length) const {
  offset = std::min(offset, text_.size());
  auto next = std::upper_bound(lineStarts_.begin(), lineStarts_.end(), offset);
  auto index = static_cast<std::size_t>(next - lineStarts_.begin()) - 1;
  return locateLine(static_cast<std::uint32_t>(index + 1),
                    static_cast<std::uint32_t>(offset - lineStarts_[index] + 1),
                    static_cast<std::uint32_t>(length));
}

Location SourceFile::locateLine(std::uint32_t line, std::uint32_t column, std::uint32_t length) const {
  // Nobody reads a line as long as that below a message, and there may be many messages.
  constexpr std::size_t kLongestShown = 1000;
  const std::string_view text = this->line(line);
  Location out{name_, line, column, length, std::string(text.size() <= kLongestShown ? text : "")};
  std::size_t rest = column <= text.size() ? text.size() - column + 1 : 1;
  out.length = static_cast<std::uint32_t>(std::min<std::size_t>(out.length, rest));
  return out;
}

}  // namespace puppis
