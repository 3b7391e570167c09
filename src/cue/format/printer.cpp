// SPDX-License-Identifier: Apache-2.0
#include "cue/format/printer.h"

#include <algorithm>

#include "base/strings.h"
#include "cue/format/columns.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

// Deeper than this the lines of a multi-line string stay where they are.
constexpr int kMaxStringIndent = 6;

}  // namespace

std::string canonicalNumber(Token token, std::string_view text) {
  std::string out(text);
  const std::size_t point = out.find('.');
  const auto suffixBehind = [&](std::size_t at) { return at + 1 < out.size() && out[at + 1] > '9'; };
  if (token == Token::Int) {
    if (out.size() > 1 && out[0] == '0' && out[1] >= '0' && out[1] <= '9') out.insert(1, "o");
    if (point != std::string::npos && suffixBehind(point)) out.insert(point + 1, "0");
    const std::size_t exponent = out.find('E');
    if (exponent != std::string::npos && exponent + 1 < out.size()) out = toLower(out);
    return out;
  }
  if (point == 0) {
    out.insert(0, "0");
  } else if (point != std::string::npos && (point + 1 == out.size() || suffixBehind(point))) {
    out.insert(point + 1, "0");
  }
  if (out.find('E') != std::string::npos) out = toLower(out);
  return out;
}

void Printer::place(Pos pos) {
  if (pos.space == Space::Unset) return;
  if ((allowed_ & ws::kNoOverride) != 0) return;
  ws::Set wanted = allowed_;
  switch (pos.space) {
    case Space::None:
      wanted &= ~ws::kAnyBreak;
      break;
    case Space::Blank:
      wanted = (wanted | ws::kBlank) & ~ws::kAnyBreak;
      break;
    case Space::Newline:
      wanted |= ws::kNewline;
      break;
    case Space::NewSection:
      wanted |= ws::kNewSection;
      break;
    case Space::Unset:
    case Space::Elided:
      break;
  }
  if (inComment_) wanted |= ws::kNewline;  // what follows must not become part of the comment
  writeSpace(wanted);
  allowed_ = ws::kNothing;
}

void Printer::token(Token token) {
  const std::string_view text = tokenText(token);
  ws::Set next = ws::kNothing;
  bool apart = false;
  if (text[0] >= 'a' && text[0] < 'z') {  // a keyword
    apart = lastToken_ != Token::Illegal;
    next = ws::kBlank;
  } else if (lastToken_ == Token::Int) {
    apart = token == Token::Period;
  } else if (lastToken_ == Token::Add || lastToken_ == Token::Sub) {
    apart = text[0] == tokenText(lastToken_)[0];
  } else if (lastToken_ == Token::Quo) {
    apart = text[0] == '*';
  }
  if (apart && !spaceBefore_) allowed_ |= ws::kBlank;
  lastToken_ = token;
  write(text, false, next);
}

void Printer::finish() {
  allowed_ = ws::kNewline;
  lastToken_ = Token::Eof;
  write({}, false);
}

void Printer::text(std::string_view text) {
  lastToken_ = Token::String;
  write(text, true);
}

void Printer::identifier(std::string_view name) {
  lastToken_ = Token::Ident;
  write(name, false);
}

void Printer::literal(const BasicLit& literal) {
  lastToken_ = literal.token;
  switch (literal.token) {
    case Token::String:
      if (indent_ < kMaxStringIndent) {
        write(reindented(literal.text, options_.indent + indent_ + 1), true);
      } else {
        write(literal.text, true);
      }
      break;
    case Token::Int:
    case Token::Float:
      write(canonicalNumber(literal.token, literal.text), true);
      break;
    default:
      write(literal.text, true);
  }
}

void Printer::attribute(std::string_view text) {
  lastToken_ = Token::Attribute;
  write(text, true);
}

void Printer::beginComments(const CommentGroup& group) {
  const Space space = group.line ? Space::Blank : group.pos.space;
  switch (space) {
    case Space::Unset:
    case Space::Newline:
    case Space::NewSection:
      return;
    case Space::Blank:
    case Space::Elided:
      allowed_ |= ws::kBlank;
      break;
    case Space::None:
      break;
  }
  allowed_ &= ~(ws::kAnyBreak | ws::kDeclComma);
}

void Printer::comment(const Comment& comment) {
  lastToken_ = Token::Comment;
  write(comment.text, true);
}

void Printer::write(std::string_view data, bool isLiteral, ws::Set next) {
  writeSpace(allowed_);
  inComment_ = false;
  writeText(data, isLiteral);
  allowed_ = next;
}

void Printer::writeSpace(ws::Set set) {
  const bool breaks = (set & ws::kAnyBreak) != 0;
  if ((set & ws::kComma) != 0 && (breaks || (set & ws::kTrailComma) == 0)) writeChar(',');
  if ((set & ws::kIndent) != 0) indents_.push_back(set);
  if ((set & ws::kUnindent) != 0) popIndent();
  if (breaks) {
    deepenOnBreak(set);
    if ((set & ws::kNewSection) != 0) {
      writeBreak('\f', 2);
    } else {
      writeBreak((set & ws::kFormfeed) != 0 ? '\f' : '\n', 1);
    }
    spaceBefore_ = true;
  } else if ((set & ws::kDeclComma) != 0) {
    writeChar(',');
    writeChar(' ');
    spaceBefore_ = true;
  } else if ((set & ws::kNoBlank) == 0 && (set & (ws::kColumn | ws::kBlank)) != 0) {
    writeChar((set & ws::kColumn) != 0 ? '\v' : ' ');
    spaceBefore_ = true;
  }
}

void Printer::popIndent() {
  if (indents_.empty()) return;
  if ((indents_.back() & ws::kIndented) != 0) --indent_;
  indents_.pop_back();
}

void Printer::deepenOnBreak(ws::Set set) {
  if ((set & ws::kUnindent) != 0 || indents_.empty()) return;
  ws::Set& level = indents_.back();
  if ((level & ws::kIndented) != 0 || (level & ws::kIndent) == 0) return;
  level |= ws::kIndented;
  ++indent_;
}

void Printer::writeBreak(char c, int count) {
  output_.append(static_cast<std::size_t>(count), c);
  const int tabs = std::max(0, options_.indent + indent_);
  output_.append(static_cast<std::size_t>(tabs), '\t');
  column_ = 1 + tabs;
  linesOut_ += count;
  braceOnLine_ = false;
}

void Printer::writeChar(char c) {
  output_ += c;
  ++column_;
}

void Printer::writeText(std::string_view data, bool isLiteral) {
  if (!data.empty()) spaceBefore_ = false;
  if (isLiteral) output_ += ColumnWriter::kEscape;
  output_ += data;
  if (isLiteral) output_ += ColumnWriter::kEscape;
  const std::size_t newline = data.rfind('\n');
  if (newline == std::string_view::npos) {
    column_ += static_cast<int>(data.size());
  } else {
    column_ = static_cast<int>(data.size() - newline);
  }
}

}  // namespace puppis::cue
