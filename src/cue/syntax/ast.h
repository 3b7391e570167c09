// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/source.h"
#include "base/stack.h"
#include "cue/syntax/token.h"

/// The syntax tree of CUE. Nodes live in the arena of their File, are trivially destructible, and are not
/// changed once the parser has returned; a `shared_ptr<const File>` may be read by any number of threads.
///
/// There is one base, Node, with a kind; `node->as<Field>()` gives the concrete type or null. The names Expr,
/// Decl, Label and Clause below are the same type and only say which kinds may stand in a place:
///
///   Expr    BadExpr BottomLit Ident BasicLit Interpolation StructLit ListLit Ellipsis (in lists) ParenExpr
///           SelectorExpr IndexExpr SliceExpr CallExpr UnaryExpr BinaryExpr PostfixExpr FuncExpr
///           Comprehension (in lists) Alias (`X=expr` in a list, a pattern or as a field's value)
///   Decl    Field EmbedDecl LetClause Comprehension Ellipsis Attribute Package ImportDecl BadDecl
///           CommentGroup (built trees only)
///   Label   Ident BasicLit (string, true, false, null) Interpolation (dynamic) ParenExpr (dynamic)
///           ListLit of one element (pattern constraint; the element may be an Alias) Alias (`X=label`)
///   Clause  ForClause IfClause LetClause TryClause
namespace puppis::cue {

enum class NodeKind : std::uint8_t {
  File,
  CommentGroup,
  Attribute,
  Field,
  Alias,
  PostfixAlias,
  Comprehension,
  BadExpr,
  BottomLit,
  Ident,
  BasicLit,
  Interpolation,
  FuncExpr,
  StructLit,
  ListLit,
  Ellipsis,
  ForClause,
  IfClause,
  LetClause,
  FallbackClause,
  TryClause,
  ParenExpr,
  SelectorExpr,
  IndexExpr,
  SliceExpr,
  CallExpr,
  UnaryExpr,
  BinaryExpr,
  PostfixExpr,
  ImportSpec,
  BadDecl,
  ImportDecl,
  EmbedDecl,
  Package,
};

struct CommentGroup;

/// What all nodes have: kind, place, comments.
struct Node {
  NodeKind kind;
  Pos pos;                             ///< of the first token of the node
  std::uint32_t end = Pos::kNoOffset;  ///< offset just behind the last token; kNoOffset in built trees
  CommentGroup* comments = nullptr;    ///< linked by CommentGroup::next, in order of CommentGroup::position

  explicit constexpr Node(NodeKind k, Pos p = {}, std::uint32_t e = Pos::kNoOffset)
      : kind(k), pos(p), end(e) {}

