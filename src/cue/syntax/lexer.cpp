// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/lexer.h"

#include "base/strings.h"
#include "cue/syntax/unicode.h"

namespace puppis::cue {

namespace {

constexpr int kMaxAttributeDepth = 500;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool isDigit(int c) {
  return c >= '0' && c <= '9';
}

int digitValue(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c == '_') return 0;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

Token closerOf(Token opener) {
  switch (opener) {
    case Token::LParen:
      return Token::RParen;
    case Token::LBrack:
      return Token::RBrack;
    case Token::LBrace:
      return Token::RBrace;
    default:
      return Token::Illegal;
  }
}

}  // namespace

Lexer::Lexer(std::string_view text, Arena& arena, SyntaxFaults& faults, bool comments)
    : text_(text), arena_(arena), faults_(faults), comments_(comments) {
  if (startsWith(text_, kByteOrderMark)) at_ = kByteOrderMark.size();
}

void Lexer::checkText(std::string_view text, SyntaxFaults& faults) {
  if (text.size() >= Pos::kNoOffset - 8) {
    faults.add({0, 1, 1, "the text is too large", "less than 4 GiB", {}});
    return;
  }
  const auto lineOf = [&](std::size_t offset) {
    std::uint32_t line = 1;
    for (const char c : text.substr(0, offset)) line += c == '\n' ? 1U : 0U;
    return line;
  };
  const auto add = [&](std::size_t offset, const char* what) {
    faults.add({static_cast<std::uint32_t>(offset), 1, lineOf(offset), what, {}, {}});
  };
  if (const auto bad = firstInvalidUtf8(text)) add(*bad, "illegal UTF-8 encoding");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    add(nul, "illegal character NUL");
  if (const std::size_t mark = text.find(kByteOrderMark, 1); mark != std::string_view::npos) {
    add(mark, "illegal byte order mark");
  }
}

int Lexer::peek(std::size_t ahead) const {
  return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : -1;
}

void Lexer::fault(std::size_t offset, std::string message, std::string expected, std::string found) {
  faults_.add({static_cast<std::uint32_t>(offset), 1, line_, std::move(message), std::move(expected),
               std::move(found)});
}

std::string_view Lexer::withoutReturns(std::string_view text) {
  if (text.find('\r') == std::string_view::npos) return text;
  std::string kept;
  kept.reserve(text.size());
  for (const char c : text) {
    if (c != '\r') kept += c;
  }
  return arena_.copy(kept);
}

void Lexer::skipBlanks() {
  for (; at_ < text_.size(); ++at_) {
    switch (text_[at_]) {
      case ' ':
      case '\t':
        ++blanksSince_;
        break;
      case '\r':
        break;
      case '\n':
        ++linesSince_;
        if (lineEndIsComma_) return;
        ++line_;
        break;
      default:
        return;
    }
  }
}

LexToken Lexer::elidedComma(std::size_t offset, std::uint32_t line) const {
  LexToken comma;
  comma.token = Token::Comma;
  comma.pos = Pos{static_cast<std::uint32_t>(offset), Space::Elided, false, true};
  comma.end = static_cast<std::uint32_t>(offset);
  comma.line = line;
  comma.text = "\n";
  return comma;
}

LexToken Lexer::next() {
  for (;;) {
    skipBlanks();
    if (lineEndIsComma_) {
      const int c = peek();
      if (c == '\n') {
        const std::size_t offset = at_;
        const std::uint32_t line = line_;
        lineEndIsComma_ = false;
        ++at_;
        ++line_;
        skipBlanks();
        // A comma or colon on the next line makes this one superfluous: JSON may be laid out so.
        if (peek() == ',' || peek() == ':') continue;
        return elidedComma(offset, line);
      }
      if (c < 0 || (c == '/' && peek(1) == '/')) {
        lineEndIsComma_ = false;
        return elidedComma(at_, line_);
      }
    }

    LexToken token;
    Space space = Space::None;
    if (linesSince_ > 1) {
      space = Space::NewSection;
    } else if (linesSince_ == 1) {
      space = Space::Newline;
    } else if (blanksSince_ > 0) {
      space = Space::Blank;
    }
    const bool hadComma = nextHasComma_;
    token.pos = Pos{static_cast<std::uint32_t>(at_), space, false, true};
    token.line = line_;
    if (!scanToken(token)) continue;
    if (hadComma && token.token != Token::Comment) {
      token.pos.afterComma = true;
      nextHasComma_ = token.token == Token::Comma && token.text == ",";
    }
    token.end = static_cast<std::uint32_t>(at_);
    linesSince_ = 0;
    blanksSince_ = 0;
    return token;
  }
}

bool Lexer::scanToken(LexToken& token) {
  const std::size_t start = at_;
  const auto textSoFar = [&] { return text_.substr(start, at_ - start); };
  const bool wasLineEndComma = lineEndIsComma_;
  lineEndIsComma_ = false;
  const int c = peek();

  if (c < 0) {
    token.token = Token::Eof;
    return true;
  }
  if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
    if (c == '.') ++at_;
    token.token = scanNumber(c == '.');
    token.text = textSoFar();
    lineEndIsComma_ = true;
    return true;
  }

