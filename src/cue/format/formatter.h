// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cue/format/format.h"
#include "cue/format/positions.h"
#include "cue/format/printer.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// Walks a tree in the order of its tokens and tells a Printer what to write, with the comments in between.
class Formatter {
 public:
  /// `holdComments`: comments within an expression are written behind the declaration (or list element) it is
  /// in. The usual style leaves them in place, which in rare cases gives text that cannot be read again.
  Formatter(const FormatOptions& options, const SourceFile* source, bool holdComments);

  std::string run(const Node& node);

 private:
  /// The comments of a node that are still to be written.
  struct Comments {
    const CommentGroup* linked = nullptr;
    const std::vector<const CommentGroup*>* list = nullptr;
    std::size_t at = 0;

    [[nodiscard]] const CommentGroup* front() const {
      if (list != nullptr) return at < list->size() ? (*list)[at] : nullptr;
      return linked;
    }
    void pop() {
      if (list != nullptr) {
        ++at;
      } else {
        linked = linked->next;
      }
    }
  };
  /// The node being written.
  struct Frame {
    Comments comments;
    std::int8_t position = 0;              ///< tokens written; comments wait for theirs
    ws::Set nodeSeparator = ws::kNewline;  ///< blank if the node stands on one line
    ws::Set parentSeparator = ws::kNewline;
  };

  /// Marks the part of an expression within which comments are held.
  class Within {
   public:
    Within(Formatter& formatter, bool expression) : formatter_(formatter), saved_(formatter.inExpression_) {
      formatter.inExpression_ = expression;
    }
    ~Within() { formatter_.inExpression_ = saved_; }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

   private:
    Formatter& formatter_;
    bool saved_;
  };

  // formatter.cpp: frames and comments
  void before(const Node* node);
  void after();
  void writeComments(int until);
  void writeComment(const CommentGroup& group);
  void writeHeld();
  void countToken();
  void skipToken();
  [[nodiscard]] bool onOneLine(const Node& node) const;
  [[nodiscard]] ws::Set formfeed() const;
  void tok(Token token);
  void word(std::string_view text);
  void space(ws::Set set) { out_.space(set); }
  /// Places a token that is the first of a node; inside an interpolation on one line no break is kept.
  void start(Pos pos);
  /// The position of a node's first token, without a line break inside an interpolation on one line.
  [[nodiscard]] Pos firstOf(const Node& node) const;
  [[nodiscard]] bool beginsLine(const Node& node) const { return firstOf(node).space >= Space::Newline; }

  // format_decl.cpp
  void file(const File& file);
  void declList(NodeList<Decl> list);
  void betweenDecls(const Decl& previous, const Decl& next, int depth);
  void decl(const Decl& decl);
  void field(const Field& field);
  void postfixAlias(const PostfixAlias& alias);
  void imports(const ImportDecl& decl);
  void importSpec(const ImportSpec& spec);
  void letDecl(const LetClause& let);
  void embedding(const Expr& expr);
  void comprehension(const Comprehension& comprehension);
  void clauses(NodeList<Clause> list);
  void clause(const Clause& clause);
  void label(const Label& label);
  void labelText(Pos pos, std::string_view name);
  [[nodiscard]] const Field* inlineField(const Field& field) const;
  [[nodiscard]] Pos labelPos(const Field& field) const;

  // format_expr.cpp
  void expr(const Expr& expr) { exprIn(expr, 0, 1); }
  void exprIn(const Expr& expr, int lowest, int depth);
  void rawExpr(const Expr& expr, int lowest, int depth);
  void binary(const BinaryExpr& expr, int lowest, int depth);
  void binaryTail(const BinaryExpr& expr, int depth, int cutoff);
  void unary(const UnaryExpr& expr, int lowest, int depth);
  void paren(const ParenExpr& expr, int depth);
  void interpolation(const Interpolation& expr, int depth);
  void structLit(const StructLit& literal);
  void listLit(const ListLit& literal);
  void listElements(const ListLit& literal);
  void call(const CallExpr& call, int depth);
  void slice(const SliceExpr& slice, int depth);
  bool selector(const SelectorExpr& selector, int depth);
  void ellipsis(const Ellipsis& ellipsis);
  [[nodiscard]] std::vector<bool> forcedBreaks(const Interpolation& expr, bool multiline) const;

  // simplify.cpp
  void findPlainLabels(const Node& root);

  const FormatOptions& options_;
  LineTable lines_;
  Printer out_;
  std::vector<Frame> stack_;
  Frame current_;
  bool holdComments_;
  bool inExpression_ = false;
  std::vector<const CommentGroup*> held_;
  int flattened_ = 0;  ///< inside interpolations that stand on one line
  std::unordered_map<const Node*, std::string> plainLabels_;  ///< quoted labels that lose their quotes
};

/// True for what `...` stands for: itself, `[string]: _` and `[_]: _`.
bool meansEllipsis(const Decl& decl);
bool hasComments(const Decl& decl);

}  // namespace puppis::cue
