// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "data/value.h"

namespace puppis::cli {

/// Declares `-o,--output` with these choices; `into` holds the default.
void declareFormat(Options& options, std::string& into, std::vector<std::string> choices);

/// Prints one value as "json" (indented) or "yaml" on `out`.
void print(Context& context, const data::Value& value, std::string_view format);
/// Prints several: a JSON array, or YAML documents divided by "---".
void printAll(Context& context, const std::vector<data::Value>& values, std::string_view format);

/// Rows under headings, columns aligned by two blanks as kubectl prints them. Widths count characters, not
/// bytes.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  /// A cell with line breaks makes a row of several lines.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string str() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

/// `text` in a colour when `on`: "red", "green", "yellow", "cyan", "bold", "dim".
std::string painted(std::string_view text, std::string_view colour, bool on);

}  // namespace puppis::cli