  std::size_t size = 1;
  const char32_t rune = decodeRune(text_, at_, size);
  if (isLetterRune(rune) || c == '$') {
    scanNames();
    token.text = textSoFar();
    token.token = lookupKeyword(token.text);
    lineEndIsComma_ = true;
    return true;
  }

  switch (c) {
    case '#': {
      int hashes = 0;
      while (peek(static_cast<std::size_t>(hashes)) == '#') ++hashes;
      const int behind = peek(static_cast<std::size_t>(hashes));
      if (behind == '"' || behind == '\'') {
        at_ += static_cast<std::size_t>(hashes);
        scanStringToken(token, hashes);
        lineEndIsComma_ = true;
        return true;
      }
      if (hashes == 1) {
        ++at_;
        // A digit cannot follow the #: the name is the # alone.
        std::size_t width = 1;
        if (at_ < text_.size() && !isDigitRune(decodeRune(text_, at_, width))) scanNames();
        token.token = Token::Ident;
        token.text = textSoFar();
        lineEndIsComma_ = true;
        return true;
      }
      at_ += static_cast<std::size_t>(hashes);
      token.text = textSoFar();
      return true;
    }
    case '"':
    case '\'':
      scanStringToken(token, 0);
      lineEndIsComma_ = true;
      return true;
    case '_': {
      lineEndIsComma_ = true;
      if (peek(1) == '|' && peek(2) == '_') {
        at_ += 3;
        token.token = Token::Bottom;
        token.text = textSoFar();
        return true;
      }
      ++at_;
      if (peek() == '#') {
        ++at_;
        std::size_t width = 1;
        if (at_ < text_.size() && !isDigitRune(decodeRune(text_, at_, width))) scanNames();
      } else {
        scanNames();
      }
      token.token = Token::Ident;
      token.text = textSoFar();
      if (token.text == "__" && peek() == '#') {
        ++at_;
        scanNames();
        token.token = Token::Illegal;
        token.text = textSoFar();
        fault(start, "illegal token \"" + std::string(token.text) + "\"");
      }
      return true;
    }
    case '@':
      ++at_;
      scanAttribute();
      token.token = Token::Attribute;
      token.text = textSoFar();
      lineEndIsComma_ = true;
      return true;
    case '/':
      if (peek(1) == '/') {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
        if (!comments_) return false;
        token.token = Token::Comment;
        token.text = withoutReturns(textSoFar());
        return true;
      }
      break;
    case ',':
      ++at_;
      token.token = Token::Comma;
      token.text = ",";
      nextHasComma_ = true;
      return true;
    default:
      break;
  }

  token.token = scanOperator();
  if (token.token == Token::Illegal && at_ == start) {
    at_ += size;
    lineEndIsComma_ = wasLineEndComma;
    token.text = textSoFar();
    fault(start, "illegal character '" + std::string(token.text) + "'");
    return true;
  }
  if (token.token == Token::Illegal) fault(start, "illegal token '..'", "'...' or '.'");
  switch (token.token) {
    case Token::RParen:
    case Token::RBrack:
    case Token::RBrace:
    case Token::Option:
    case Token::Semicolon:
    case Token::Ellipsis:
      lineEndIsComma_ = true;
      break;
    default:
      break;
  }
  return true;
}

void Lexer::scanNames() {
  while (at_ < text_.size()) {
    const int c = peek();
    if (c < 0x80) {
      const bool part =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_' || c == '$';
      if (!part) return;
      ++at_;
      continue;
    }
    std::size_t size = 1;
    const char32_t rune = decodeRune(text_, at_, size);
    if (!isLetterRune(rune) && !isDigitRune(rune)) return;
    at_ += size;
  }
}

void Lexer::scanDigits(int base) {
  int last = 0;
  while (digitValue(peek()) < base) {
    if (last == '_' && peek() == '_') fault(at_, "illegal '_' in number");
    last = peek();
    ++at_;
  }
  if (last == '_') fault(at_ - 1, "illegal '_' in number");
}