  template <typename T>
  [[nodiscard]] T* as() {
    return kind == T::kKind ? static_cast<T*>(this) : nullptr;
  }
  template <typename T>
  [[nodiscard]] const T* as() const {
    return kind == T::kKind ? static_cast<const T*>(this) : nullptr;
  }
  template <typename T>
  [[nodiscard]] bool is() const {
    return kind == T::kKind;
  }
};

using Expr = Node;
using Decl = Node;
using Label = Node;
using Clause = Node;

/// A list of nodes in the arena.
template <typename T>
using NodeList = std::span<T*>;

/// One `//` comment.
struct Comment {
  Pos slash;
  std::string_view text;  ///< from the slashes to the end of the line, without it
};

/// Comments on adjacent lines, nothing between them.
struct CommentGroup : Node {
  static constexpr NodeKind kKind = NodeKind::CommentGroup;
  bool doc = false;   ///< stands on the lines just before the node: its documentation
  bool line = false;  ///< stands behind the node's last token on the same line
  /// Before which token of the node the group stands, counted from 0. A field has
  /// <0> label <1> ":" <2> value <3> "," <4>.
  std::int8_t position = 0;
  std::span<Comment> list;
  CommentGroup* next = nullptr;
  CommentGroup() : Node(kKind) {}
};

/// `@name(body)`: of a field, or a declaration of its own.
struct Attribute : Node {
  static constexpr NodeKind kKind = NodeKind::Attribute;
  std::string_view text;  ///< all of it, from the @ to the )
  Attribute(Pos p, std::uint32_t e, std::string_view t) : Node(kKind, p, e), text(t) {}
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view body() const;
};

/// A name: an identifier, a keyword used as a name, `_`, `#Def`, `_hidden`.
struct Ident : Node {
  static constexpr NodeKind kKind = NodeKind::Ident;
  std::string_view name;
  Ident(Pos p, std::uint32_t e, std::string_view n) : Node(kKind, p, e), name(n) {}
};

/// `label~X` or `label~(K,V)` (experiment aliasv2).
struct PostfixAlias : Node {
  static constexpr NodeKind kKind = NodeKind::PostfixAlias;
  Pos lparen;              ///< absent in the form ~X
  Ident* label = nullptr;  ///< K: the label as a string; null in the forms ~X and ~(X)
  Pos comma;
  Ident* field = nullptr;  ///< X or V: the field itself
  Pos rparen;
  explicit PostfixAlias(Pos tilde) : Node(kKind, tilde) {}
};

/// `label: value`. The shorthand `a: b: v` has a StructLit without braces (lbrace absent) as the value of a.
struct Field : Node {
  static constexpr NodeKind kKind = NodeKind::Field;
  Label* label = nullptr;
  PostfixAlias* alias = nullptr;
  Token constraint = Token::Illegal;  ///< Option (`?`), Not (`!`) or Illegal for a regular field
  Pos colon;
  Expr* value = nullptr;  ///< may be an Alias (`label: X=value`)
  std::span<Attribute*> attributes;
  Field() : Node(kKind) {}
};

/// `ident=expr`, as a label, a pattern, a list element or a value.
struct Alias : Node {
  static constexpr NodeKind kKind = NodeKind::Alias;
  Ident* ident = nullptr;
  Pos equal;
  Expr* expr = nullptr;
  Alias() : Node(kKind) {}
};

/// `else {...}`, `otherwise {...}` or `fallback {...}` of a comprehension (experiment try).
struct StructLit;
struct FallbackClause : Node {
  static constexpr NodeKind kKind = NodeKind::FallbackClause;
  Token keyword = Token::Else;
  StructLit* body = nullptr;
  FallbackClause() : Node(kKind) {}
};

/// `for k, v in e if c let x = y {...}`.
struct Comprehension : Node {
  static constexpr NodeKind kKind = NodeKind::Comprehension;
  NodeList<Clause> clauses;
  Expr* value = nullptr;  ///< a StructLit
  FallbackClause* fallback = nullptr;
  Comprehension() : Node(kKind) {}
};

/// What could not be read. Trees of files without errors have none.
struct BadExpr : Node {
  static constexpr NodeKind kKind = NodeKind::BadExpr;
  BadExpr(Pos from, std::uint32_t to) : Node(kKind, from, to) {}
};

/// `_|_`.
struct BottomLit : Node {
  static constexpr NodeKind kKind = NodeKind::BottomLit;
  explicit BottomLit(Pos p) : Node(kKind, p, p.hasOffset() ? p.offset + 3 : Pos::kNoOffset) {}
};

/// A literal. `token` is Int, Float, String (also for bytes), True, False or Null. literal.h decodes the
/// text.
struct BasicLit : Node {
  static constexpr NodeKind kKind = NodeKind::BasicLit;
  Token token;
  std::string_view text;  ///< as written, without carriage returns in multi-line strings
  BasicLit(Pos p, std::uint32_t e, Token t, std::string_view s) : Node(kKind, p, e), token(t), text(s) {}
};

/// `"a \(x) b"`: fragments and expressions in turn. Elements 0, 2, ... are BasicLits of token String whose
/// texts hold the quotes and parentheses (`"a \(`, `) b"`); decodeInterpolation() in literal.h reads them.
struct Interpolation : Node {
  static constexpr NodeKind kKind = NodeKind::Interpolation;
  NodeList<Expr> elements;
  Interpolation() : Node(kKind) {}
};

/// `func(args): result`, only with ParseOptions::functions.
struct FuncExpr : Node {
  static constexpr NodeKind kKind = NodeKind::FuncExpr;
  NodeList<Expr> args;
  Expr* result = nullptr;
  FuncExpr() : Node(kKind) {}
};

/// `{...}`. Without braces (lbrace absent) it is the value of a shorthand field and holds one Field.
struct StructLit : Node {
  static constexpr NodeKind kKind = NodeKind::StructLit;
  Pos lbrace;
  NodeList<Decl> elements;
  Pos rbrace;
  StructLit() : Node(kKind) {}
};

/// `[...]`. Elements are expressions, comprehensions and at the end possibly an Ellipsis.
struct ListLit : Node {
  static constexpr NodeKind kKind = NodeKind::ListLit;
  Pos lbrack;
  NodeList<Expr> elements;
  Pos rbrack;
  ListLit() : Node(kKind) {}
};

/// `...` or `...T`.
struct Ellipsis : Node {
  static constexpr NodeKind kKind = NodeKind::Ellipsis;
  Expr* type = nullptr;
  explicit Ellipsis(Pos p) : Node(kKind, p) {}
};

struct ForClause : Node {
  static constexpr NodeKind kKind = NodeKind::ForClause;
  Ident* key = nullptr;  ///< null in `for v in e`
  Pos comma;
  Ident* value = nullptr;
  Pos in;
  Expr* source = nullptr;
  ForClause() : Node(kKind) {}
};

struct IfClause : Node {
  static constexpr NodeKind kKind = NodeKind::IfClause;
  Expr* condition = nullptr;
  IfClause() : Node(kKind) {}
};

/// `let x = e`, as a declaration or as a clause.
struct LetClause : Node {
  static constexpr NodeKind kKind = NodeKind::LetClause;
  Ident* ident = nullptr;
  Pos equal;
  Expr* expr = nullptr;
  LetClause() : Node(kKind) {}
};

/// `try {...}` (ident and expr null) or `try x = e` (experiment try).
struct TryClause : Node {
  static constexpr NodeKind kKind = NodeKind::TryClause;
  Ident* ident = nullptr;
  Pos equal;
  Expr* expr = nullptr;
  TryClause() : Node(kKind) {}
};

struct ParenExpr : Node {
  static constexpr NodeKind kKind = NodeKind::ParenExpr;
  Expr* x = nullptr;
  Pos rparen;
  ParenExpr() : Node(kKind) {}
};

/// `x.sel`; sel is an Ident or a string BasicLit.
struct SelectorExpr : Node {
  static constexpr NodeKind kKind = NodeKind::SelectorExpr;
  Expr* x = nullptr;
  Pos period;
  Label* sel = nullptr;
  SelectorExpr() : Node(kKind) {}
};

struct IndexExpr : Node {
  static constexpr NodeKind kKind = NodeKind::IndexExpr;
  Expr* x = nullptr;
  Pos lbrack;
  Expr* index = nullptr;
  Pos rbrack;
  IndexExpr() : Node(kKind) {}
};

struct SliceExpr : Node {
  static constexpr NodeKind kKind = NodeKind::SliceExpr;
  Expr* x = nullptr;
  Pos lbrack;
  Expr* low = nullptr;   ///< may be null
  Expr* high = nullptr;  ///< may be null
  Pos rbrack;
  SliceExpr() : Node(kKind) {}
};

struct CallExpr : Node {
  static constexpr NodeKind kKind = NodeKind::CallExpr;
  Expr* fun = nullptr;
  Pos lparen;
  NodeList<Expr> args;
  Pos rparen;
  CallExpr() : Node(kKind) {}
};

/// `op x`: + - ! * (default mark) and the bounds < <= > >= != == =~ !~.
struct UnaryExpr : Node {
  static constexpr NodeKind kKind = NodeKind::UnaryExpr;
  Token op = Token::Illegal;
  Expr* x = nullptr;
  UnaryExpr() : Node(kKind) {}
};

struct BinaryExpr : Node {
  static constexpr NodeKind kKind = NodeKind::BinaryExpr;
  Expr* x = nullptr;
  Pos opPos;
  Token op = Token::Illegal;
  Expr* y = nullptr;
  BinaryExpr() : Node(kKind) {}
};

/// `x...` (Ellipsis, experiment explicitopen) or `x?` (Option, an optional reference).
struct PostfixExpr : Node {
  static constexpr NodeKind kKind = NodeKind::PostfixExpr;
  Expr* x = nullptr;
  Pos opPos;
  Token op = Token::Illegal;
  PostfixExpr() : Node(kKind) {}
};

struct ImportSpec : Node {
  static constexpr NodeKind kKind = NodeKind::ImportSpec;
  Ident* name = nullptr;     ///< null without a local name
  BasicLit* path = nullptr;  ///< quoted, possibly with ":package"
  ImportSpec() : Node(kKind) {}
};

struct ImportDecl : Node {
  static constexpr NodeKind kKind = NodeKind::ImportDecl;
  Pos lparen;  ///< absent without parentheses
  std::span<ImportSpec*> specs;
  Pos rparen;
  ImportDecl() : Node(kKind) {}
};

struct BadDecl : Node {
  static constexpr NodeKind kKind = NodeKind::BadDecl;
  BadDecl(Pos from, std::uint32_t to) : Node(kKind, from, to) {}
};

/// An expression as a declaration.
struct EmbedDecl : Node {
  static constexpr NodeKind kKind = NodeKind::EmbedDecl;
  Expr* expr = nullptr;
  EmbedDecl() : Node(kKind) {}
};

/// `package name`.
struct Package : Node {
  static constexpr NodeKind kKind = NodeKind::Package;
  Ident* name = nullptr;
  Package() : Node(kKind) {}
};

/// What `@experiment(...)` or the language version switches on in a file.
struct Experiments {
  bool structCmp = true;      ///< == on structs and mixed kinds (stable since v0.15)
  bool explicitOpen = false;  ///< x...
  bool aliasV2 = false;       ///< label~X, self; forbids X=...
  bool tryClauses = false;    ///< try, else, otherwise
  bool shortCircuit = false;  ///< && and || stop early
};

/// A whole file, the owner of its tree and text.
struct File : Node {
  static constexpr NodeKind kKind = NodeKind::File;

