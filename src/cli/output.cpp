// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <algorithm>

#include "base/strings.h"
#include "data/json.h"
#include "data/yaml.h"

namespace puppis::cli {

namespace {

/// Characters that a terminal shows: UTF-8 sequences count once.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void appendRow(std::string& out, const std::vector<std::string>& cells,
               const std::vector<std::size_t>& widths) {
  std::vector<std::vector<std::string>> lines;
  std::size_t height = 1;
  for (const std::string& cell : cells) {
    lines.push_back(split(cell, '\n'));
    height = std::max(height, lines.back().size());
  }
  for (std::size_t row = 0; row < height; ++row) {
    std::string line;
    for (std::size_t column = 0; column < lines.size(); ++column) {
      std::string text = row < lines[column].size() ? lines[column][row] : std::string();
      line += text;
      if (column + 1 < lines.size()) line.append(widths[column] - width(text) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
}

}  // namespace

void declareFormat(Options& options, std::string& into, std::vector<std::string> choices) {
  options.choice(into, "-o,--output", std::move(choices), "The form of the output");
}

void print(Context& context, const data::Value& value, std::string_view format) {
  if (format == "json") {
    context.out << data::toJson(value, {.indent = 2}) << '\n';
  } else {
    context.out << data::toYaml(value);
  }
}

void printAll(Context& context, const std::vector<data::Value>& values, std::string_view format) {
  if (format == "json") {
    context.out << data::toJson(data::Value::array(values), {.indent = 2}) << '\n';
    return;
  }
  bool first = true;
  for (const data::Value& value : values) {
    if (!first) context.out << "---\n";
    first = false;
    context.out << data::toYaml(value);
  }
}

std::string Table::str() const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(width(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i >= widths.size()) widths.push_back(0);
      for (const std::string& line : split(row[i], '\n')) widths[i] = std::max(widths[i], width(line));
    }
  }
  std::string out;
  if (!headings_.empty()) appendRow(out, headings_, widths);
  for (const auto& row : rows_) appendRow(out, row, widths);
  return out;
}

std::string painted(std::string_view text, std::string_view colour, bool on) {
  if (!on) return std::string(text);
  std::string_view code = colour == "red"      ? "31"
                          : colour == "green"  ? "32"
                          : colour == "yellow" ? "33"
                          : colour == "cyan"   ? "36"
                          : colour == "bold"   ? "1"
                                               : "2";
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace puppis::cli
