// SPDX-License-Identifier: Apache-2.0
// The formatter's expressions.
#include <algorithm>

#include "base/stack.h"
#include "cue/format/formatter.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

bool isTop(const Expr& expr) {
  const auto* ident = expr.as<Ident>();
  return ident != nullptr && ident->name == "_";
}

int oneLess(int depth) {
  return std::max(1, depth - 1);
}

/// Which operators occur in an expression, calls and parentheses aside.
struct OperatorMix {
  bool sums = false;
  bool products = false;
  int clash = 0;  ///< precedence of an operator that would merge with the unary one to its right

  void add(const OperatorMix& other) {
    sums = sums || other.sums;
    products = products || other.products;
    clash = std::max(clash, other.clash);
  }
};

OperatorMix operatorMix(const BinaryExpr& top) {
  OperatorMix mix;
  const BinaryExpr* at = &top;
  for (;;) {
    const int binds = precedence(at->op);
    mix.sums = mix.sums || binds == 6;
    mix.products = mix.products || binds == 7;
    if (const auto* right = at->y->as<BinaryExpr>()) {
      if (precedence(right->op) > binds) mix.add(operatorMix(*right));
    } else if (const auto* unary = at->y->as<UnaryExpr>()) {
      if (at->op == Token::Quo && unary->op == Token::Mul) {
        mix.clash = 8;
      } else if (at->op == unary->op && (at->op == Token::Add || at->op == Token::Sub)) {
        mix.clash = std::max(mix.clash, 6);
      }
    }
    const auto* left = at->x->as<BinaryExpr>();
    if (left == nullptr || precedence(left->op) < binds) return mix;
    at = left;
  }
}

/// Operators that bind weaker than this get blanks around them. Deeper inside an expression blanks are fewer,
/// and where sums and products mix, only the sums have them.
int blankCutoff(const BinaryExpr& expr, int depth) {
  const OperatorMix mix = operatorMix(expr);
  if (mix.clash > 0) return mix.clash + 1;
  if (mix.sums && mix.products) return depth == 1 ? 7 : 6;
  return depth == 1 ? 8 : 6;
}

bool samePrecedence(const Expr& expr, int binds) {
  const auto* binary = expr.as<BinaryExpr>();
  return binary != nullptr && precedence(binary->op) == binds;
}

/// True if the source leaves out a comma between two elements (or behind a single one): then none is written
/// at line ends. Built lists have commas.
bool omitsCommas(const ListLit& list) {
  if (list.elements.empty() || !list.lbrack.scanned) return false;
  for (std::size_t i = 1; i < list.elements.size(); ++i) {
    if (!firstPos(*list.elements[i]).afterComma) return true;
  }
  return list.elements.size() == 1 && !list.rbrack.afterComma;
}

bool hasInnerComment(const Node& node) {
  for (const CommentGroup* group = node.comments; group != nullptr; group = group->next) {
    if (group->position == 1) return true;
  }
  return false;
}

}  // namespace

void Formatter::exprIn(const Expr& expr, int lowest, int depth) {
  before(&expr);
  deeper([&] { rawExpr(expr, lowest, depth); });
  after();
}

