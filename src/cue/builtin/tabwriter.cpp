// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/unicode.h"

// Package text/tabwriter: tabs become columns that are aligned over consecutive lines.

namespace puppis::cue::builtin {

namespace {

/// Cells of a line end with a tab; what is behind the last tab is not part of a column.
using Line = std::vector<std::string>;

std::string align(std::string_view input) {
  std::vector<Line> lines;
  for (const std::string& line : split(input, '\n')) lines.push_back(split(line, '\t'));
  // A tab at the very end opens no cell, so that what stands before it is no column either.
  if (lines.back().size() > 1 && lines.back().back().empty()) lines.back().pop_back();
  std::vector<std::vector<std::size_t>> widths(lines.size());

  // A column block is a run of consecutive lines that have a tab-ended cell in that column.
  auto block = [&](auto& self, std::size_t from, std::size_t to, std::size_t column) -> void {
    for (std::size_t i = from; i < to;) {
      if (column + 1 >= lines[i].size()) {
        ++i;
        continue;
      }
      std::size_t end = i;
      std::size_t width = 0;
      for (; end < to && column + 1 < lines[end].size(); ++end) {
        std::size_t cell = unicode::count(lines[end][column]);
        constexpr std::size_t kPadding = 1;
        width = std::max(width, cell + kPadding);
      }
      for (std::size_t line = i; line < end; ++line) widths[line].push_back(width);
      self(self, i, end, column + 1);
      i = end;
    }
  };
  block(block, 0, lines.size(), 0);

  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    for (std::size_t column = 0; column < lines[i].size(); ++column) {
      const std::string& cell = lines[i][column];
      out += cell;
      if (column < widths[i].size()) out.append(widths[i][column] - unicode::count(cell), ' ');
    }
  }
  return out;
}

Answer write(Call& call, Any data) {
  Host& host = call.host();
  std::uint16_t kind = host.kind(data.value);
  std::string input;
  if (kind == kString || kind == kBytes) {
    std::string_view part;
    if (Answer read = textOf(call, data.value, part); !read.ok()) return read;
    input = part;
  } else if (kind == kList) {
    Answer items = host.elements(data.value, nullptr);
    if (!items.ok()) return items;
    for (const Value& item : items.value.list()) {
      std::string_view part;
      if (Answer read = textOf(call, item.handle, part); !read.ok()) return read;
      input += part;
      input += '\n';
    }
  } else {
    return bad(call, "tabwriter.Write: unsupported type " + kindText(kind));
  }
  return text(call, align(input));
}

constexpr Function kFunctions[] = {function<&write>("Write", kString)};

}  // namespace

const Package kTabwriterPackage{"text/tabwriter", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
