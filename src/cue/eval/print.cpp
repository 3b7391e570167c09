// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/print.h"

#include <algorithm>

#include "cue/eval/builtin.h"
#include "cue/eval/state.h"
#include "cue/syntax/literal.h"

// Expressions and values on one line, for messages.

namespace puppis::cue::ir {

std::string_view opText(Op op) {
  switch (op) {
    case Op::And:
      return "&";
    case Op::Or:
      return "|";
    case Op::Add:
      return "+";
    case Op::Subtract:
      return "-";
    case Op::Multiply:
      return "*";
    case Op::Quotient:
      return "/";
    case Op::BoolAnd:
      return "&&";
    case Op::BoolOr:
      return "||";
    case Op::Not:
      return "!";
    case Op::Equal:
      return "==";
    case Op::NotEqual:
      return "!=";
    case Op::Less:
      return "<";
    case Op::LessEqual:
      return "<=";
    case Op::Greater:
      return ">";
    case Op::GreaterEqual:
      return ">=";
    case Op::Match:
      return "=~";
    case Op::NotMatch:
      return "!~";
    case Op::None:
      break;
  }
  return "";
}

}  // namespace puppis::cue::ir

namespace puppis::cue::eval {

namespace {

class Printer {
 public:
  Printer(const Context& ctx, PrintStack& stack) : ctx_(ctx), stack_(stack) {}

  std::string take() { return std::move(out_); }

  void node(const Node* n) {
    constexpr std::size_t kMaxDepth = 8;
    constexpr std::size_t kMaxLength = 4000;
    if (n == nullptr) {
      out_ += "_|_";
      return;
    }
    ++depth_;
    if (depth_ + stack_.size() > 2 * kMaxDepth || depth_ > kMaxDepth || out_.size() > kMaxLength) {
      out_ += "...";
    } else if (n->isValue()) {
      value(n);
    } else {
      expr(n);
    }
    --depth_;
  }

 private:
  void list(std::span<Node* const> nodes, const char* separator) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (i > 0) out_ += separator;
      node(nodes[i]);
    }
  }

  void value(const Node* n) {
    switch (n->kind) {
      case NodeKind::Null:
        out_ += "null";
        break;
      case NodeKind::Bool:
        out_ += static_cast<const ir::Bool*>(n)->value ? "true" : "false";
        break;
      case NodeKind::Num:
        number::appendText(out_, static_cast<const ir::Num*>(n)->value);
        break;
      case NodeKind::String:
        out_ += quoteString(static_cast<const ir::String*>(n)->text);
        break;
      case NodeKind::Bytes:
        out_ += quoteBytes(static_cast<const ir::Bytes*>(n)->text);
        break;
      case NodeKind::Top:
        out_ += '_';
        break;
      case NodeKind::BasicType:
        out_ += kindText(static_cast<const ir::BasicType*>(n)->kinds);
        break;
      case NodeKind::BoundValue: {
        const auto* b = static_cast<const ir::BoundValue*>(n);
        out_ += ir::opText(b->op);
        node(b->value);
        break;
      }
      case NodeKind::Conjunction:
        list(static_cast<const ir::Conjunction*>(n)->values, " & ");
        break;
      case NodeKind::Disjunction: {
        const auto* d = static_cast<const ir::Disjunction*>(n);
        for (std::size_t i = 0; i < d->values.size(); ++i) {
          if (i > 0) out_ += " | ";
          if (i < d->numDefaults) out_ += '*';
          node(d->values[i]);
        }
        break;
      }
      case NodeKind::Bottom: {
        const auto* b = static_cast<const Bottom*>(n);
        out_ += "_|_";
        if (b->errors != nullptr) out_ += '(' + errorSummary(ctx_, *b, stack_) + ')';
        break;
      }
      case NodeKind::Builtin:
        function(static_cast<const Builtin*>(n));
        break;
      case NodeKind::BuiltinValidator: {
        const auto* v = static_cast<const BuiltinValidator*>(n);
        function(v->builtin);
        out_ += '(';
        list(v->args, ", ");
        out_ += ')';
        break;
      }
      case NodeKind::Vertex:
        vertex(static_cast<const Vertex*>(n));
        break;
      default:
        break;
    }
  }

  void function(const Builtin* f) {
    if (!f->package.empty()) {
      out_ += f->package;
      out_ += '.';
    }
    out_ += f->name;
  }