void Formatter::rawExpr(const Expr& expr, int lowest, int depth) {
  switch (expr.kind) {
    case NodeKind::BadExpr:
      word("_|_");
      break;
    case NodeKind::BottomLit:
      start(expr.pos);
      tok(Token::Bottom);
      break;
    case NodeKind::Alias: {
      const auto& alias = static_cast<const Alias&>(expr);
      label(*alias.ident);
      out_.place(alias.equal);
      tok(Token::Bind);
      this->expr(*alias.expr);
      break;
    }
    case NodeKind::Ident:
      start(expr.pos);
      out_.identifier(static_cast<const Ident&>(expr).name);
      break;
    case NodeKind::BasicLit:
      start(expr.pos);
      out_.literal(static_cast<const BasicLit&>(expr));
      break;
    case NodeKind::BinaryExpr:
      binary(static_cast<const BinaryExpr&>(expr), lowest, depth);
      break;
    case NodeKind::UnaryExpr:
      unary(static_cast<const UnaryExpr&>(expr), lowest, depth);
      break;
    case NodeKind::PostfixExpr:
      exprIn(*static_cast<const PostfixExpr&>(expr).x, kHighestPrecedence, depth);
      tok(static_cast<const PostfixExpr&>(expr).op);
      break;
    case NodeKind::Interpolation:
      interpolation(static_cast<const Interpolation&>(expr), depth);
      break;
    case NodeKind::ParenExpr:
      paren(static_cast<const ParenExpr&>(expr), depth);
      break;
    case NodeKind::SelectorExpr:
      selector(static_cast<const SelectorExpr&>(expr), depth);
      break;
    case NodeKind::IndexExpr: {
      const Within within(*this, true);
      const auto& index = static_cast<const IndexExpr&>(expr);
      exprIn(*index.x, kHighestPrecedence, 1);
      out_.place(index.lbrack);
      tok(Token::LBrack);
      exprIn(*index.index, 0, depth + 1);
      out_.place(index.rbrack);
      tok(Token::RBrack);
      break;
    }
    case NodeKind::SliceExpr:
      slice(static_cast<const SliceExpr&>(expr), depth);
      break;
    case NodeKind::CallExpr:
      call(static_cast<const CallExpr&>(expr), depth);
      break;
    case NodeKind::StructLit:
      structLit(static_cast<const StructLit&>(expr));
      break;
    case NodeKind::ListLit:
      listLit(static_cast<const ListLit&>(expr));
      break;
    case NodeKind::Ellipsis:
      ellipsis(static_cast<const Ellipsis&>(expr));
      break;
    case NodeKind::Comprehension:
      comprehension(static_cast<const Comprehension&>(expr));
      break;
    case NodeKind::FuncExpr: {
      const auto& function = static_cast<const FuncExpr&>(expr);
      start(function.pos);
      word("func");
      tok(Token::LParen);
      for (std::size_t i = 0; i < function.args.size(); ++i) {
        if (i > 0) {
          tok(Token::Comma);
          space(ws::kBlank);
        }
        this->expr(*function.args[i]);
      }
      tok(Token::RParen);
      tok(Token::Colon);
      space(ws::kBlank);
      this->expr(*function.result);
      break;
    }
    default:
      break;
  }
}

void Formatter::unary(const UnaryExpr& expr, int lowest, int depth) {
  const Within within(*this, true);
  if (kUnaryPrecedence < lowest) {
    tok(Token::LParen);
    space(ws::kNoOverride);
    this->expr(expr);
    tok(Token::RParen);
    return;
  }
  start(expr.pos);
  tok(expr.op);
  space(ws::kNoOverride);
  exprIn(*expr.x, kUnaryPrecedence, depth);
}

/// Chains of operators lean to the left and may be long: the left side is walked in a loop.
void Formatter::binary(const BinaryExpr& top, int lowest, int depth) {
  const Within within(*this, true);
  struct Step {
    const BinaryExpr* expr;
    int depth;
    int cutoff;
  };
  std::vector<Step> spine;
  const BinaryExpr* at = &top;
  for (;;) {
    const int binds = precedence(at->op);
    if (binds < lowest) {  // only in built trees; a parser leaves parentheses
      tok(Token::LParen);
      space(ws::kNoOverride);
      exprIn(*at, 0, oneLess(depth));
      tok(Token::RParen);
      break;
    }
    spine.push_back({at, depth, blankCutoff(*at, depth)});
    const int leftDepth = depth + (samePrecedence(*at->x, binds) ? 0 : 1);
    before(at->x);
    lowest = binds;
    depth = leftDepth;
    const auto* left = at->x->as<BinaryExpr>();
    if (left == nullptr) {
      rawExpr(*at->x, lowest, depth);
      break;
    }
    at = left;
  }
  for (auto step = spine.rbegin(); step != spine.rend(); ++step) {
    after();
    binaryTail(*step->expr, step->depth, step->cutoff);
  }
}

void Formatter::binaryTail(const BinaryExpr& expr, int depth, int cutoff) {
  const int binds = precedence(expr.op);
  const bool blanks = binds < cutoff;
  space(ws::kNoOverride);
  if (blanks) space(ws::kBlank);
  out_.place(expr.opPos);
  tok(expr.op);
  if (beginsLine(*expr.y)) {
    space(ws::kFormfeed);
  } else {
    space(ws::kNoOverride);
    if (blanks) space(ws::kBlank);
  }
  exprIn(*expr.y, binds + 1, depth + 1);
}

