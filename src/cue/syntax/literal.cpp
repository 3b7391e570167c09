// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/literal.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cue/syntax/unicode.h"

namespace puppis::cue {

namespace {

tl::unexpected<Error> malformed(std::string message) {
  return fail(ErrorCode::InvalidArgument, std::move(message));
}

/// The quotes of a literal, read from its beginning and its end.
struct Quotes {
  char quote = '"';
  int count = 1;
  int hashes = 0;
  bool multiline = false;
  std::string_view indent;       ///< what stands before the closing quotes of a multi-line literal
  std::size_t contentStart = 0;  ///< in the beginning's text

  [[nodiscard]] std::size_t closingSize() const { return static_cast<std::size_t>(count + hashes); }
};

bool isBlankRune(std::string_view text, std::size_t end, std::size_t& start) {
  start = end - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
  std::size_t size = 1;
  return isSpaceRune(decodeRune(text, start, size));
}

/// Reads the quotes; `first` is the beginning of the literal, `last` its end (the same text without
/// interpolation).
Result<Quotes> readQuotes(std::string_view first, std::string_view last) {
  Quotes out;
  std::size_t at = 0;
  while (at < first.size() && first[at] == '#') ++at;
  out.hashes = static_cast<int>(at);
  if (at >= first.size() || (first[at] != '"' && first[at] != '\'')) return malformed("not a string literal");
  out.quote = first[at];
  const std::string_view opening = first.substr(at);
  if (opening.size() > 3 && opening[1] == out.quote && opening[2] == out.quote && opening[3] != '#') {
    std::size_t newline = 3;
    if (opening[newline] == '\r') ++newline;
    if (newline >= opening.size() || opening[newline] != '\n') {
      return malformed("the text of a multi-line string begins on the line below the quotes");
    }
    out.multiline = true;
    out.count = 3;
    out.contentStart = at + newline + 1;
  } else {
    out.contentStart = at + 1;
  }

  std::string closing(static_cast<std::size_t>(out.count), out.quote);
  closing.append(static_cast<std::size_t>(out.hashes), '#');
  if (last.size() < closing.size() || !last.ends_with(closing) ||
      (first.data() == last.data() && last.size() < out.contentStart + closing.size())) {
    return malformed("string literal is not terminated");
  }
  if (!out.multiline) return out;

  std::size_t lineStart = last.size() - closing.size();
  const std::size_t end = lineStart;
  bool onOwnLine = false;
  while (lineStart > 0) {
    if (last[lineStart - 1] == '\n') {
      onOwnLine = true;
      break;
    }
    std::size_t previous = 0;
    if (!isBlankRune(last, lineStart, previous)) break;
    lineStart = previous;
  }
  if (!onOwnLine) return malformed("the closing quotes of a multi-line string must stand on their own line");
  out.indent = last.substr(lineStart, end - lineStart);
  return out;
}

bool isHighSurrogate(char32_t rune) {
  return rune >= 0xD800 && rune < 0xDC00;
}
bool isLowSurrogate(char32_t rune) {
  return rune >= 0xDC00 && rune < 0xE000;
}

/// Decodes the text between the quotes.
class Unquoter {
 public:
  explicit Unquoter(const Quotes& quotes) : quotes_(quotes) {}

  /// `text` begins behind the opening quotes or an interpolation's parenthesis, and ends with the closing
  /// quotes or with "\(". `atLineStart`: the indentation of the first line is still to be taken off.
  Result<std::string> decode(std::string_view text, bool atLineStart) {
    text_ = text;
    out_.clear();
    out_.reserve(text.size());
    if (atLineStart) TRY_VOID(skipIndent());
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\r' && quotes_.multiline) {
        ++at_;
        continue;
      }
      if (c == '\n') {
        if (!quotes_.multiline) return malformed("line break in a string");
        ++at_;
        TRY_VOID(skipIndent());
        out_ += '\n';
        lastWasNewline_ = true;
        continue;
      }
      if (c == quotes_.quote && closesHere()) {
        // The line break before the closing quotes belongs to them.
        if (quotes_.multiline && lastWasNewline_ && !out_.empty()) out_.pop_back();
        return std::move(out_);
      }
      lastWasNewline_ = false;
      if (c == '\0') return malformed("NUL in a string");
      if (c == '\\' && hashesFollow(at_ + 1)) {
        at_ += 1 + static_cast<std::size_t>(quotes_.hashes);
        if (at_ + 1 == text_.size() && text_[at_] == '(') return std::move(out_);
        TRY_VOID(escape());
        continue;
      }
      out_ += c;
      ++at_;
    }
    return malformed("string literal is not terminated");
  }

 private:
  [[nodiscard]] bool hashesFollow(std::size_t at) const {
    for (int i = 0; i < quotes_.hashes; ++i) {
      if (at >= text_.size() || text_[at++] != '#') return false;
    }
    return at < text_.size();
  }

  [[nodiscard]] bool closesHere() const { return text_.size() - at_ == quotes_.closingSize(); }

