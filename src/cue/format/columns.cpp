// SPDX-License-Identifier: Apache-2.0
#include "cue/format/columns.h"

#include <algorithm>

namespace puppis::cue {

namespace {

std::size_t codePoints(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return n;
}

}  // namespace

void ColumnWriter::reset() {
  text_.clear();
  cell_ = {};
  lines_.clear();
  lines_.emplace_back();
  widths_.clear();
}

void ColumnWriter::append(std::string_view text) {
  text_ += text;
  cell_.size += text.size();
  cell_.width += codePoints(text);
}

std::size_t ColumnWriter::endCell(bool hard) {
  cell_.hard = hard;
  lines_.back().push_back(cell_);
  cell_ = {};
  return lines_.back().size();
}

void ColumnWriter::flush() {
  if (cell_.size > 0) endCell(false);
  writeBlock(0, 0, lines_.size());
  reset();
}

std::string ColumnWriter::align(std::string_view input) {
  out_.clear();
  out_.reserve(input.size() + input.size() / 4);
  std::size_t from = 0;
  bool escaped = false;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const char c = input[i];
    if (c == kEscape) {
      append(input.substr(from, i - from));
      from = i + 1;
      escaped = !escaped;
      continue;
    }
    if (escaped || (c != '\t' && c != '\v' && c != '\n' && c != '\f')) continue;
    append(input.substr(from, i - from));
    from = i + 1;
    const std::size_t cells = endCell(c == '\t');
    if (c != '\n' && c != '\f') continue;
    lines_.emplace_back();
    // A line of one cell ends all columns, for the last cell of a line belongs to none.
    if (c == '\f' || cells == 1) flush();
  }
  append(input.substr(from));
  flush();
  return std::move(out_);
}

/// Finds the columns in lines [first, last) that begin right of the known widths, and writes the lines.
std::size_t ColumnWriter::writeBlock(std::size_t position, std::size_t first, std::size_t last) {
  const std::size_t column = widths_.size();
  const auto hasColumn = [&](std::size_t line) { return column + 1 < lines_[line].size(); };
  for (std::size_t line = first; line < last; ++line) {
    if (!hasColumn(line)) continue;
    position = writeLines(position, first, line);
    first = line;
    std::size_t width = 0;
    bool vanishes = true;
    for (; line < last && hasColumn(line); ++line) {
      const Cell& cell = lines_[line][column];
      width = std::max(width, cell.width + 1);
      if (cell.width > 0 || cell.hard) vanishes = false;
    }
    widths_.push_back(vanishes ? 0 : width);
    position = writeBlock(position, first, line);
    widths_.pop_back();
    first = line;
  }
  return writeLines(position, first, last);
}

void ColumnWriter::pad(std::size_t textWidth, std::size_t cellWidth, bool withTabs) {
  if (withTabs) {
    const auto tab = static_cast<std::size_t>(tabWidth_);
    const std::size_t rounded = (cellWidth + tab - 1) / tab * tab;
    if (rounded > textWidth) out_.append((rounded - textWidth + tab - 1) / tab, '\t');
  } else if (cellWidth > textWidth) {
    out_.append(cellWidth - textWidth, ' ');
  }
}

std::size_t ColumnWriter::writeLines(std::size_t position, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) {
    bool leading = true;
    for (std::size_t j = 0; j < lines_[i].size(); ++j) {
      const Cell& cell = lines_[i][j];
      if (cell.size > 0) {
        leading = false;
        out_.append(text_, position, cell.size);
        position += cell.size;
      }
      if (j < widths_.size()) pad(cell.width, widths_[j], leading);
    }
    if (i + 1 < lines_.size()) out_ += '\n';
  }
  return position;
}

}  // namespace puppis::cue
