// SPDX-License-Identifier: Apache-2.0
// The parser's support: tokens and comments, faults and recovery, and the entry points.
#include "cue/syntax/parser.h"

#include <algorithm>
#include <charconv>

namespace puppis::cue {

namespace {

constexpr std::size_t kMaxFaults = 1000;
// Backstop below maxDepth for builds with fat stack frames; half of the usual stack of a thread.
constexpr std::size_t kMaxStackBytes = 4U << 20U;

}  // namespace

int compareVersions(std::string_view a, std::string_view b) {
  const auto take = [](std::string_view& text) {
    if (!text.empty() && (text.front() == 'v' || text.front() == '.')) text.remove_prefix(1);
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
      text = {};
      return 0;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
  };
  for (int part = 0; part < 3; ++part) {
    const int x = take(a);
    const int y = take(b);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

Parser::Parser(File& file, const ParseOptions& options, SyntaxFaults& faults)
    : file_(file),
      options_(options),
      faults_(faults),
      lexer_(file.source->text(), file.arena, faults, options.comments),
      stackTop_(static_cast<const char*>(__builtin_frame_address(0))) {
  token_.line = 0;  // a comment on the first line follows no token
  listCommas_ = options.languageVersion.empty() || compareVersions(options.languageVersion, "v0.17.0") >= 0;
  next();
}

void Parser::advance() {
  if (bailed_) {
    token_.token = Token::Eof;
    token_.text = {};
    return;
  }
  if (hasPeeked_) {
    token_ = peeked_;
    hasPeeked_ = false;
    return;
  }
  token_ = lexer_.next();
}

LexToken& Parser::peek() {
  if (!hasPeeked_) {
    peeked_ = lexer_.next();
    hasPeeked_ = true;
  }
  return peeked_;
}

CommentGroup* Parser::readCommentGroup(std::uint32_t previousLine, std::uint32_t maxGap,
                                       std::uint32_t& endLine) {
  endLine = token_.line;
  Space space = Space::NewSection;
  if (endLine == previousLine) {
    space = Space::Blank;
  } else if (endLine == previousLine + 1) {
    space = Space::Newline;
  }
  std::vector<Comment> list;
  while (at(Token::Comment) && token_.line <= endLine + maxGap) {
    endLine = token_.line;
    list.push_back({token_.pos, token_.text});
    advance();
  }
  list.front().slash.space = space;
  auto* group = make<CommentGroup>();
  group->pos = list.front().slash;
  group->end = behind(list.back().slash, static_cast<std::uint32_t>(list.back().text.size()));
  Comment* out = file_.arena.array<Comment>(list.size());
  std::copy(list.begin(), list.end(), out);
  group->list = {out, list.size()};
  return group;
}

void Parser::next() {
  comments_.flushLead();
  std::uint32_t previousLine = token_.line;
  advance();
  comments_.countToken();
  if (!at(Token::Comment)) return;

  CommentGroup* group = nullptr;
  std::uint32_t endLine = 0;
  std::uint32_t line = token_.line;
  if (line == previousLine) {
    // Behind the token before it, on its line.
    group = readCommentGroup(previousLine, 0, endLine);
    if (token_.line != endLine) group->line = true;
  }
  bool more = false;
  while (at(Token::Comment)) {
    if (group != nullptr) comments_.add(group);
    group = readCommentGroup(previousLine, 1, endLine);
    previousLine = line;
    line = token_.line;
    more = true;
  }
  if (more && endLine + 1 == token_.line && !at(Token::Eof)) {
    group->doc = true;
    comments_.setLead(group);
  } else if (group != nullptr) {
    comments_.add(group);
  }
}

void Parser::fault(Pos pos, std::string message, std::string expected, std::string found) {
  if (bailed_) return;
  SyntaxFault fault;
  fault.offset = pos.hasOffset() ? pos.offset : token_.pos.offset;
  const bool atToken = fault.offset == token_.pos.offset;
  fault.length = atToken && token_.end > fault.offset ? token_.end - fault.offset : 1;
  fault.line = atToken ? token_.line : file_.source->locate(fault.offset).line;
  fault.message = std::move(message);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  faults_.addUnlessSameLine(std::move(fault));
  if (faults_.size() > kMaxFaults) bail();
}

std::string Parser::describeToken() const {
  if (atElidedComma()) return "newline";
  if (at(Token::Eof)) return "end of file";
  if (at(Token::Ident) || isLiteral(token_.token)) {
    std::string text(token_.text.substr(0, 40));
    if (text.size() < token_.text.size()) text += "...";
    return std::string(tokenText(token_.token)) + " " + text;
  }
  if (at(Token::Illegal)) return "'" + std::string(token_.text) + "'";
  return "'" + std::string(tokenText(token_.token)) + "'";
}

void Parser::faultExpected(Pos pos, std::string expected) {
  const bool here = pos.offset == token_.pos.offset;
  fault(pos, "syntax error", std::move(expected), here ? describeToken() : std::string());
}

Pos Parser::expect(Token token) {
  Pos pos = token_.pos;
  if (!at(token)) {
    faultExpected(pos, token == Token::Eof ? "end of file" : "'" + std::string(tokenText(token)) + "'");
    pos = Pos{};
  }
  next();
  return pos;
}

Pos Parser::expectClosing(Token token, std::string_view context) {
  if (!at(token) && atElidedComma()) {
    fault(token_.pos, "missing ',' before newline in " + std::string(context));
    next();
  }
  return expect(token);
}

void Parser::expectComma() {
  switch (token_.token) {
    case Token::Comma:
      next();
      break;
    case Token::RParen:
    case Token::RBrace:
    case Token::Eof:
      break;
    default:
      faultExpected(token_.pos, "','");
      skipToComma();
  }
}

bool Parser::atComma(std::string_view context, std::initializer_list<Token> follow) {
  if (at(Token::Comma)) return true;
  if (std::find(follow.begin(), follow.end(), token_.token) != follow.end()) return false;
  fault(token_.pos, "missing ',' in " + std::string(context), "','", describeToken());
  return true;
}

/// Goes on behind a fault: to the next comma of the same literal, or to the bracket that closes it.
void Parser::skipToComma() {
  int open = 0;
  for (;;) {
    switch (token_.token) {
      case Token::Eof:
        return;
      case Token::LParen:
      case Token::LBrack:
      case Token::LBrace:
        ++open;
        break;
      case Token::RParen:
      case Token::RBrack:
      case Token::RBrace:
        if (open == 0 && stopHere()) return;
        if (open > 0) --open;
        break;
      case Token::Comma:
        if (open == 0 && stopHere()) return;
        break;
      default:
        break;
    }
    next();
  }
}

/// True once for each place, and a few times more without progress, so that no caller loops for ever.
bool Parser::stopHere() {
  const bool progress = !hasSync_ || token_.pos.offset != syncOffset_;
  hasSync_ = true;
  syncOffset_ = token_.pos.offset;
  syncCount_ = progress ? 0 : syncCount_ + 1;
  return syncCount_ < 10;
}

void Parser::bail() {
  bailed_ = true;
  hasPeeked_ = false;
  token_.token = Token::Eof;
  token_.text = {};
}

void Parser::enter() {
  ++depth_;
  if (bailed_) return;
  const auto* here = static_cast<const char*>(__builtin_frame_address(0));
  const auto used = static_cast<std::size_t>(stackTop_ > here ? stackTop_ - here : here - stackTop_);
  if (depth_ <= options_.maxDepth && used < kMaxStackBytes) return;
  fault(token_.pos, "expression is nested too deeply",
        "at most " + std::to_string(options_.maxDepth) + " levels");
  bail();
}

NodeList<Node> Parser::takeScratch(std::size_t base) {
  return takeScratchAs<Node>(base);
}

void Parser::parseSingleExpression() {
  if (!faults_.empty()) return;
  auto* embed = make<EmbedDecl>();
  embed->expr = parseExpr();
  embed->pos = embed->expr->pos;
  embed->end = embed->expr->end;
  if (atElidedComma()) next();
  expect(Token::Eof);
  Decl** decls = file_.arena.array<Decl*>(1);
  decls[0] = embed;
  file_.decls = {decls, 1};
  file_.pos = embed->pos;
  file_.end = embed->end;
  comments_.closeFile(&file_);
}

namespace {

Result<std::shared_ptr<File>> parseWith(std::shared_ptr<const SourceFile> source, const ParseOptions& options,
                                        void (Parser::*entry)()) {
  SyntaxFaults faults;
  Lexer::checkText(source->text(), faults);
  if (!faults.empty()) return fail(faults.toError(*source));
  auto file = std::make_shared<File>(source);
  file->languageVersion = options.languageVersion;
  Parser parser(*file, options, faults);
  (parser.*entry)();
  if (!faults.empty()) return fail(faults.toError(*source));
  return file;
}

}  // namespace

Result<std::shared_ptr<File>> parseEditable(std::shared_ptr<const SourceFile> source,
                                            const ParseOptions& options) {
  return parseWith(std::move(source), options, &Parser::parseFile);
}

Result<std::shared_ptr<const File>> parse(std::shared_ptr<const SourceFile> source,
                                          const ParseOptions& options) {
  return parseWith(std::move(source), options, &Parser::parseFile);
}

Result<std::shared_ptr<const File>> parseExpression(std::shared_ptr<const SourceFile> source,
                                                    const ParseOptions& options) {
  return parseWith(std::move(source), options, &Parser::parseSingleExpression);
}

}  // namespace puppis::cue