void Formatter::paren(const ParenExpr& expr, int depth) {
  const Within within(*this, true);
  if (expr.x->is<ParenExpr>()) {  // one pair is enough
    exprIn(*expr.x, 0, depth);
    return;
  }
  start(expr.pos);
  tok(Token::LParen);
  exprIn(*expr.x, 0, oneLess(depth));
  out_.place(expr.rparen);
  tok(Token::RParen);
}

/// In a multi-line string an interpolated expression has line breaks on both sides or on none: tells before
/// which elements one is to be added.
std::vector<bool> Formatter::forcedBreaks(const Interpolation& expr, bool multiline) const {
  std::vector<bool> out(expr.elements.size());
  if (!multiline) return out;
  for (std::size_t i = 1; i + 1 < expr.elements.size(); i += 2) {
    const Pos begin = firstPos(*expr.elements[i]);
    const NodeEnd end = nodeEnd(*expr.elements[i]);
    const NodeEnd previousEnd = nodeEnd(*expr.elements[i - 1]);
    const Pos nextBegin = firstPos(*expr.elements[i + 1]);
    if (begin.absent() || !end.known || !previousEnd.known || nextBegin.absent()) continue;
    const bool leading = lines_.lineOf(begin.offset) > lines_.lineOf(previousEnd.offset);
    const bool trailing = lines_.lineOf(nextBegin.offset) > lines_.lineOf(end.offset);
    if (leading != trailing) out[leading ? i + 1 : i] = true;
  }
  return out;
}

void Formatter::interpolation(const Interpolation& expr, int depth) {
  const Within within(*this, true);
  before(nullptr);
  bool multiline = false;
  if (!expr.elements.empty()) {
    const auto* first = expr.elements[0]->as<BasicLit>();
    std::string_view text = first == nullptr ? std::string_view() : first->text;
    while (text.starts_with('#')) text.remove_prefix(1);
    multiline = text.starts_with("\"\"\"") || text.starts_with("'''");
  }
  const std::vector<bool> breaks = forcedBreaks(expr, multiline);
  for (std::size_t i = 0; i < expr.elements.size(); ++i) {
    if (breaks[i]) space(ws::kNewline | ws::kNoOverride);
    if (i == 1 && !multiline) ++flattened_;
    exprIn(*expr.elements[i], 0, depth + 1);
  }
  if (expr.elements.size() > 1 && !multiline) --flattened_;
  after();
}

void Formatter::slice(const SliceExpr& slice, int depth) {
  const Within within(*this, true);
  exprIn(*slice.x, kHighestPrecedence, 1);
  out_.place(slice.lbrack);
  tok(Token::LBrack);
  if (slice.low != nullptr) exprIn(*slice.low, 0, depth + 1);
  const bool blanks = depth <= 1 && slice.low != nullptr && slice.high != nullptr &&
                      (slice.low->is<BinaryExpr>() || slice.high->is<BinaryExpr>());
  if (blanks) space(ws::kBlank);
  tok(Token::Colon);
  if (blanks) space(ws::kBlank);
  if (slice.high != nullptr) exprIn(*slice.high, 0, depth + 1);
  out_.place(slice.rbrack);
  tok(Token::RBrack);
}

/// True if the selector was put on a line of its own; the caller must end the indentation.
bool Formatter::selector(const SelectorExpr& selector, int depth) {
  const Within within(*this, true);
  exprIn(*selector.x, kHighestPrecedence, depth);
  tok(Token::Period);
  if (beginsLine(*selector.sel)) {
    space(ws::kIndent | ws::kFormfeed);
    expr(*selector.sel);
    space(ws::kUnindent);
    return true;
  }
  space(ws::kNoBlank);
  expr(*selector.sel);
  return false;
}