Token Lexer::scanNumber(bool behindPoint) {
  const std::size_t start = at_;
  Token token = Token::Int;
  bool fraction = true;  // a point may follow

  const auto prefixed = [&](int base, const char* name) {
    at_ += 2;
    scanDigits(base);
    if (at_ - start <= 2) fault(start, std::string("illegal ") + name + " number");
    return Token::Int;
  };

  if (behindPoint) {
    token = Token::Float;
    scanDigits(10);
    fraction = false;
  } else if (peek() == '0') {
    switch (peek(1)) {
      case 'x':
      case 'X':
        return prefixed(16, "hexadecimal");
      case 'b':
        return prefixed(2, "binary");
      case 'o':
        return prefixed(8, "octal");
      default:
        break;
    }
    ++at_;
    const bool moreDigits = isDigit(peek());
    if (moreDigits) scanDigits(10);
    const bool range = peek() == '.' && peek(1) == '.';
    const bool isFloat = !range && (peek() == '.' || peek() == 'e' || peek() == 'E');
    if (!isFloat && moreDigits) fault(start, "illegal integer number", "no leading zero");
    if (range) return token;
  } else {
    scanDigits(10);
  }

  if (fraction && peek() == '.') {
    if (peek(1) == '.') return token;
    token = Token::Float;
    ++at_;
    scanDigits(10);
  }
  switch (peek()) {
    case 'K':
    case 'M':
    case 'G':
    case 'T':
    case 'P':
      ++at_;
      if (peek() == 'i') ++at_;
      return Token::Int;
    case 'e':
    case 'E':
      token = Token::Float;
      ++at_;
      if (peek() == '-' || peek() == '+') ++at_;
      if (digitValue(peek()) >= 10) fault(at_, "illegal exponent in number");
      scanDigits(10);
      break;
    default:
      break;
  }
  return token;
}

Token Lexer::scanOperator() {
  const int c = peek();
  const auto one = [&](Token token) {
    ++at_;
    return token;
  };
  const auto two = [&](int second, Token pair, Token single) {
    if (peek(1) == second) {
      at_ += 2;
      return pair;
    }
    return one(single);
  };
  switch (c) {
    case ':':
      return one(Token::Colon);
    case ';':
      return one(Token::Semicolon);
    case '?':
      return one(Token::Option);
    case '~':
      return one(Token::Tilde);
    case '(':
      return one(Token::LParen);
    case ')':
      return one(Token::RParen);
    case '[':
      return one(Token::LBrack);
    case ']':
      return one(Token::RBrack);
    case '{':
      return one(Token::LBrace);
    case '}':
      return one(Token::RBrace);
    case '+':
      return one(Token::Add);
    case '-':
      return one(Token::Sub);
    case '*':
      return one(Token::Mul);
    case '/':
      return one(Token::Quo);
    case '&':
      return two('&', Token::LAnd, Token::And);
    case '|':
      return two('|', Token::LOr, Token::Or);
    case '>':
      return two('=', Token::Geq, Token::Gtr);
    case '<':
      if (peek(1) == '-') return two('-', Token::Arrow, Token::Lss);
      return two('=', Token::Leq, Token::Lss);
    case '=':
      if (peek(1) == '~') return two('~', Token::Mat, Token::Bind);
      return two('=', Token::Eql, Token::Bind);
    case '!':
      if (peek(1) == '~') return two('~', Token::NMat, Token::Not);
      return two('=', Token::Neq, Token::Not);
    case '.':
      if (peek(1) != '.') return one(Token::Period);
      if (peek(2) == '.') {
        at_ += 3;
        return Token::Ellipsis;
      }
      at_ += 2;
      return Token::Illegal;
    default:
      return Token::Illegal;
  }
}

void Lexer::scanAttribute() {
  scanNames();
  ++attributeDepth_;
  if (attributeDepth_ > kMaxAttributeDepth) {
    fault(at_, "attributes are nested too deeply");
    at_ = text_.size();
  } else if (next().token == Token::LParen) {
    scanAttributeBody();
  } else {
    fault(at_, "invalid attribute", "'('");
  }
  --attributeDepth_;
}

void Lexer::scanAttributeBody() {
  std::vector<Token> closers = {Token::RParen};
  while (!closers.empty()) {
    const LexToken token = next();
    switch (token.token) {
      case Token::LParen:
      case Token::LBrack:
      case Token::LBrace:
        closers.push_back(closerOf(token.token));
        break;
      case Token::RParen:
      case Token::RBrack:
      case Token::RBrace:
        if (token.token == closers.back()) {
          closers.pop_back();
        } else {
          fault(at_, "unbalanced attribute", "'" + std::string(tokenText(closers.back())) + "'",
                "'" + std::string(tokenText(token.token)) + "'");
        }
        break;
      case Token::Eof:
        fault(at_, "attribute is not closed", "'" + std::string(tokenText(closers.back())) + "'");
        return;
      case Token::Interpolation: {
        fault(at_, "interpolation is not allowed in an attribute");
        if (!quotes_.empty()) quotes_.pop_back();
        // Goes on behind the parenthesis that closes the interpolation, or at the end of the line.
        int open = 0;
        while (at_ < text_.size() && text_[at_] != '\n') {
          if (text_[at_] == '(') ++open;
          if (text_[at_] == ')' && --open == 0) break;
          ++at_;
        }
        break;
      }
      default:
        break;
    }
  }
}

}  // namespace puppis::cue
