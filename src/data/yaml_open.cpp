// SPDX-License-Identifier: Apache-2.0
#include "data/yaml_open.h"

#include <algorithm>
#include <vector>

namespace puppis::data {

namespace {

class Scan {
 public:
  Scan(std::string_view text, std::size_t end) : text_(text), end_(std::min(end, text.size())) {}

  std::optional<OpenMark> run() {
    while (at_ < end_) step();
    std::size_t row = lineOf(end_);
    if (quote_ && lineOf(quote_->offset) < row) return quote_;
    if (closed_ && lineOf(closed_->offset) < row && lineOf(closedAt_) == row) return closed_;
    if (!brackets_.empty() && lineOf(brackets_.back().offset) < row) return brackets_.back();
    return std::nullopt;
  }

 private:
  void step() {
    char c = text_[at_];
    if (quote_) {
      inQuote(c);
    } else if (c == '\n') {
      fresh_ = true;
    } else if (c == '#' && (at_ == 0 || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\n')) {
      skipLine();
      return;
    } else if (fresh_ && (c == '"' || c == '\'')) {
      quote_ = OpenMark{at_, c};
    } else if ((fresh_ || !brackets_.empty()) && (c == '[' || c == '{')) {
      brackets_.push_back({at_, c});
    } else if (!brackets_.empty() && (c == ']' || c == '}')) {
      brackets_.pop_back();
      fresh_ = false;
    } else if (fresh_ && brackets_.empty() && (c == '|' || c == '>')) {
      skipBlock();
      return;
    } else if (c == ',' && !brackets_.empty()) {
      fresh_ = true;
    } else if ((c == ':' || c == '-' || c == '?') && endsWord()) {
      fresh_ = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      fresh_ = false;
    }
    ++at_;
  }

  void inQuote(char c) {
    if (c == '\\' && quote_->character == '"') {
      ++at_;
      return;
    }
    if (c != quote_->character) return;
    if (c == '\'' && at_ + 1 < end_ && text_[at_ + 1] == '\'') {
      ++at_;
      return;
    }
    closed_ = quote_;
    closedAt_ = at_;
    quote_.reset();
    fresh_ = false;
  }

  /// Whether an indicator is one: a blank or the end of the line follows.
  [[nodiscard]] bool endsWord() const {
    return at_ + 1 >= text_.size() || text_[at_ + 1] == ' ' || text_[at_ + 1] == '\n' ||
           text_[at_ + 1] == '\r';
  }

  void skipLine() {
    std::size_t next = text_.find('\n', at_);
    at_ = next == std::string_view::npos ? end_ : next;
  }

  /// To the first line that is not deeper than the one the block scalar begins on.
  void skipBlock() {
    std::size_t outer = indentAt(text_.rfind('\n', at_) + 1);
    skipLine();
    while (at_ < end_) {
      std::size_t start = at_ + 1;
      std::size_t first = text_.find_first_not_of(' ', start);
      bool blank = first == std::string_view::npos || text_[first] == '\n';
      if (!blank && first - start <= outer) return;
      at_ = start;
      skipLine();
    }
  }

  [[nodiscard]] std::size_t indentAt(std::size_t start) const {
    std::size_t first = text_.find_first_not_of(' ', start);
    return first == std::string_view::npos ? 0 : first - start;
  }

  [[nodiscard]] std::size_t lineOf(std::size_t offset) const {
    return static_cast<std::size_t>(
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  }

  std::string_view text_;
  std::size_t end_;
  std::size_t at_ = 0;
  bool fresh_ = true;  ///< a value may begin here
  std::optional<OpenMark> quote_;
  std::optional<OpenMark> closed_;  ///< the last quote that was closed, at closedAt_
  std::size_t closedAt_ = 0;
  std::vector<OpenMark> brackets_;
};

}  // namespace

std::optional<OpenMark> openedBefore(std::string_view text, std::size_t offset) {
  return Scan(text, offset).run();
}

}  // namespace puppis::data