  std::shared_ptr<const SourceFile> source;
  std::string languageVersion;  ///< "v0.9.0", or empty for the newest
  Experiments experiments;
  NodeList<Decl> decls;  ///< attributes, package clause, imports and all else, in source order
  Arena arena;

  explicit File(std::shared_ptr<const SourceFile> text) : Node(kKind), source(std::move(text)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// The name in the package clause; empty without one and for `package _`.
  [[nodiscard]] std::string_view packageName() const;
  /// The package clause, or null.
  [[nodiscard]] const Package* packageClause() const;
  /// Calls `visit(const ImportSpec&)` for each import in source order.
  template <typename Visit>
  void forEachImport(Visit visit) const {
    for (const Decl* decl : decls) {
      if (const auto* imports = decl->as<ImportDecl>()) {
        for (const ImportSpec* spec : imports->specs) visit(*spec);
      }
    }
  }
  [[nodiscard]] Location locate(const Node& node) const;
  [[nodiscard]] Location locate(Pos place, std::uint32_t length = 1) const;
};

/// The kind's name, as "Field".
std::string_view nodeKindName(NodeKind kind);

/// The text of a comment group for a reader: without slashes, the first blank and trailing blanks; empty
/// lines at the ends are dropped and runs of them made one; ends with a line break unless empty.
std::string commentText(const CommentGroup& group);

/// The expression inside any number of parentheses.
const Expr* unparen(const Expr* expr);

/// Calls `visit(const Node&) -> bool` for the node and, where it answers true, for what it contains, in
/// source order. Comments are not visited.
template <typename Visit>
void walk(const Node* node, Visit&& visit);

/// The direct children of a node in source order, comments left out (attributes included).
template <typename Visit>
void forEachChild(const Node& node, Visit&& visit) {
  auto one = [&](const Node* child) {
    if (child != nullptr) visit(*child);
  };
  auto all = [&](const auto& list) {
    for (const Node* child : list) one(child);
  };
  switch (node.kind) {
    case NodeKind::File:
      all(static_cast<const File&>(node).decls);
      break;
    case NodeKind::Field: {
      const auto& x = static_cast<const Field&>(node);
      one(x.label), one(x.alias), one(x.value), all(x.attributes);
      break;
    }
    case NodeKind::Alias: {
      const auto& x = static_cast<const Alias&>(node);
      one(x.ident), one(x.expr);
      break;
    }
    case NodeKind::PostfixAlias: {
      const auto& x = static_cast<const PostfixAlias&>(node);
      one(x.label), one(x.field);
      break;
    }
    case NodeKind::Comprehension: {
      const auto& x = static_cast<const Comprehension&>(node);
      all(x.clauses), one(x.value), one(x.fallback);
      break;
    }
    case NodeKind::Interpolation:
      all(static_cast<const Interpolation&>(node).elements);
      break;
    case NodeKind::FuncExpr: {
      const auto& x = static_cast<const FuncExpr&>(node);
      all(x.args), one(x.result);
      break;
    }
    case NodeKind::StructLit:
      all(static_cast<const StructLit&>(node).elements);
      break;
    case NodeKind::ListLit:
      all(static_cast<const ListLit&>(node).elements);
      break;
    case NodeKind::Ellipsis:
      one(static_cast<const Ellipsis&>(node).type);
      break;
    case NodeKind::ForClause: {
      const auto& x = static_cast<const ForClause&>(node);
      one(x.key), one(x.value), one(x.source);
      break;
    }
    case NodeKind::IfClause:
      one(static_cast<const IfClause&>(node).condition);
      break;
    case NodeKind::LetClause: {
      const auto& x = static_cast<const LetClause&>(node);
      one(x.ident), one(x.expr);
      break;
    }
    case NodeKind::FallbackClause:
      one(static_cast<const FallbackClause&>(node).body);
      break;
    case NodeKind::TryClause: {
      const auto& x = static_cast<const TryClause&>(node);
      one(x.ident), one(x.expr);
      break;
    }
    case NodeKind::ParenExpr:
      one(static_cast<const ParenExpr&>(node).x);
      break;
    case NodeKind::SelectorExpr: {
      const auto& x = static_cast<const SelectorExpr&>(node);
      one(x.x), one(x.sel);
      break;
    }
    case NodeKind::IndexExpr: {
      const auto& x = static_cast<const IndexExpr&>(node);
      one(x.x), one(x.index);
      break;
    }
    case NodeKind::SliceExpr: {
      const auto& x = static_cast<const SliceExpr&>(node);
      one(x.x), one(x.low), one(x.high);
      break;
    }
    case NodeKind::CallExpr: {
      const auto& x = static_cast<const CallExpr&>(node);
      one(x.fun), all(x.args);
      break;
    }
    case NodeKind::UnaryExpr:
      one(static_cast<const UnaryExpr&>(node).x);
      break;
    case NodeKind::BinaryExpr: {
      const auto& x = static_cast<const BinaryExpr&>(node);
      one(x.x), one(x.y);
      break;
    }
    case NodeKind::PostfixExpr:
      one(static_cast<const PostfixExpr&>(node).x);
      break;
    case NodeKind::ImportSpec: {
      const auto& x = static_cast<const ImportSpec&>(node);
      one(x.name), one(x.path);
      break;
    }
    case NodeKind::ImportDecl:
      all(static_cast<const ImportDecl&>(node).specs);
      break;
    case NodeKind::EmbedDecl:
      one(static_cast<const EmbedDecl&>(node).expr);
      break;
    case NodeKind::Package:
      one(static_cast<const Package&>(node).name);
      break;
    case NodeKind::CommentGroup:
    case NodeKind::Attribute:
    case NodeKind::BadExpr:
    case NodeKind::BottomLit:
    case NodeKind::Ident:
    case NodeKind::BasicLit:
    case NodeKind::BadDecl:
      break;
  }
}

template <typename Visit>
void walk(const Node* node, Visit&& visit) {
  if (node == nullptr || !visit(*node)) return;
  deeper([&] { forEachChild(*node, [&](const Node& child) { walk(&child, visit); }); });
}

}  // namespace puppis::cue
