// SPDX-License-Identifier: Apache-2.0
#include "cue/format/formatter.h"

#include "base/strings.h"
#include "cue/format/columns.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

namespace {

constexpr int kAllComments = 127;

}  // namespace

Formatter::Formatter(const FormatOptions& options, const SourceFile* source)
    : options_(options), lines_(source), out_(options) {}

std::string Formatter::run(const Node& node) {
  out_.resetSpace(ws::kNoOverride);
  if (options_.simplify) findPlainLabels(node);
  switch (node.kind) {
    case NodeKind::File: file(static_cast<const File&>(node)); break;
    case NodeKind::Field:
    case NodeKind::EmbedDecl:
    case NodeKind::LetClause:
    case NodeKind::Attribute:
    case NodeKind::Package:
    case NodeKind::ImportDecl:
    case NodeKind::CommentGroup:
    case NodeKind::Comprehension: decl(node); break;
    default: expr(node);
  }
  return out_.take();
}

void Formatter::before(const Node* node) {
  stack_.push_back(current_);
  Frame frame;
  frame.nodeSeparator = current_.nodeSeparator;
  frame.parentSeparator = current_.nodeSeparator;
  current_ = frame;
  if (node == nullptr) return;
  if (const auto* literal = node->as<StructLit>();
      literal != nullptr && literal->elements.size() <= 1 && current_.nodeSeparator != ws::kBlank && onOneLine(*node)) {
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

void Formatter::countToken() { current_.position = static_cast<std::int8_t>(current_.position + 1); }

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

void Formatter::writeComment(const CommentGroup& group) {
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

ws::Set Formatter::formfeed() const { return current_.nodeSeparator == ws::kBlank ? ws::kBlank : ws::kFormfeed; }

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

void Formatter::start(Pos pos) { out_.place(flattened_ > 0 ? withoutBreak(pos) : pos); }

Pos Formatter::firstOf(const Node& node) const {
  const auto* field = node.as<Field>();
  const Pos pos = field == nullptr ? firstPos(node) : labelPos(*field);
  return flattened_ > 0 ? withoutBreak(pos) : pos;
}

namespace {

std::string layOut(const Node& node, const SourceFile* source, const FormatOptions& options) {
  Formatter formatter(options, source);
  std::string out = ColumnWriter(options.tabWidth).align(formatter.run(node));
  if (options.tabs) return out;
  return replaceAll(std::move(out), "\t", std::string(static_cast<std::size_t>(options.tabWidth), ' '));
}

}  // namespace

std::string format(const File& file, const FormatOptions& options) {
  return layOut(file, file.source.get(), options);
}

std::string formatNode(const Node& node, const SourceFile* source, const FormatOptions& options) {
  return layOut(node, source, options);
}

Result<std::string> formatSource(std::shared_ptr<const SourceFile> source, const FormatOptions& options,
                                 const std::string& languageVersion) {
  ParseOptions parseOptions;
  parseOptions.languageVersion = languageVersion;
  TRY(const auto file, parse(std::move(source), parseOptions));
  return format(*file, options);
}

}  // namespace puppis::cue
