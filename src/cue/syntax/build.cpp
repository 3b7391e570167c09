// SPDX-License-Identifier: Apache-2.0
#include "cue/syntax/build.h"

#include "cue/syntax/literal.h"

namespace puppis::cue {

Ident* TreeBuilder::ident(std::string_view name, Pos pos) {
  return make<Ident>(pos, Pos::kNoOffset, text(name));
}

BasicLit* TreeBuilder::literal(Token token, std::string_view value, Pos pos) {
  return make<BasicLit>(pos, Pos::kNoOffset, token, text(value));
}

BasicLit* TreeBuilder::string(std::string_view value) {
  return literal(Token::String, quoteString(value));
}

Label* TreeBuilder::label(std::string_view name) {
  if (labelNeedsQuotes(name)) return string(name);
  return ident(name);
}

Expr* TreeBuilder::unary(Token op, Expr* x) {
  auto* out = make<UnaryExpr>();
  out->op = op;
  out->x = x;
  return out;
}

Expr* TreeBuilder::binary(Token op, Expr* x, Expr* y) {
  if (x == nullptr) return y;
  if (y == nullptr) return x;
  auto* out = make<BinaryExpr>();
  out->x = x;
  out->op = op;
  out->y = y;
  return out;
}

Expr* TreeBuilder::chain(Token op, const std::vector<Expr*>& operands) {
  Expr* out = nullptr;
  for (Expr* operand : operands) out = binary(op, out, operand);
  return out;
}

CallExpr* TreeBuilder::call(Expr* fun, const std::vector<Expr*>& args) {
  auto* out = make<CallExpr>();
  out->fun = fun;
  out->args = nodes(args);
  return out;
}

SelectorExpr* TreeBuilder::selector(Expr* x, Label* name) {
  auto* out = make<SelectorExpr>();
  out->x = x;
  out->sel = name;
  return out;
}

ListLit* TreeBuilder::list(const std::vector<Expr*>& elements) {
  auto* out = make<ListLit>();
  out->elements = nodes(elements);
  return out;
}

StructLit* TreeBuilder::structLit(const std::vector<Decl*>& elements) {
  auto* out = make<StructLit>();
  setElements(*out, elements);
  return out;
}

void TreeBuilder::setElements(StructLit& literal, const std::vector<Decl*>& elements) {
  literal.elements = nodes(elements);
}

Field* TreeBuilder::field(Label* name, Expr* value, Token constraint) {
  auto* out = make<Field>();
  out->label = name;
  out->value = value;
  out->constraint = constraint;
  return out;
}

EmbedDecl* TreeBuilder::embed(Expr* expr) {
  auto* out = make<EmbedDecl>();
  out->expr = expr;
  return out;
}

ParenExpr* TreeBuilder::paren(Expr* x) {
  auto* out = make<ParenExpr>();
  out->x = x;
  return out;
}

ImportSpec* TreeBuilder::importSpec(std::string_view path, std::string_view name) {
  auto* out = make<ImportSpec>();
  if (!name.empty()) out->name = ident(name);
  out->path = string(path);
  return out;
}

CommentGroup* TreeBuilder::comments(const std::vector<std::string>& lines, bool doc, bool line,
                                    int position) {
  auto* out = make<CommentGroup>();
  out->doc = doc;
  out->line = line;
  out->position = static_cast<std::int8_t>(position);
  Comment* list = file_.arena.array<Comment>(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) list[i].text = text(lines[i]);
  out->list = {list, lines.size()};
  return out;
}

CommentGroup* TreeBuilder::copyComments(const CommentGroup& group) {
  auto* out = make<CommentGroup>(group);
  out->next = nullptr;
  out->end = Pos::kNoOffset;
  out->pos.offset = Pos::kNoOffset;
  Comment* list = file_.arena.array<Comment>(group.list.size());
  for (std::size_t i = 0; i < group.list.size(); ++i) {
    list[i] = group.list[i];
    list[i].slash.offset = Pos::kNoOffset;
    list[i].text = text(group.list[i].text);
  }
  out->list = {list, group.list.size()};
  return out;
}

Attribute* TreeBuilder::copyAttribute(const Attribute& attribute) {
  auto* out = make<Attribute>(Pos::spaced(attribute.pos.space), Pos::kNoOffset, text(attribute.text));
  CommentGroup** link = &out->comments;
  for (const CommentGroup* group = attribute.comments; group != nullptr; group = group->next) {
    *link = copyComments(*group);
    link = &(*link)->next;
  }
  return out;
}

void setSpace(Node& node, Space space) {
  Node* at = &node;
  for (;;) {
    switch (at->kind) {
      case NodeKind::Field:
        at = static_cast<Field*>(at)->label;
        break;
      case NodeKind::Alias:
        at = static_cast<Alias*>(at)->ident;
        break;
      case NodeKind::EmbedDecl:
        at = static_cast<EmbedDecl*>(at)->expr;
        break;
      case NodeKind::SelectorExpr:
        at = static_cast<SelectorExpr*>(at)->x;
        break;
      case NodeKind::IndexExpr:
        at = static_cast<IndexExpr*>(at)->x;
        break;
      case NodeKind::SliceExpr:
        at = static_cast<SliceExpr*>(at)->x;
        break;
      case NodeKind::CallExpr:
        at = static_cast<CallExpr*>(at)->fun;
        break;
      case NodeKind::BinaryExpr:
        at = static_cast<BinaryExpr*>(at)->x;
        break;
      case NodeKind::PostfixExpr:
        at = static_cast<PostfixExpr*>(at)->x;
        break;
      case NodeKind::Interpolation: {
        auto& elements = static_cast<Interpolation*>(at)->elements;
        at = elements.empty() ? nullptr : elements.front();
        break;
      }
      case NodeKind::Comprehension: {
        auto& clauses = static_cast<Comprehension*>(at)->clauses;
        at = clauses.empty() ? nullptr : clauses.front();
        break;
      }
      case NodeKind::StructLit: {
        auto* literal = static_cast<StructLit*>(at);
        if (literal->lbrace.absent() && !literal->elements.empty()) {
          at = literal->elements.front();
          break;
        }
        literal->lbrace.space = space;
        return;
      }
      case NodeKind::ListLit:
        static_cast<ListLit*>(at)->lbrack.space = space;
        return;
      default:
        at->pos.space = space;
        return;
    }
    if (at == nullptr) return;
  }
}

}  // namespace puppis::cue
