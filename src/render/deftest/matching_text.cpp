// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/matching_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace puppis::render::deftest {

namespace {

// More repetitions than this add nothing to a test.
constexpr unsigned kMostRepetitions = 3;

/// Walks the pattern and writes as it goes. An alternative or repetition that is not taken is walked with
/// writing switched off, so that the position moves on all the same.
class Writer {
 public:
  Writer(std::string_view pattern, Random& random) : pattern_(pattern), random_(random) {}

  std::optional<std::string> write() {
    alternatives(true);
    if (failed_ || at_ != pattern_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool more() const { return !failed_ && at_ < pattern_.size(); }
  [[nodiscard]] char next() const { return pattern_[at_]; }

  /// `a|b|c` up to a closing parenthesis or the end.
  void alternatives(bool writing) {
    std::size_t start = at_;
    std::size_t count = 0;
    do {
      if (count != 0) ++at_;  // the bar
      sequence(false);
      ++count;
    } while (more() && next() == '|');
    std::size_t end = at_;
    if (!writing || failed_) return;
    std::size_t chosen = random_.below(count);
    at_ = start;
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) ++at_;
      sequence(i == chosen);
    }
    at_ = end;
  }

  void sequence(bool writing) {
    while (more() && next() != '|' && next() != ')') repeated(writing);
  }

  /// One atom with what may follow it: * + ? {n,m}.
  void repeated(bool writing) {
    std::size_t start = at_;
    atom(false);
    std::size_t end = at_;
    unsigned least = 1;
    unsigned most = 1;
    if (more()) {
      switch (next()) {
        case '*':
          least = 0, most = kMostRepetitions, ++at_;
          break;
        case '+':
          most = kMostRepetitions, ++at_;
          break;
        case '?':
          least = 0, ++at_;
          break;
        case '{':
          bounds(least, most);
          break;
        default:
          break;
      }
      if (at_ != end && more() && next() == '?') ++at_;  // lazy: the same texts
    }
    std::size_t behind = at_;
    if (writing && !failed_) {
      unsigned times = least + static_cast<unsigned>(random_.below(most - least + 1));
      for (unsigned i = 0; i < times; ++i) {
        at_ = start;
        atom(true);
      }
    }
    at_ = behind;
  }

  void bounds(unsigned& least, unsigned& most) {
    ++at_;
    least = number();
    most = least;
    if (more() && next() == ',') {
      ++at_;
      most = more() && next() == '}' ? least + kMostRepetitions : number();
    }
    if (!more() || next() != '}') {
      failed_ = true;
      return;
    }
    ++at_;
    most = std::max(least, std::min(most, least + kMostRepetitions));
  }

  unsigned number() {
    unsigned out = 0;
    if (!more() || next() < '0' || next() > '9') failed_ = true;
    while (more() && next() >= '0' && next() <= '9')
      out = std::min(out * 10 + unsigned(next() - '0'), 1000U), ++at_;
    return out;
  }

  void atom(bool writing) {
    char c = next();
    ++at_;
    switch (c) {
      case '^':
      case '$':
        return;
      case '.':
        put(writing, anyOf("az09-"));
        return;
      case '(':
        group(writing);
        return;
      case '[':
        put(writing, one(charClass()));
        return;
      case '\\':
        if (!more()) {
          failed_ = true;
          return;
        }
        put(writing, one(escaped()));
        return;
      default:
        put(writing, c);
    }
  }

  void group(bool writing) {
    if (more() && next() == '?') {
      if (pattern_.substr(at_, 2) == "?:") {
        at_ += 2;
      } else if (pattern_.substr(at_, 3) == "?P<") {
        at_ = pattern_.find('>', at_);
        if (at_ == std::string_view::npos) {
          at_ = pattern_.size();
          failed_ = true;
          return;
        }
        ++at_;
      } else {
        failed_ = true;
        return;
      }
    }
    alternatives(writing);
    if (!more() || next() != ')') {
      failed_ = true;
      return;
    }
    ++at_;
  }

  /// The characters of an escape such as \d or \. .
  std::string escaped() {
    char c = next();
    ++at_;
    switch (c) {
      case 'd':
        return "0123456789";
      case 'w':
        return "abyzABYZ0189_";
      case 's':
        return " ";
      case 'n':
        return "\n";
      case 't':
        return "\t";
      default:
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) failed_ = true;  // \b, \pL and other assertions
        return {c};
    }
  }

  std::string charClass() {
    bool negated = more() && next() == '^';
    if (negated) ++at_;
    std::string in;
    bool first = true;
    while (more() && (next() != ']' || first)) {
      first = false;
      if (next() == '[') {
        failed_ = true;
        return {};
      }
      if (next() == '\\') {
        ++at_;
        if (more()) in += escaped();
        continue;
      }
      char from = next();
      ++at_;
      if (at_ + 1 < pattern_.size() && next() == '-' && pattern_[at_ + 1] != ']') {
        ++at_;
        for (int c = from; c <= next(); ++c) in += static_cast<char>(c);
        ++at_;
      } else {
        in += from;
      }
    }
    if (!more()) {
      failed_ = true;
      return {};
    }
    ++at_;
    if (!negated) return in;
    std::string others;
    for (char c = '!'; c <= '~'; ++c) {
      if (in.find(c) == std::string::npos) others += c;
    }
    return others;
  }

  char anyOf(std::string_view from) { return from[random_.below(from.size())]; }
  char one(const std::string& from) {
    if (from.empty()) failed_ = true;
    return from.empty() ? ' ' : anyOf(from);
  }
  void put(bool writing, char c) {
    if (writing) out_ += c;
  }

  std::string_view pattern_;
  Random& random_;
  std::size_t at_ = 0;
  std::string out_;
  bool failed_ = false;
};

}  // namespace

std::optional<std::string> matchingText(std::string_view pattern, Random& random) {
  return Writer(pattern, random).write();
}

}  // namespace puppis::render::deftest