  Status skipIndent() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with(quotes_.indent)) {
      at_ += quotes_.indent.size();
      return {};
    }
    if (rest.starts_with("\n") || rest.starts_with("\r\n")) return {};
    return malformed("the lines of a multi-line string lack the closing quotes' indentation");
  }

  Result<char32_t> digits(int count, int base) {
    char32_t value = 0;
    for (; count > 0; --count, ++at_) {
      const int c = at_ < text_.size() ? text_[at_] : -1;
      int digit = 16;
      if (c >= '0' && c <= '9') digit = c - '0';
      if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
      if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
      if (digit >= base) return malformed("illegal character in escape sequence");
      value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
    }
    return value;
  }

  Status escape() {
    const char c = text_[at_++];
    switch (c) {
      case 'a':
        out_ += '\a';
        return {};
      case 'b':
        out_ += '\b';
        return {};
      case 'f':
        out_ += '\f';
        return {};
      case 'n':
        out_ += '\n';
        return {};
      case 'r':
        out_ += '\r';
        return {};
      case 't':
        out_ += '\t';
        return {};
      case 'v':
        out_ += '\v';
        return {};
      case '/':
        out_ += '/';
        return {};
      case '\\':
        out_ += '\\';
        return {};
      case 'u':
        return unicode(4);
      case 'U':
        return unicode(8);
      default:
        break;
    }
    if (c == quotes_.quote) {
      out_ += c;
      return {};
    }
    if (quotes_.quote == '\'' && (c == 'x' || (c >= '0' && c <= '7'))) {
      if (c != 'x') --at_;
      TRY(const char32_t byte, c == 'x' ? digits(2, 16) : digits(3, 8));
      if (byte > 255) return malformed("octal escape is no byte");
      out_ += static_cast<char>(byte);
      return {};
    }
    return malformed("unknown escape sequence");
  }

  Status unicode(int count) {
    TRY(char32_t rune, digits(count, 16));
    if (isLowSurrogate(rune)) return malformed("unmatched surrogate in escape sequence");
    if (isHighSurrogate(rune)) {
      if (at_ >= text_.size() || text_[at_] != '\\' || !hashesFollow(at_ + 1)) {
        return malformed("unmatched surrogate in escape sequence");
      }
      at_ += 1 + static_cast<std::size_t>(quotes_.hashes);
      const char kind = text_[at_++];
      if (kind != 'u' && kind != 'U') return malformed("unmatched surrogate in escape sequence");
      TRY(const char32_t low, digits(kind == 'u' ? 4 : 8, 16));
      if (!isLowSurrogate(low)) return malformed("unmatched surrogate in escape sequence");
      rune = 0x10000 + (rune - 0xD800) * 0x400 + (low - 0xDC00);
    }
    if (rune > 0x10FFFF) return malformed("escape sequence is no code point");
    appendRune(out_, rune);
    return {};
  }

  const Quotes& quotes_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  bool lastWasNewline_ = false;
};

}  // namespace

Result<StringValue> unquote(std::string_view literal) {
  TRY(const Quotes quotes, readQuotes(literal, literal));
  StringValue out;
  out.bytes = quotes.quote == '\'';
  out.multiline = quotes.multiline;
  Unquoter unquoter(quotes);
  TRY(out.text, unquoter.decode(literal.substr(quotes.contentStart), quotes.multiline));
  return out;
}

Result<InterpolationText> decodeInterpolation(const Interpolation& node) {
  InterpolationText out;
  const auto textOf = [&](std::size_t i) -> std::string_view {
    const auto* literal = node.elements[i]->as<BasicLit>();
    return literal == nullptr ? std::string_view() : literal->text;
  };
  if (node.elements.empty()) return malformed("empty interpolation");
  TRY(const Quotes quotes, readQuotes(textOf(0), textOf(node.elements.size() - 1)));
  out.bytes = quotes.quote == '\'';
  out.multiline = quotes.multiline;
  for (std::size_t i = 0; i < node.elements.size(); i += 2) {
    std::string_view text = textOf(i);
    text.remove_prefix(i == 0 ? quotes.contentStart : std::min<std::size_t>(1, text.size()));
    Unquoter unquoter(quotes);
    TRY(std::string decoded, unquoter.decode(text, i == 0 && quotes.multiline));
    out.texts.push_back(std::move(decoded));
  }
  return out;
}

std::string reindented(std::string_view literal, int tabs) {
  const auto quotes = readQuotes(literal, literal);
  const std::string indent(static_cast<std::size_t>(tabs), '\t');
  if (!quotes || !quotes->multiline || quotes->indent == indent) return std::string(literal);
  return replaceAll(std::string(literal), "\n" + std::string(quotes->indent), "\n" + indent);
}

bool isIdentifier(std::string_view name) {
  if (name.empty()) return false;
  bool digitMayLead = false;
  if (name.front() == '_') {
    name.remove_prefix(1);
    digitMayLead = true;
  }
  if (name.empty()) return true;
  if (name.front() == '#') {
    name.remove_prefix(1);
    digitMayLead = false;
  }
  for (std::size_t i = 0; i < name.size();) {
    std::size_t size = 1;
    const char32_t rune = decodeRune(name, i, size);
    if (i == 0 && !digitMayLead && isDigitRune(rune)) return false;
    if (!isLetterRune(rune) && !isDigitRune(rune) && rune != '_' && rune != '$') return false;
    i += size;
  }
  return true;
}

bool labelNeedsQuotes(std::string_view name) {
  return name.starts_with('#') || name.starts_with('_') || !isIdentifier(name);
}

}  // namespace puppis::cue
