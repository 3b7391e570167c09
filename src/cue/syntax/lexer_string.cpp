// SPDX-License-Identifier: Apache-2.0
// The part of the lexer that reads strings.
#include "cue/syntax/lexer.h"
#include "cue/syntax/unicode.h"

namespace puppis::cue {

namespace {

bool isBlank(char c) {
  return c == ' ' || c == '\t';
}

int hexValue(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view commonPrefix(std::string_view a, std::string_view b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  return a.substr(0, n);
}

}  // namespace

bool Lexer::closesString(const Quote& quote) const {
  std::size_t ahead = 0;
  for (int i = 0; i < quote.count; ++i) {
    if (peek(ahead++) != quote.quote) return false;
  }
  for (int i = 0; i < quote.hashes; ++i) {
    if (peek(ahead++) != '#') return false;
  }
  return true;
}

void Lexer::scanStringToken(LexToken& token, int hashes) {
  Quote quote;
  quote.quote = text_[at_];
  quote.hashes = hashes;
  quote.start = at_ - static_cast<std::size_t>(hashes);
  const std::size_t start = quote.start;
  const auto whole = [&] {
    token.token = Token::String;
    token.text = text_.substr(start, at_ - start);
  };
  const auto hashesAt = [&](std::size_t ahead) {
    for (int i = 0; i < hashes; ++i) {
      if (peek(ahead++) != '#') return false;
    }
    return true;
  };

  if (peek(1) == quote.quote) {
    const bool triple = peek(2) == quote.quote;
    if (!triple && hashesAt(2)) {  // the empty string
      at_ += 2 + static_cast<std::size_t>(hashes);
      return whole();
    }
    if (triple && hashes > 0 && hashesAt(3)) {  // #"""#: one quote between quotes
      at_ += 3 + static_cast<std::size_t>(hashes);
      return whole();
    }
    if (triple) {
      quote.count = 3;
      at_ += 3;
      const std::size_t behind = peek() == '\r' ? 1 : 0;
      if (peek(behind) != '\n') {
        at_ += behind;
        fault(start, "the text of a multi-line string begins on the line below the quotes", "newline");
        return whole();
      }
      at_ += behind + 1;
      ++line_;
    } else {
      at_ += 1;  // in a raw string a quote may come first
    }
  } else {
    at_ += 1;
  }
  const StringScan scan = scanString(start, quote, false);
  token.token = scan.interpolation ? Token::Interpolation : Token::String;
  token.text = scan.text;
}

Lexer::StringScan Lexer::scanString(std::size_t from, Quote quote, bool resumed) {
  const bool multiline = quote.count == 3;
  // The closing quotes of a multi-line string must be the first on their line.
  bool closeAllowed = multiline && !resumed;
  std::size_t lineStart = at_;
  StringScan out;
  const auto finish = [&](std::size_t extra) {
    const std::string_view text = text_.substr(from, at_ + extra - from);
    out.text = multiline ? withoutReturns(text) : text;
    return out;
  };

  for (;;) {
    const int c = peek();
    if (c < 0 || (!multiline && c == '\n')) {
      fault(from, "string literal is not terminated");
      return finish(0);
    }
    if (c == quote.quote && (!multiline || closeAllowed) && closesString(quote)) {
      const std::string_view indent = text_.substr(lineStart, at_ - lineStart);
      at_ += static_cast<std::size_t>(quote.count + quote.hashes);
      if (multiline && quote.hasIndent && !quote.indent.starts_with(indent)) {
        fault(quote.start, "the lines of a multi-line string lack the closing quotes' indentation");
      }
      return finish(0);
    }
    if (c == '\r' && multiline) {
      ++at_;
      continue;
    }
    const bool blank = isBlank(static_cast<char>(c));
    if (closeAllowed && !blank) {
      std::string_view indent = text_.substr(lineStart, at_ - lineStart);
      while (!indent.empty() && indent.back() == '\r') indent.remove_suffix(1);
      if (c != '\n' || !indent.empty()) {
        quote.indent = quote.hasIndent ? commonPrefix(quote.indent, indent) : indent;
        quote.hasIndent = true;
      }
    }
    ++at_;
    if (c == '\n') {
      ++line_;
      closeAllowed = multiline;
      lineStart = at_;
    } else if (!blank) {
      closeAllowed = false;
    }
    if (c == '\\' && scanEscape(quote)) {
      quotes_.push_back(quote);
      out.interpolation = true;
      return finish(1);
    }
  }
}

/// Reads the escape behind a backslash. True: it is "\(", the cursor is at the parenthesis.
bool Lexer::scanEscape(const Quote& quote) {
  for (int i = 0; i < quote.hashes; ++i) {
    if (peek() != '#') return false;
    ++at_;
  }
  const std::size_t start = at_;
  int digits = 0;
  int base = 16;
  char32_t limit = 0x10FFFF;
  const int c = peek();
  switch (c) {
    case '(':
      return true;
    case 'a':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
    case '\\':
    case '/':
      ++at_;
      return false;
    case 'u':
      ++at_;
      digits = 4;
      break;
    case 'U':
      ++at_;
      digits = 8;
      break;
    case 'x':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
      if (quote.quote == '"') {
        fault(start, c == 'x' ? "hexadecimal escape in a string" : "octal escape in a string",
              "\\u and four digits, or single quotes for bytes");
        return false;
      }
      limit = 255;
      digits = c == 'x' ? 2 : 3;
      base = c == 'x' ? 16 : 8;
      if (c == 'x') ++at_;
      break;
    default:
      if (c == quote.quote) {
        ++at_;
        return false;
      }
      fault(start, c < 0 ? "escape sequence is not terminated" : "unknown escape sequence");
      return false;
  }
  char32_t value = 0;
  for (; digits > 0; --digits) {
    const int digit = hexValue(peek());
    if (digit < 0 || digit >= base) {
      fault(at_, peek() < 0 ? "escape sequence is not terminated" : "illegal character in escape sequence",
            base == 8 ? "octal digit" : "hexadecimal digit");
      return false;
    }
    value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
    ++at_;
  }
  if (value > limit) fault(start, "escape sequence is no code point");
  return false;
}

LexToken Lexer::resumeString() {
  LexToken token;
  token.token = Token::String;
  token.line = line_;
  const std::size_t from = at_ > 0 ? at_ - 1 : 0;
  token.pos = Pos{static_cast<std::uint32_t>(from), Space::None, false, true};
  if (!quotes_.empty()) {
    const Quote quote = quotes_.back();
    quotes_.pop_back();
    const StringScan scan = scanString(from, quote, true);
    token.text = scan.text;
    if (scan.interpolation) token.token = Token::Interpolation;
  }
  token.end = static_cast<std::uint32_t>(at_);
  lineEndIsComma_ = true;
  return token;
}

}  // namespace puppis::cue