  void vertex(const Vertex* v) {
    while (v->base != nullptr && v->base->kind == NodeKind::Vertex) {
      const bool shared = v->isShared;
      v = static_cast<const Vertex*>(v->base);
      if (shared && !v->arcs.empty() && v->rooted()) {
        out_ += "~(" + ctx_.pathText(v) + ")";
        return;
      }
    }
    if (v->base != nullptr && v->base->isValue()) {
      node(v->base);
      return;
    }
    const bool isList = v->isList();
    if (!isList && v->arcs.empty() && (v->base == nullptr || v->base->kind != NodeKind::StructMarker)) {
      if (!v->conjuncts.empty()) {
        for (std::uint32_t i = 0; i < v->conjuncts.size(); ++i) {
          if (i > 0) out_ += " & ";
          node(elemOf(v->conjuncts[i].x));
        }
      } else {
        out_ += '_';
      }
      return;
    }
    if (std::any_of(stack_.begin(), stack_.end(), [&](const Vertex* outer) { return isSame(outer, v); })) {
      out_ += "value at path '" + ctx_.pathText(v) + "'";
      return;
    }
    stack_.push_back(v);
    out_ += isList ? '[' : '{';
    bool first = true;
    for (const Vertex* a : v->arcs) {
      if (a->label.isLet() || (isList && !a->label.isInt())) continue;
      if (!first) out_ += isList ? "," : ",";
      first = false;
      if (!isList) {
        out_ += ctx_.selectorText(a->label);
        if (a->arcType == ArcType::Optional) out_ += '?';
        if (a->arcType == ArcType::Required) out_ += '!';
        out_ += ':';
      }
      node(a);
    }
    if (isList && !v->isClosedList()) out_ += first ? "..." : ",...";
    out_ += isList ? ']' : '}';
    stack_.pop_back();
  }

  // A message holds a copy of what it is about, so that the place counts.
  static bool isSame(const Vertex* a, const Vertex* b) {
    return a == b || (a->parent != nullptr && a->parent == b->parent && a->label == b->label);
  }

  void label(Feature f) { out_ += ctx_.selectorText(f); }

  void expr(const Node* n) {
    switch (n->kind) {
      case NodeKind::StructLit: {
        out_ += '{';
        const auto& decls = static_cast<const ir::StructLit*>(n)->decls;
        for (std::size_t i = 0; i < decls.size(); ++i) {
          if (i > 0) out_ += ',';
          decl(decls[i]);
        }
        out_ += '}';
        break;
      }
      case NodeKind::ListLit: {
        out_ += '[';
        const auto& elements = static_cast<const ir::ListLit*>(n)->elements;
        for (std::size_t i = 0; i < elements.size(); ++i) {
          if (i > 0) out_ += ',';
          decl(elements[i]);
        }
        out_ += ']';
        break;
      }
      case NodeKind::BoundExpr: {
        const auto* b = static_cast<const ir::BoundExpr*>(n);
        out_ += ir::opText(b->op);
        node(b->expr);
        break;
      }
      case NodeKind::Interpolation: {
        const auto* x = static_cast<const ir::Interpolation*>(n);
        out_ += x->bytes ? '\'' : '"';
        for (std::size_t i = 0; i < x->parts.size(); ++i) {
          if (i % 2 == 0) {
            std::string text;
            if (const auto* s = x->parts[i]->as<ir::String>()) text = quoteString(s->text);
            if (const auto* b = x->parts[i]->as<ir::Bytes>()) text = quoteBytes(b->text);
            if (text.size() >= 2) out_ += text.substr(1, text.size() - 2);
          } else {
            out_ += "\\(";
            node(x->parts[i]);
            out_ += ')';
          }
        }
        out_ += x->bytes ? '\'' : '"';
        break;
      }
      case NodeKind::UnaryExpr: {
        const auto* u = static_cast<const ir::UnaryExpr*>(n);
        out_ += ir::opText(u->op);
        node(u->x);
        break;
      }
      case NodeKind::BinaryExpr: {
        const auto* b = static_cast<const ir::BinaryExpr*>(n);
        out_ += '(';
        node(b->x);
        out_ += ' ';
        out_ += ir::opText(b->op);
        out_ += ' ';
        node(b->y);
        out_ += ')';
        break;
      }
      case NodeKind::CallExpr: {
        const auto* c = static_cast<const ir::CallExpr*>(n);
        node(c->fun);
        out_ += '(';
        list(c->args, ", ");
        out_ += ')';
        break;
      }
      case NodeKind::DisjunctionExpr: {
        const auto* d = static_cast<const ir::DisjunctionExpr*>(n);
        out_ += '(';
        for (std::size_t i = 0; i < d->values.size(); ++i) {
          if (i > 0) out_ += '|';
          if (d->values[i].isDefault) out_ += '*';
          node(d->values[i].value);
        }
        out_ += ')';
        break;
      }
      case NodeKind::SliceExpr: {
        const auto* s = static_cast<const ir::SliceExpr*>(n);
        node(s->x);
        out_ += '[';
        if (s->low != nullptr) node(s->low);
        out_ += ':';
        if (s->high != nullptr) node(s->high);
        out_ += ']';
        break;
      }
      case NodeKind::OpenExpr:
        node(static_cast<const ir::OpenExpr*>(n)->x);
        out_ += "...";
        break;
      case NodeKind::FieldReference:
        label(static_cast<const ir::FieldReference*>(n)->label);
        break;
      case NodeKind::LabelReference:
      case NodeKind::ValueReference:
      case NodeKind::DynamicReference:
      case NodeKind::LetReference:
      case NodeKind::ImportReference: {
        const auto* ident = n->syntax == nullptr ? nullptr : n->syntax->as<cue::Ident>();
        out_ += ident != nullptr ? ident->name : std::string_view("_");
        break;
      }
      case NodeKind::SelectorExpr: {
        const auto* s = static_cast<const ir::SelectorExpr*>(n);
        node(s->x);
        out_ += '.';
        label(s->label);
        break;
      }
      case NodeKind::IndexExpr: {
        const auto* i = static_cast<const ir::IndexExpr*>(n);
        node(i->x);
        out_ += '[';
        node(i->index);
        out_ += ']';
        break;
      }
      default:
        decl(n);
    }
  }

