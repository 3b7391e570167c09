// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace puppis::cue {

/// Lines up what belongs in columns, after the idea of elastic tab stops: a cell is text ended by a tab or a
/// vertical tab; cells one below the other in adjacent lines form a column, as wide as its widest cell and
/// one blank.
///
/// Input conventions: `\t` ends a cell and keeps an empty column; `\v` ends a cell, and a column of only such
/// empty cells vanishes; `\n` ends a line; `\f` ends a line and all columns; what stands between two kEscape
/// bytes is text. Empty cells at the beginning of a line are written as tabs.
class ColumnWriter {
 public:
  static constexpr char kEscape = '\xff';

  explicit ColumnWriter(int tabWidth) : tabWidth_(tabWidth < 1 ? 1 : tabWidth) { reset(); }

  /// Aligns all of `input`.
  std::string align(std::string_view input);

 private:
  struct Cell {
    std::size_t size = 0;   ///< bytes in text_
    std::size_t width = 0;  ///< code points
    bool hard = false;      ///< ended by \t: its column stays
  };
  using Line = std::vector<Cell>;

  void append(std::string_view text);
  void flush();
  void reset();
  std::size_t endCell(bool hard);
  std::size_t writeBlock(std::size_t position, std::size_t first, std::size_t last);
  std::size_t writeLines(std::size_t position, std::size_t first, std::size_t last);
  void pad(std::size_t textWidth, std::size_t cellWidth, bool withTabs);

  int tabWidth_;
  std::string text_;
  Cell cell_;
  std::vector<Line> lines_;
  std::vector<std::size_t> widths_;
  std::string out_;
};

}  // namespace puppis::cue