void Formatter::call(const CallExpr& call, int depth) {
  const Within within(*this, true);
  if (call.args.size() > 1) ++depth;
  bool indented = false;
  if (const auto* function = call.fun->as<SelectorExpr>()) {
    indented = selector(*function, depth);
  } else {
    exprIn(*call.fun, kHighestPrecedence, depth);
  }
  out_.place(call.lparen);
  tok(Token::LParen);
  before(nullptr);
  for (const Expr* argument : call.args) {
    before(argument);
    rawExpr(*argument, 0, depth);
    space(ws::kComma | ws::kBlank);
    after();
  }
  after();
  space(ws::kTrailComma | ws::kNoBlank);
  out_.place(call.rparen);
  tok(Token::RParen);
  if (indented) space(ws::kUnindent);
}

void Formatter::ellipsis(const Ellipsis& ellipsis) {
  start(ellipsis.pos);
  tok(Token::Ellipsis);
  if (ellipsis.type != nullptr && !isTop(*ellipsis.type)) expr(*ellipsis.type);
}

void Formatter::structLit(const StructLit& literal) {
  const Within within(*this, false);
  ws::Set set = ws::kNoBlank;
  ws::Set opening = formfeed();
  if (literal.elements.empty()) {
    if (!hasInnerComment(literal)) opening = ws::kBlank | ws::kNoOverride;
  } else if (literal.rbrace.space == Space::Unset || firstOf(*literal.elements[0]).space == Space::Unset) {
    set |= ws::kNewline | ws::kNoOverride;
  }
  start(literal.lbrace);
  tok(Token::LBrace);
  const int line = out_.linesOut();
  space(set | opening | ws::kIndent);
  out_.setBraceOnLine(true);

  declList(literal.elements);
  space(ws::kUnindent);
  set = ws::kNoBlank;
  if (out_.linesOut() != line) {
    set |= ws::kNewline;
    if (out_.lastToken() != Token::RBrace && out_.lastToken() != Token::RBrack) set |= ws::kNoOverride;
  }
  space(set);
  out_.place(literal.rbrace);
  tok(Token::RBrace);
}

void Formatter::listLit(const ListLit& literal) {
  const Within within(*this, false);
  ws::Set set = ws::kNoBlank | ws::kIndent;
  if (literal.elements.empty() && !hasInnerComment(literal)) set |= ws::kBlank | ws::kNoOverride;
  start(literal.lbrack);
  tok(Token::LBrack);
  space(set);
  listElements(literal);
  space(ws::kTrailComma | ws::kNoBlank);
  writeComments(current_.position);
  space(ws::kUnindent | ws::kNoBlank);
  out_.place(literal.rbrack);
  tok(Token::RBrack);
}

void Formatter::listElements(const ListLit& literal) {
  const bool bare = omitsCommas(literal);
  before(nullptr);
  for (std::size_t i = 0; i < literal.elements.size(); ++i) {
    const Expr& element = *literal.elements[i];
    if (i > 0 && bare) space(ws::kDeclComma);
    before(&element);

    // Comments behind the element's beginning come after the comma.
    const Pos begin = firstPos(element);
    std::vector<const CommentGroup*> behind;
    const auto collect = [&](const Node& node) {
      for (const CommentGroup* group = node.comments; group != nullptr; group = group->next) {
        if (isBefore(firstPos(node), group->pos)) behind.push_back(group);
      }
    };
    const bool split = begin.present();
    if (split) {
      collect(element);
      current_.comments = {};
    }
    switch (element.kind) {
      case NodeKind::Ellipsis: {
        const auto& open = static_cast<const Ellipsis&>(element);
        start(open.pos);
        tok(Token::Ellipsis);
        if (open.type != nullptr && !isTop(*open.type)) {
          collect(*open.type);
          rawExpr(*open.type, 0, 1);
        }
        break;
      }
      case NodeKind::Alias: {
        const auto& alias = static_cast<const Alias&>(element);
        expr(*alias.ident);
        out_.place(alias.equal);
        tok(Token::Bind);
        expr(*alias.expr);
        break;
      }
      default:
        rawExpr(element, 0, 1);
    }
    if (!bare) space(ws::kComma | ws::kBlank);
    writeHeld();
    if (split) current_.comments = {nullptr, &behind, 0};
    after();
  }
  after();
}

}  // namespace puppis::cue
