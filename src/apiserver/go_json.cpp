// SPDX-License-Identifier: Apache-2.0
#include "apiserver/go_json.h"

#include "base/strings.h"

namespace puppis::apiserver {
namespace {

constexpr int kDeepest = 10'000;

std::string quoted(char c) {
  if (c == '\'') return "'\\''";
  if (c == '"') return "'\"'";
  auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "'";
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\\') {
    out += "\\\\";
  } else if (byte >= 0x20 && byte < 0x7f) {
    out += c;
  } else if (byte < 0x80) {
    out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
  } else if (byte < 0xa0 || byte == 0xad) {
    out += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
  } else {
    // The byte is taken for the character of that number.
    out += static_cast<char>(0xC0 | (byte >> 6));
    out += static_cast<char>(0x80 | (byte & 0x3f));
  }
  return out + "'";
}

/// A recursive reader that only looks for the first mistake.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string check() {
    value(0);
    skip();
    if (error_.empty() && at_ < text_.size()) bad("after top-level value");
    return error_;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  void bad(const std::string& context) {
    if (!error_.empty()) return;
    error_ = at_ >= text_.size() ? "unexpected end of JSON input"
                                 : "invalid character " + quoted(text_[at_]) + " " + context;
  }
  [[nodiscard]] bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  [[nodiscard]] bool digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }

  void value(int depth) {
    skip();
    if (depth > kDeepest) {
      error_ = "exceeded max depth";
    } else if (is('{')) {
      object(depth);
    } else if (is('[')) {
      array(depth);
    } else if (is('"')) {
      string();
    } else if (is('-') || digit()) {
      number();
    } else if (is('t')) {
      literal("true");
    } else if (is('f')) {
      literal("false");
    } else if (is('n')) {
      literal("null");
    } else {
      bad("looking for beginning of value");
    }
  }

  void object(int depth) {
    ++at_;
    skip();
    if (is('}')) {
      ++at_;
      return;
    }
    while (error_.empty()) {
      skip();
      if (!is('"')) return bad("looking for beginning of object key string");
      string();
      if (!error_.empty()) return;
      skip();
      if (!is(':')) return bad("after object key");
      ++at_;
      value(depth + 1);
      if (!error_.empty()) return;
      skip();
      if (is('}')) {
        ++at_;
        return;
      }
      if (!is(',')) return bad("after object key:value pair");
      ++at_;
    }
  }

  void array(int depth) {
    ++at_;
    skip();
    if (is(']')) {
      ++at_;
      return;
    }
    while (error_.empty()) {
      value(depth + 1);
      if (!error_.empty()) return;
      skip();
      if (is(']')) {
        ++at_;
        return;
      }
      if (!is(',')) return bad("after array element");
      ++at_;
    }
  }

  void string() {
    ++at_;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return;
      }
      if (static_cast<unsigned char>(c) < 0x20) return bad("in string literal");
      ++at_;
      if (c != '\\') continue;
      if (at_ >= text_.size()) break;
      if (text_[at_] == 'u') {
        for (int i = 0; i < 4; ++i) {
          ++at_;
          if (at_ >= text_.size()) return bad("");
          if (std::string_view("0123456789abcdefABCDEF").find(text_[at_]) == std::string_view::npos)
            return bad("in \\u hexadecimal character escape");
        }
      } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
        return bad("in string escape code");
      }
      ++at_;
    }
    bad("");
  }

  void number() {
    if (is('-')) ++at_;
    if (!digit()) return bad("in numeric literal");
    if (is('0')) {
      ++at_;
    } else {
      while (digit()) ++at_;
    }
    if (is('.')) {
      ++at_;
      if (!digit()) return bad("after decimal point in numeric literal");
      while (digit()) ++at_;
    }
    if (is('e') || is('E')) {
      ++at_;
      if (is('+') || is('-')) ++at_;
      if (!digit()) return bad("in exponent of numeric literal");
      while (digit()) ++at_;
    }
  }

  void literal(std::string_view word) {
    for (std::size_t i = 0; i < word.size(); ++i, ++at_) {
      if (!is(word[i]))
        return bad("in literal " + std::string(word) + " (expecting " + quoted(word[i]) + ")");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

std::string goJsonError(std::string_view text) {
  return Scanner(text).check();
}

std::string summarizeBody(std::string_view body) {
  constexpr std::size_t kMost = 5;
  if (body.empty()) return "<empty>";
  std::string_view head = body.substr(0, kMost);
  return (body[0] == '{' ? std::string(head) : hex(head)) + (body.size() > kMost ? " ..." : "");
}

}  // namespace puppis::apiserver
