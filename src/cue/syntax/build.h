// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cue/syntax/ast.h"

namespace puppis::cue {

/// Makes trees that no text was read for. Nodes live in the arena of a File; texts are copied into it. Nodes
/// have no positions unless one is given, and the formatter lays them out.
class TreeBuilder {
 public:
  explicit TreeBuilder(File& file) : file_(file) {}

  [[nodiscard]] File& file() const { return file_; }
  std::string_view text(std::string_view text) { return file_.arena.copy(text); }

  Ident* ident(std::string_view name, Pos pos = {});
  /// A literal with this text.
  BasicLit* literal(Token token, std::string_view text, Pos pos = {});
  BasicLit* null() { return literal(Token::Null, "null"); }
  BasicLit* boolean(bool value) {
    return value ? literal(Token::True, "true") : literal(Token::False, "false");
  }
  /// A quoted string.
  BasicLit* string(std::string_view value);
  /// A regular field's name, quoted only where it must be.
  Label* label(std::string_view name);
  Expr* unary(Token op, Expr* x);
  /// x op y; the other operand where one is null.
  Expr* binary(Token op, Expr* x, Expr* y);
  /// All operands joined, from the left; null without any.
  Expr* chain(Token op, const std::vector<Expr*>& operands);
  CallExpr* call(Expr* fun, const std::vector<Expr*>& args);
  SelectorExpr* selector(Expr* x, Label* name);
  ListLit* list(const std::vector<Expr*>& elements);
  StructLit* structLit(const std::vector<Decl*>& elements);
  /// Gives a struct its elements.
  void setElements(StructLit& literal, const std::vector<Decl*>& elements);
  Field* field(Label* name, Expr* value, Token constraint = Token::Illegal);
  EmbedDecl* embed(Expr* expr);
  ParenExpr* paren(Expr* x);
  ImportSpec* importSpec(std::string_view path, std::string_view name = {});
  /// A comment group of lines that begin with slashes.
  CommentGroup* comments(const std::vector<std::string>& lines, bool doc, bool line, int position);
  /// A copy without positions in a text: `group` may belong to another file.
  CommentGroup* copyComments(const CommentGroup& group);
  /// A copy with its comments and spacing.
  Attribute* copyAttribute(const Attribute& attribute);

  template <typename T>
  std::span<T*> nodes(const std::vector<T*>& list) {
    T** out = file_.arena.array<T*>(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) out[i] = list[i];
    return {out, list.size()};
  }
  template <typename T, typename... Args>
  T* make(Args&&... args) {
    return file_.arena.make<T>(std::forward<Args>(args)...);
  }

 private:
  File& file_;
};

/// Sets how a node's first token is set apart from what precedes it, for the formatter.
void setSpace(Node& node, Space space);

}  // namespace puppis::cue
