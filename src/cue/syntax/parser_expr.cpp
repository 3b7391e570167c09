// SPDX-License-Identifier: Apache-2.0
// The parser's expressions.
#include "cue/syntax/parser.h"

namespace puppis::cue {

namespace {

/// `"` and not `""`: what may be a selector's string.
bool isPlainString(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && !(text.size() > 2 && text[1] == '"');
}

}  // namespace

Ident* Parser::parseIdent() {
  const Scope scope = comments_.open();
  std::string_view name = token_.text;
  const std::uint32_t end = token_.end;
  const Pos pos = expect(Token::Ident);
  if (!pos.hasOffset()) name = "_";
  return closed(scope, make<Ident>(pos, end, name));
}

Ident* Parser::parseDeclaredIdent() {
  Ident* ident = parseIdent();
  checkDeclared(*ident);
  return ident;
}

void Parser::checkDeclared(const Ident& ident) {
  if (ident.name.starts_with("__")) fault(ident.pos, "identifiers starting with '__' are reserved");
}

Ident* Parser::parseKeywordIdent() {
  const Scope scope = comments_.open();
  auto* ident = make<Ident>(token_.pos, token_.end, token_.text);
  next();
  return closed(scope, ident);
}

BasicLit* Parser::parseBasicLit() {
  auto* literal = make<BasicLit>(token_.pos, token_.end, token_.token, token_.text);
  next();
  return literal;
}

Expr* Parser::parseExpr() {
  const Scope scope = comments_.open();
  return closed(scope, parseBinary(kLowestPrecedence + 1));
}

Expr* Parser::parseBinary(int lowest) {
  comments_.openList();
  Expr* expr = parseBinaryTail(lowest, parseUnary());
  comments_.closeList();
  return expr;
}

Expr* Parser::parseBinaryTail(int lowest, Expr* left) {
  std::uint32_t chain = 0;
  for (;;) {
    const Token op = token_.token;
    const int binds = precedence(op);
    if (binds < lowest) return left;
    const Scope scope = comments_.open();
    comments_.setPosition(scope, 1);
    auto* binary = make<BinaryExpr>();
    binary->x = left;
    binary->op = op;
    binary->opPos = expect(op);
    binary->y = parseBinary(binds + 1);
    binary->pos = left->pos;
    binary->end = endOf(binary->y);
    left = closed(scope, binary);
    if (++chain > kMaxChain) {
      fault(token_.pos, "too many operators in one expression", "at most " + std::to_string(kMaxChain));
      bail();
    }
  }
}

Expr* Parser::parseUnary() {
  const Level level(*this);
  switch (token_.token) {
    case Token::Eql:
      if (!file_.experiments.structCmp) break;
      [[fallthrough]];
    case Token::Add:
    case Token::Sub:
    case Token::Not:
    case Token::Mul:
    case Token::Lss:
    case Token::Leq:
    case Token::Geq:
    case Token::Gtr:
    case Token::Neq:
    case Token::Mat:
    case Token::NMat: {
      const Scope scope = comments_.open();
      auto* unary = make<UnaryExpr>();
      unary->pos = token_.pos;
      unary->op = token_.token;
      next();
      unary->x = parseUnary();
      unary->end = endOf(unary->x);
      return closed(scope, unary);
    }
    default:
      break;
  }
  return parsePrimary();
}

Expr* Parser::parsePrimary() {
  Expr* x = parseOperand();
  std::uint32_t chain = 0;
  for (;;) {
    switch (token_.token) {
      case Token::Period:
        x = parseSelector(x);
        break;
      case Token::LBrack:
        x = parseIndexOrSlice(x);
        break;
      case Token::LParen:
        x = parseCall(x);
        break;
      case Token::Ellipsis:
        x = parsePostfixEllipsis(x);
        break;
      default:
        return x;
    }
    if (++chain > kMaxChain) {
      fault(token_.pos, "too many selectors in one expression", "at most " + std::to_string(kMaxChain));
      bail();
    }
  }
}

Expr* Parser::parsePostfixEllipsis(Expr* x) {
  const Pos pos = token_.pos;
  if (!file_.experiments.explicitOpen) {
    next();
    fault(pos, "the postfix operator ... requires @experiment(explicitopen)");
    return make<BadExpr>(pos, behind(pos, 3));
  }
  const Scope scope = comments_.open();
  next();
  auto* postfix = make<PostfixExpr>();
  postfix->pos = x->pos;
  postfix->x = x;
  postfix->op = Token::Ellipsis;
  postfix->opPos = pos;
  postfix->end = behind(pos, 3);
  return closed(scope, postfix);
}

Expr* Parser::parseOptionalMark(Expr* x) {
  if (!at(Token::Option)) return x;
  auto* postfix = make<PostfixExpr>();
  postfix->pos = x->pos;
  postfix->x = x;
  postfix->op = Token::Option;
  postfix->opPos = token_.pos;
  postfix->end = token_.end;
  next();
  return postfix;
}

Expr* Parser::parseOperand() {
  switch (token_.token) {
    case Token::Ident: {
      Ident* ident = parseIdent();
      // `name?:` is a constraint of a field, any other `name?` an optional reference.
      if (at(Token::Option) && peek().token != Token::Colon) return parseOptionalMark(ident);
      return ident;
    }
    case Token::LBrace:
      return parseStruct();
    case Token::LBrack:
      return parseList();
    case Token::Func:
      return options_.functions ? parseFunc() : parseKeywordIdent();
    case Token::Bottom: {
      const Scope scope = comments_.open();
      auto* bottom = make<BottomLit>(token_.pos);
      next();
      return closed(scope, bottom);
    }
    case Token::Null:
    case Token::True:
    case Token::False:
    case Token::Int:
    case Token::Float:
    case Token::String: {
      const Scope scope = comments_.open();
      return closed(scope, parseBasicLit());
    }
    case Token::Interpolation:
      return parseInterpolation();
    case Token::LParen:
      return parseParen();
    default:
      if (isKeyword(token_.token)) return parseKeywordIdent();
  }
  const Scope scope = comments_.open();
  const Pos pos = token_.pos;
  faultExpected(pos, "operand");
  skipToComma();
  return closed(scope, make<BadExpr>(pos, token_.pos.offset));
}

Expr* Parser::parseParen() {
  const Scope scope = comments_.open();
  auto* paren = make<ParenExpr>();
  paren->pos = token_.pos;
  next();
  comments_.openList();
  paren->x = parseExpr();
  comments_.closeList();
  paren->rparen = expect(Token::RParen);
  paren->end = behind(paren->rparen, 1);
  return closed(scope, paren);
}

Expr* Parser::parseSelector(Expr* x) {
  auto* selector = make<SelectorExpr>();
  selector->pos = x->pos;
  selector->x = x;
  selector->period = token_.pos;
  const Scope scope = comments_.open();
  comments_.setPosition(scope, 1);
  next();
  bool good = true;
  if (at(Token::Ident)) {
    selector->sel = parseIdent();
  } else if (at(Token::String) && isPlainString(token_.text)) {
    selector->sel = parseBasicLit();
  } else if (isKeyword(token_.token)) {
    selector->sel = parseKeywordIdent();
  } else {
    const Pos pos = token_.pos;
    faultExpected(pos, "selector");
    next();
    selector->sel = make<Ident>(pos, behind(pos, 1), "_");
    good = false;
  }
  selector->end = endOf(selector->sel);
  return closed(scope, good ? parseOptionalMark(selector) : selector);
}

Expr* Parser::parseIndexOrSlice(Expr* x) {
  const Scope scope = comments_.open();
  comments_.setPosition(scope, 1);
  const Pos lbrack = expect(Token::LBrack);
  Expr* low = nullptr;
  Expr* high = nullptr;
  bool slice = false;
  if (!at(Token::Colon)) low = parseExpr();
  if (at(Token::Colon)) {
    slice = true;
    next();
    if (!at(Token::Colon) && !at(Token::RBrack) && !at(Token::Eof)) high = parseExpr();
  }
  if (!slice && at(Token::Comma)) next();
  const Pos rbrack = expect(Token::RBrack);
  if (slice) {
    auto* node = make<SliceExpr>();
    node->pos = x->pos;
    node->x = x;
    node->lbrack = lbrack;
    node->low = low;
    node->high = high;
    node->rbrack = rbrack;
    node->end = behind(rbrack, 1);
    return closed(scope, node);
  }
  auto* node = make<IndexExpr>();
  node->pos = x->pos;
  node->x = x;
  node->lbrack = lbrack;
  node->index = low;
  node->rbrack = rbrack;
  node->end = behind(rbrack, 1);
  return closed(scope, parseOptionalMark(node));
}

Expr* Parser::parseCall(Expr* fun) {
  const Scope scope = comments_.open();
  comments_.openList();
  auto* call = make<CallExpr>();
  call->pos = fun->pos;
  call->fun = fun;
  call->lparen = expect(Token::LParen);
  const std::size_t base = scratch_.size();
  while (!at(Token::RParen) && !at(Token::Eof)) {
    scratch_.push_back(parseExpr());
    if (!atComma("argument list", {Token::RParen})) break;
    next();
  }
  call->args = takeScratch(base);
  call->rparen = expectClosing(Token::RParen, "argument list");
  call->end = behind(call->rparen, 1);
  comments_.closeList();
  return closed(scope, call);
}

Expr* Parser::parseInterpolation() {
  const Scope scope = comments_.open();
  comments_.openList();
  auto* interpolation = make<Interpolation>();
  interpolation->pos = token_.pos;
  const std::size_t base = scratch_.size();

  Scope partScope = comments_.open();
  auto* part = make<BasicLit>(token_.pos, token_.end, Token::String, token_.text);
  next();
  scratch_.push_back(part);
  while (!part->text.empty() && part->text.back() == '(') {
    comments_.setPosition(scope, 1);
    expect(Token::LParen);
    comments_.close(partScope, part);
    scratch_.push_back(parseExpr());
    partScope = comments_.open();
    if (atElidedComma()) next();
    if (!at(Token::RParen)) faultExpected(token_.pos, "')' for string interpolation");
    const Pos pos = token_.pos;
    const LexToken rest = lexer_.resumeString();
    next();
    part = make<BasicLit>(pos, rest.end, Token::String, rest.text);
    scratch_.push_back(part);
  }
  comments_.close(partScope, part);
  interpolation->end = part->end;
  interpolation->elements = takeScratch(base);
  comments_.closeList();
  return closed(scope, interpolation);
}

Expr* Parser::parseList() {
  auto* list = make<ListLit>();
  list->pos = list->lbrack = expect(Token::LBrack);
  const std::size_t base = scratch_.size();
  comments_.openList();
  bool more = true;
  while (more && !at(Token::RBrack) && !at(Token::Ellipsis) && !at(Token::Eof)) {
    scratch_.push_back(parseListElement(more));
  }
  comments_.closeList();
  if (at(Token::Ellipsis)) {
    auto* ellipsis = make<Ellipsis>(token_.pos);
    ellipsis->end = token_.end;
    next();
    if (!at(Token::Comma) && !at(Token::RBrack)) {
      ellipsis->type = parseExpr();
      ellipsis->end = endOf(ellipsis->type);
    }
    if (atComma("list literal", {Token::RBrack})) next();
    scratch_.push_back(ellipsis);
  }
  list->elements = takeScratch(base);
  list->rbrack = expectClosing(Token::RBrack, "list literal");
  list->end = behind(list->rbrack, 1);
  return list;
}

Expr* Parser::parseListElement(bool& more) {
  const Scope scope = comments_.open();
  Expr* expr = nullptr;
  if (at(Token::For) || at(Token::If) || at(Token::Try)) {
    const LexToken keyword = token_;
    const ClausesResult clauses = parseClauses();
    if (!clauses.isName) {
      more = true;
      return closed(scope, parseComprehensionBody(clauses.clauses, "list literal", Token::RBrack));
    }
    expr = closed(clauses.scope, make<Ident>(keyword.pos, keyword.end, keyword.text));
  } else {
    expr = parseUnary();
  }
  expr = parseAlias(parseBinaryTail(kLowestPrecedence + 1, expr));

  if (!listCommas_ && at(Token::Comma) && token_.text != ",") {
    next();
    if (at(Token::RBrack) || at(Token::For) || at(Token::If)) {
      more = false;
      return closed(scope, expr);
    }
    fault(token_.pos, "missing ',' before newline in list literal");
  } else if (!atComma("list literal", {Token::RBrack, Token::For, Token::If})) {
    more = false;
    return closed(scope, expr);
  }
  next();
  more = true;
  return closed(scope, expr);
}

Expr* Parser::parseFunc() {
  const LexToken keyword = token_;
  const Pos pos = expect(Token::Func);
  switch (token_.token) {
    case Token::Colon:
    case Token::Bind:
    case Token::Option:
    case Token::Comma:
    case Token::Eof:
      return make<Ident>(pos, keyword.end, keyword.text);
    default:
      break;
  }
  auto* function = make<FuncExpr>();
  function->pos = pos;
  expect(Token::LParen);
  const std::size_t base = scratch_.size();
  comments_.openList();
  while (!at(Token::RParen) && !at(Token::Eof)) {
    scratch_.push_back(parseExpr());
    expectComma();
  }
  comments_.closeList();
  function->args = takeScratch(base);
  expectClosing(Token::RParen, "argument type list");
  expect(Token::Colon);
  function->result = parseExpr();
  function->end = endOf(function->result);
  return function;
}

Expr* Parser::parseAlias(Expr* left) {
  if (!at(Token::Bind)) return left;
  const Pos equal = token_.pos;
  if (file_.experiments.aliasV2) {
    fault(equal, "aliases with '=' are not allowed under @experiment(aliasv2)",
          "~X or ~(K,V) behind the label");
    next();
    return parseExpr();
  }
  next();
  Expr* expr = parseExpr();
  auto* ident = left->as<Ident>();
  if (ident == nullptr) {
    faultExpected(token_.pos, "identifier for alias");
    return expr;
  }
  checkDeclared(*ident);
  auto* alias = make<Alias>();
  alias->pos = ident->pos;
  alias->ident = ident;
  alias->equal = equal;
  alias->expr = expr;
  alias->end = endOf(expr);
  return alias;
}

}  // namespace puppis::cue
