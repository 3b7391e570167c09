// SPDX-License-Identifier: Apache-2.0
#include "cue/format/formatter.h"

#include <optional>
#include <utility>

#include "base/strings.h"
#include "cue/format/columns.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

namespace {

constexpr int kAllComments = 127;

}  // namespace

Formatter::Formatter(const FormatOptions& options, const SourceFile* source, bool holdComments)
    : options_(options), lines_(source), out_(options), holdComments_(holdComments) {}

std::string Formatter::run(const Node& node) {
  out_.resetSpace(ws::kNoOverride);
  if (options_.simplify) findPlainLabels(node);
  switch (node.kind) {
    case NodeKind::File:
      file(static_cast<const File&>(node));
      break;
    case NodeKind::Field:
    case NodeKind::EmbedDecl:
    case NodeKind::LetClause:
    case NodeKind::Attribute:
    case NodeKind::Package:
    case NodeKind::ImportDecl:
    case NodeKind::CommentGroup:
    case NodeKind::Comprehension:
      decl(node);
      break;
    default:
      expr(node);
  }
  writeHeld();
  return out_.take();
}

void Formatter::before(const Node* node) {
  stack_.push_back(current_);
  Frame frame;
  frame.nodeSeparator = current_.nodeSeparator;
  frame.parentSeparator = current_.nodeSeparator;
  current_ = frame;
  if (node == nullptr) return;
  if (const auto* literal = node->as<StructLit>(); literal != nullptr && literal->elements.size() <= 1 &&
                                                   current_.nodeSeparator != ws::kBlank && onOneLine(*node)) {
    current_.nodeSeparator = ws::kBlank;
  }
  current_.comments.linked = node->comments;
  writeComments(current_.position);
}

void Formatter::after() {
  writeComments(kAllComments);
  current_ = stack_.back();
  stack_.pop_back();
  skipToken();
}

void Formatter::countToken() {
  current_.position = static_cast<std::int8_t>(current_.position + 1);
}

/// A token of the node that is not written, or was written elsewhere: its comments come now.
void Formatter::skipToken() {
  countToken();
  writeComments(current_.position);
}

void Formatter::writeComments(int until) {
  bool first = true;
  for (const CommentGroup* group = current_.comments.front(); group != nullptr && group->position <= until;
       group = current_.comments.front()) {
    if (!first) space(ws::kNewSection);
    first = false;
    writeComment(*group);
    current_.comments.pop();
  }
}

/// Writes the held comments behind what was written last: one on its line, the others below.
void Formatter::writeHeld() {
  const std::vector<const CommentGroup*> held = std::exchange(held_, {});
  bool first = true;
  for (const CommentGroup* group : held) {
    CommentGroup moved = *group;
    moved.doc = false;
    moved.line = first;
    moved.pos.space = first ? Space::Blank : Space::Newline;
    std::vector<Comment> lines(group->list.begin(), group->list.end());
    for (Comment& line : lines) line.slash.space = Space::Newline;
    lines.front().slash.space = moved.pos.space;
    moved.list = lines;
    writeComment(moved);
    first = false;
  }
}

void Formatter::writeComment(const CommentGroup& group) {
  if (holdComments_ && inExpression_) {
    held_.push_back(&group);
    return;
  }
  out_.beginComments(group);
  if (group.doc && !out_.empty()) space(ws::kNewline);
  for (const Comment& comment : group.list) {
    if (!out_.atLineStart()) space(ws::kColumn);
    out_.place(comment.slash);
    out_.comment(comment);
    out_.markComment();
    space(ws::kNewline);
    if (group.doc) space(ws::kNoOverride);
  }
}

bool Formatter::onOneLine(const Node& node) const {
  const Pos begin = firstPos(node);
  const NodeEnd end = nodeEnd(node);
  return begin.present() && end.known && lines_.lineOf(begin.offset) == lines_.lineOf(end.offset);
}

ws::Set Formatter::formfeed() const {
  return current_.nodeSeparator == ws::kBlank ? ws::kBlank : ws::kFormfeed;
}

void Formatter::tok(Token token) {
  out_.token(token);
  countToken();
}

