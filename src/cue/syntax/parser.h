// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cue/syntax/ast.h"
#include "cue/syntax/comments.h"
#include "cue/syntax/faults.h"
#include "cue/syntax/lexer.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

/// The recursive-descent parser behind parse(). One object reads one file.
class Parser {
 public:
  Parser(File& file, const ParseOptions& options, SyntaxFaults& faults);

  void parseFile();
  void parseSingleExpression();

 private:
  using Scope = CommentScopes::Scope;

  /// What a label position held: a label, an expression that is none, or a whole declaration.
  struct LabelResult {
    Label* label = nullptr;  ///< set where it may be a label
    Expr* expr = nullptr;
    Decl* decl = nullptr;
  };
  /// Clauses, or the scope of the keyword that turned out to be a name.
  struct ClausesResult {
    NodeList<Clause> clauses;
    bool isName = false;
    Scope scope = 0;
  };
  /// Counts one level of nesting while it lives.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) { parser_.enter(); }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  // parser.cpp: tokens, comments, faults
  void next();
  void advance();
  LexToken& peek();
  CommentGroup* readCommentGroup(std::uint32_t previousLine, std::uint32_t maxGap, std::uint32_t& endLine);
  void fault(Pos pos, std::string message, std::string expected = {}, std::string found = {});
  void faultExpected(Pos pos, std::string expected);
  [[nodiscard]] std::string describeToken() const;
  Pos expect(Token token);
  Pos expectClosing(Token token, std::string_view context);
  void expectComma();
  bool atComma(std::string_view context, std::initializer_list<Token> follow);
  void skipToComma();
  bool stopHere();
  void enter();
  void bail();
  [[nodiscard]] bool at(Token token) const { return token_.token == token; }
  [[nodiscard]] bool atElidedComma() const { return at(Token::Comma) && token_.text == "\n"; }

  // parser.cpp: nodes
  template <typename T, typename... Args>
  T* make(Args&&... args) {
    return file_.arena.make<T>(std::forward<Args>(args)...);
  }
  /// Moves what was pushed on scratch_ since `base` into the arena.
  NodeList<Node> takeScratch(std::size_t base);
  template <typename T>
  std::span<T*> takeScratchAs(std::size_t base) {
    const std::size_t count = scratch_.size() - base;
    T** out = file_.arena.array<T*>(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<T*>(scratch_[base + i]);
    scratch_.resize(base);
    return {out, count};
  }
  template <typename T>
  T* closed(Scope scope, T* node) {
    comments_.close(scope, node);
    return node;
  }
  static std::uint32_t behind(Pos token, std::uint32_t length) {
    return token.hasOffset() ? token.offset + length : Pos::kNoOffset;
  }

  // parser_expr.cpp
  Ident* parseIdent();
  Ident* parseDeclaredIdent();
  Ident* parseKeywordIdent();
  Expr* parseExpr();
  Expr* parseBinary(int lowest);
  Expr* parseBinaryTail(int lowest, Expr* left);
  Expr* parseUnary();
  Expr* parsePrimary();
  Expr* parseOperand();
  Expr* parseParen();
  Expr* parseSelector(Expr* x);
  Expr* parseIndexOrSlice(Expr* x);
  Expr* parseCall(Expr* fun);
  Expr* parseOptionalMark(Expr* x);
  Expr* parsePostfixEllipsis(Expr* x);
  Expr* parseInterpolation();
  Expr* parseList();
  Expr* parseListElement(bool& more);
  Expr* parseFunc();
  Expr* parseAlias(Expr* left);
  BasicLit* parseBasicLit();

  // parser_decl.cpp
  StructLit* parseStruct();
  void parseFieldList();
  Decl* parseField();
  Decl* parseFieldTail(Field* first, const LabelResult& head, Token firstToken, Pos start);
  LabelResult parseLabel(bool rightHandSide);
  PostfixAlias* parsePostfixAlias();
  Attribute* parseAttribute();
  void parseConstraint(Field& field);
  Decl* parseLetDecl(Ident*& name);
  Decl* parseComprehensionDecl(Ident*& name);
  Comprehension* parseComprehensionBody(NodeList<Clause> clauses, std::string_view context, Token closer);
  ClausesResult parseClauses();
  Clause* parseForClause(Scope scope, Pos keyword);
  Clause* parseLetClause();
  Clause* parseTryClause();
  FallbackClause* parseFallback(NodeList<Clause> clauses);
  void consumeDeclComma();
  void checkDeclared(const Ident& ident);
  ImportDecl* parseImports();
  ImportSpec* parseImportSpec();
  void parsePackage();
  void readExperiments(const std::vector<std::string_view>& bodies, Pos place);

  File& file_;
  const ParseOptions& options_;
  SyntaxFaults& faults_;
  Lexer lexer_;
  CommentScopes comments_;
  LexToken token_;
  LexToken peeked_;
  bool hasPeeked_ = false;
  bool bailed_ = false;
  bool listCommas_ = true;  ///< a line break stands for a comma in a list (language from v0.17.0)
  std::uint32_t depth_ = 0;
  const char* stackTop_ = nullptr;
  std::vector<Node*> scratch_;
  std::uint32_t syncOffset_ = 0;
  bool hasSync_ = false;
  int syncCount_ = 0;
};

/// How many operators of one precedence, selectors or nested labels may follow each other: trees stay shallow
/// enough for whoever walks them.
inline constexpr std::uint32_t kMaxChain = 10'000;

/// The offset just behind the last token of a parsed node.
inline std::uint32_t endOf(const Node* node) {
  return node == nullptr ? Pos::kNoOffset : node->end;
}

/// Compares "v0.9.0" with "v0.17.1" by their numbers: negative, zero, positive.
int compareVersions(std::string_view a, std::string_view b);

}  // namespace puppis::cue