  void decl(const Node* n) {
    auto suffix = [&](ArcType type) {
      if (type == ArcType::Optional) out_ += '?';
      if (type == ArcType::Required) out_ += '!';
      out_ += ':';
    };
    switch (n->kind) {
      case NodeKind::Field: {
        const auto* f = static_cast<const ir::Field*>(n);
        label(f->label);
        suffix(f->arcType);
        node(f->value);
        break;
      }
      case NodeKind::LetField: {
        const auto* f = static_cast<const ir::LetField*>(n);
        out_ += "let ";
        if (const auto* let = f->syntax == nullptr ? nullptr : f->syntax->as<cue::LetClause>())
          out_ += let->ident->name;
        out_ += "=";
        node(f->value);
        break;
      }
      case NodeKind::PatternField: {
        const auto* f = static_cast<const ir::PatternField*>(n);
        out_ += '[';
        node(f->filter);
        out_ += "]:";
        node(f->value);
        break;
      }
      case NodeKind::DynamicField: {
        const auto* f = static_cast<const ir::DynamicField*>(n);
        node(f->key);
        suffix(f->arcType);
        node(f->value);
        break;
      }
      case NodeKind::Ellipsis:
        out_ += "...";
        if (const auto* e = static_cast<const ir::Ellipsis*>(n); e->value->kind != NodeKind::Top)
          node(e->value);
        break;
      case NodeKind::Comprehension: {
        const auto* c = static_cast<const ir::Comprehension*>(n);
        for (const Node* clause : c->clauses) {
          decl(clause);
          out_ += ' ';
        }
        node(c->value);
        break;
      }
      case NodeKind::ForClause: {
        const auto* f = static_cast<const ir::ForClause*>(n);
        out_ += "for ";
        if (f->key.valid()) {
          label(f->key);
          out_ += ", ";
        }
        if (f->value.valid()) {
          label(f->value);
        } else {
          out_ += '_';
        }
        out_ += " in ";
        node(f->source);
        break;
      }
      case NodeKind::IfClause:
        out_ += "if ";
        node(static_cast<const ir::IfClause*>(n)->condition);
        break;
      case NodeKind::LetClause:
        out_ += "let ";
        label(static_cast<const ir::LetClause*>(n)->label);
        out_ += "=";
        node(static_cast<const ir::LetClause*>(n)->expr);
        break;
      case NodeKind::TryClause:
        out_ += "try";
        break;
      default:
        if (n->isExpr()) node(n);
    }
  }

  const Context& ctx_;
  PrintStack& stack_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string printNode(const Context& ctx, const Node* n, PrintStack& outer) {
  Printer printer(ctx, outer);
  printer.node(n);
  return printer.take();
}

std::string printNode(const Context& ctx, const Node* n) {
  PrintStack none;
  return printNode(ctx, n, none);
}

}  // namespace puppis::cue::eval