void Formatter::word(std::string_view text) {
  out_.text(text);
  countToken();
}

namespace {

Pos withoutBreak(Pos pos) {
  if (pos.space >= Space::Newline) pos.space = Space::Unset;
  return pos;
}

}  // namespace

void Formatter::start(Pos pos) {
  out_.place(flattened_ > 0 ? withoutBreak(pos) : pos);
}

Pos Formatter::firstOf(const Node& node) const {
  const auto* field = node.as<Field>();
  const Pos pos = field == nullptr ? firstPos(node) : labelPos(*field);
  return flattened_ > 0 ? withoutBreak(pos) : pos;
}

namespace {

std::string layOut(const Node& node, const SourceFile* source, const FormatOptions& options,
                   bool holdComments) {
  Formatter formatter(options, source, holdComments);
  std::string out = ColumnWriter(options.tabWidth).align(formatter.run(node));
  if (options.tabs) return out;
  return replaceAll(std::move(out), "\t", std::string(static_cast<std::size_t>(options.tabWidth), ' '));
}

/// A tree without places and comments, for comparison.
void appendShape(const Node& node, std::string& out) {
  const Node* at = &node;
  while (at->is<ParenExpr>() && static_cast<const ParenExpr*>(at)->x->is<ParenExpr>()) {
    at = static_cast<const ParenExpr*>(at)->x;  // one pair of parentheses says as much as two
  }
  out += static_cast<char>(at->kind);
  if (const auto* ident = at->as<Ident>()) out += ident->name;
  if (const auto* binary = at->as<BinaryExpr>()) out += tokenText(binary->op);
  if (const auto* unary = at->as<UnaryExpr>()) out += tokenText(unary->op);
  if (const auto* attribute = at->as<Attribute>()) out += attribute->text;
  out += '(';
  forEachChild(*at, [&](const Node& child) { appendShape(child, out); });
  out += ')';
}

std::string shapeOf(const File& file, const FormatOptions& options) {
  std::string out;
  if (!options.simplify) appendShape(file, out);  // simplified, it is meant to be another
  return out;
}

std::size_t commentCount(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find("//"); at != std::string::npos; at = text.find("//", at + 2)) ++count;
  return count;
}

/// Formats until nothing changes any more. Nothing when the text can no longer be read or means something
/// else.
std::optional<std::string> settled(const std::shared_ptr<const File>& file, const FormatOptions& options,
                                   const ParseOptions& parseOptions, bool holdComments) {
  constexpr int kRounds = 5;
  const std::string shape = shapeOf(*file, options);
  std::shared_ptr<const File> at = file;
  std::string out;
  for (int round = 0; round < kRounds; ++round) {
    std::string text = layOut(*at, at->source.get(), options, holdComments);
    if (round > 0 && text == out) return out;
    out = std::move(text);
    const auto again = parse(SourceFile::make(file->source->name(), out), parseOptions);
    if (!again || shapeOf(**again, options) != shape) return std::nullopt;
    at = *again;
  }
  return std::nullopt;
}

}  // namespace

std::string format(const File& file, const FormatOptions& options) {
  return layOut(file, file.source.get(), options, false);
}

std::string formatNode(const Node& node, const SourceFile* source, const FormatOptions& options) {
  return layOut(node, source, options, false);
}

Result<std::string> formatSource(std::shared_ptr<const SourceFile> source, const FormatOptions& options,
                                 const std::string& languageVersion) {
  ParseOptions parseOptions;
  parseOptions.languageVersion = languageVersion;
  TRY(const auto file, parse(std::move(source), parseOptions));
  const std::size_t comments = commentCount(std::string(file->source->text()));
  for (const bool holdComments : {false, true}) {
    auto out = settled(file, options, parseOptions, holdComments);
    if (out && commentCount(*out) >= comments) return std::move(*out);
  }
  return fail(
      Error(ErrorCode::NotSupported, "the text cannot be formatted without losing or misplacing a comment")
          .at(Location{file->source->name(), 0, 0, 0, {}})
          .expected("comments at the end of lines, or above fields"));
}

}  // namespace puppis::cue
