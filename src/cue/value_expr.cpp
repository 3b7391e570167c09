// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/eval/builtin.h"
#include "cue/session_impl.h"

// What a value is made of: comments, attributes, places, and the structure that schemas are written from.

namespace puppis::cue {

using eval::Context;
using eval::Vertex;

namespace {

// The fields of the source that declared v.
template <typename Visit>
void forEachField(const Vertex* v, Visit visit) {
  for (const eval::Conjunct& c : v->conjuncts) {
    const auto* field = c.x->syntax == nullptr ? nullptr : c.x->syntax->as<Field>();
    if (field != nullptr) visit(*field, *c.x->unit);
  }
}

/// b of `a: b: v`; null when the value stands in braces or is no field with a name (`a: [string]: v`).
const Field* chainedField(const Field& field) {
  const auto* inner = field.value == nullptr ? nullptr : field.value->as<StructLit>();
  if (inner == nullptr || inner->lbrace.present() || inner->elements.size() != 1) return nullptr;
  const auto* chained = inner->elements[0]->as<Field>();
  return chained == nullptr || chained->label->as<ListLit>() != nullptr ? nullptr : chained;
}

Value wrap(Session* session, ir::Node* n) {
  if (auto* v = n->as<Vertex>()) return {session, v};
  Context& ctx = session->impl().ctx;
  auto* v = ctx.make<Vertex>();
  v->conjuncts.push(ctx.arena, ctx.conjunct(nullptr, n));
  return {session, v};
}

Value wrapIn(Session* session, eval::Environment* env, ir::Node* n, Vertex* parent) {
  Context& ctx = session->impl().ctx;
  auto* v = ctx.make<Vertex>();
  v->parent = parent;
  v->isDynamic = true;
  v->conjuncts.push(ctx.arena, ctx.conjunct(env, n));
  return {session, v};
}

Expression::Op boundOp(ir::Op op) {
  switch (op) {
    case ir::Op::Less:
      return Expression::Op::Less;
    case ir::Op::LessEqual:
      return Expression::Op::LessEqual;
    case ir::Op::Greater:
      return Expression::Op::Greater;
    case ir::Op::GreaterEqual:
      return Expression::Op::GreaterEqual;
    case ir::Op::NotEqual:
      return Expression::Op::NotEqual;
    case ir::Op::Match:
      return Expression::Op::Match;
    default:
      return Expression::Op::NotMatch;
  }
}

std::string qualified(const eval::Builtin& f) {
  std::string out(f.package);
  if (!out.empty()) out = out.substr(out.rfind('/') + 1) + ".";
  return out + std::string(f.name);
}

Expression ofValue(Session* session, ir::Node* n) {
  Expression out;
  auto add = [&](ir::Node* x) { out.operands.push_back(wrap(session, x)); };
  switch (n->kind) {
    case ir::NodeKind::Conjunction:
      out.op = Expression::Op::And;
      for (ir::Value* x : static_cast<ir::Conjunction*>(n)->values) add(x);
      break;
    case ir::NodeKind::Disjunction: {
      auto* d = static_cast<ir::Disjunction*>(n);
      out.op = Expression::Op::Or;
      for (std::size_t i = 0; i < d->values.size(); ++i) {
        add(d->values[i]);
        out.defaults.push_back(i < d->numDefaults);
      }
      break;
    }
    case ir::NodeKind::BoundValue: {
      auto* b = static_cast<ir::BoundValue*>(n);
      out.op = boundOp(b->op);
      add(b->value);
      break;
    }
    case ir::NodeKind::BuiltinValidator: {
      auto* v = static_cast<eval::BuiltinValidator*>(n);
      out.op = Expression::Op::Call;
      out.name = qualified(*v->builtin);
      for (ir::Value* x : v->args) add(x);
      break;
    }
    default:
      break;
  }
  return out;
}

Expression ofIncomplete(Session* session, const eval::Conjunct& c, Vertex* v) {
  Expression out;
  ir::Node* x = eval::toExpr(c.x);
  auto add = [&](ir::Node* n) { out.operands.push_back(wrapIn(session, c.env, n, v->parent)); };
  switch (x->kind) {
    case ir::NodeKind::BinaryExpr: {
      auto* b = static_cast<ir::BinaryExpr*>(x);
      out.op = b->op == ir::Op::And ? Expression::Op::And : Expression::Op::Binary;
      out.name = ir::opText(b->op);
      add(b->x);
      add(b->y);
      break;
    }
    case ir::NodeKind::UnaryExpr: {
      auto* u = static_cast<ir::UnaryExpr*>(x);
      out.op = Expression::Op::Unary;
      out.name = ir::opText(u->op);
      add(u->x);
      break;
    }
    case ir::NodeKind::Interpolation:
      out.op = Expression::Op::Interpolation;
      for (ir::Expr* part : static_cast<ir::Interpolation*>(x)->parts) add(part);
      break;
    case ir::NodeKind::CallExpr: {
      auto* call = static_cast<ir::CallExpr*>(x);
      out.op = Expression::Op::Call;
      out.name = eval::printNode(session->impl().ctx, call->fun);
      for (ir::Expr* a : call->args) add(a);
      break;
    }
    default:
      if (x->isResolver()) {
        out.op = Expression::Op::Reference;
        out.name = eval::printNode(session->impl().ctx, x);
      }
  }
  return out;
}

Vertex* finishedVertex(const Value& v) {
  Context& ctx = v.session()->impl().ctx;
  guarded(ctx, false, [&] {
    ctx.finalize(v.vertex());
    return true;
  });
  return v.vertex()->deref();
}

}  // namespace

std::vector<Doc> Value::docs() const {
  std::vector<Doc> out;
  if (vertex_ == nullptr) return out;
  auto add = [&](const Field& field, const ir::Unit& unit) {
    for (const CommentGroup* g = field.comments; g != nullptr; g = g->next) {
      if (!g->doc && !g->line) continue;
      Doc doc;
      doc.text = commentText(*g);
      doc.lineComment = g->line;
      doc.where = unit.file->locate(*g);
      bool known = std::any_of(out.begin(), out.end(),
                               [&](const Doc& d) { return d.where == doc.where && d.text == doc.text; });
      if (!known) out.push_back(std::move(doc));
    }
  };
  // Above `a: b: c: v` a comment speaks of c, the field that has the value.
  auto collect = [&](const Vertex* v) {
    std::vector<const Field*> fields;
    forEachField(v, [&](const Field& field, const ir::Unit& unit) {
      if (chainedField(field) != nullptr) return;
      fields.push_back(&field);
      add(field, unit);
    });
    for (const Vertex* p = v->parent; p != nullptr && !fields.empty(); p = p->parent) {
      std::vector<const Field*> outer;
      forEachField(p, [&](const Field& field, const ir::Unit& unit) {
        const Field* inner = chainedField(field);
        if (inner == nullptr || std::find(fields.begin(), fields.end(), inner) == fields.end()) return;
        outer.push_back(&field);
        add(field, unit);
      });
      fields = std::move(outer);
    }
  };
  collect(vertex_);
  if (Vertex* target = vertex_->deref(); target != vertex_) collect(target);
  return out;
}

std::vector<AttributeView> Value::attributes() const {
  std::vector<AttributeView> out;
  if (vertex_ == nullptr) return out;
  auto add = [&](const Attribute& a, const ir::Unit& unit, bool declaration) {
    AttributeView view;
    view.name = a.name();
    view.body = a.body();
    view.declaration = declaration;
    view.where = unit.file->locate(a);
    out.push_back(std::move(view));
  };
  auto collect = [&](const Vertex* v) {
    forEachField(v, [&](const Field& field, const ir::Unit& unit) {
      for (const Attribute* a : field.attributes) add(*a, unit, false);
    });
    for (const eval::Conjunct& c : v->conjuncts) {
      const Node* body = eval::toExpr(c.x)->syntax;
      const auto* lit = body == nullptr ? nullptr : body->as<StructLit>();
      if (lit == nullptr) continue;
      for (const Decl* d : lit->elements) {
        if (const auto* a = d->as<Attribute>()) add(*a, *c.x->unit, true);
      }
    }
  };
  collect(vertex_);
  if (Vertex* target = vertex_->deref(); target != vertex_) collect(target);
  return out;
}

std::vector<Location> Value::locations() const {
  std::vector<Location> out;
  if (vertex_ == nullptr) return out;
  for (const eval::Conjunct& c : vertex_->conjuncts) {
    Location where = eval::locate(c.x->origin());
    if (where.known() && std::find(out.begin(), out.end(), where) == out.end())
      out.push_back(std::move(where));
  }
  return out;
}

Expression Value::expression() const {
  if (vertex_ == nullptr) return {};
  Vertex* v = finishedVertex(*this);
  if (v->base != nullptr && v->base->kind == ir::NodeKind::Bottom) {
    if (!vertex_->conjuncts.empty()) return ofIncomplete(session_, vertex_->conjuncts[0], vertex_);
    return {};
  }
  return v->base == nullptr ? Expression() : ofValue(session_, v->base);
}

std::vector<Selector> Value::referencePath() const {
  if (vertex_ == nullptr || vertex_->conjuncts.size() != 1) return {};
  const eval::Conjunct& c = vertex_->conjuncts[0];
  ir::Node* x = eval::toExpr(c.x);
  if (!x->isResolver()) return {};
  Context& ctx = session_->impl().ctx;
  Vertex* target = guarded(ctx, static_cast<Vertex*>(nullptr), [&] {
    eval::StateFrame frame(ctx, c.env, x->origin());
    return ctx.resolve(x, {.condition = eval::kAllKnown, .mode = eval::RunMode::Finalize});
  });
  return target == nullptr ? std::vector<Selector>() : Value(session_, target).path();
}

std::optional<Value> Value::anyField() const {
  if (vertex_ == nullptr) return std::nullopt;
  Vertex* v = finishedVertex(*this);
  if (v->patterns != nullptr) {
    for (const eval::PatternConstraint& pc : v->patterns->pairs) {
      ir::Value* pattern = eval::unwrap(pc.pattern);
      if (pattern == nullptr) continue;
      bool every = pattern->is<ir::Top>() || (pattern->is<ir::BasicType>() &&
                                              (static_cast<ir::BasicType*>(pattern)->kinds & kString) != 0);
      if (every) return Value(session_, pc.constraint);
    }
  }
  if (v->hasEllipsis) return wrap(session_, session_->impl().ctx.make<ir::Top>());
  return std::nullopt;
}

std::optional<Value> Value::anyElement() const {
  if (vertex_ == nullptr) return std::nullopt;
  Vertex* v = finishedVertex(*this);
  if (!v->isList() || v->isClosedList()) return std::nullopt;
  if (v->patterns == nullptr || v->patterns->pairs.empty())
    return wrap(session_, session_->impl().ctx.make<ir::Top>());
  return Value(session_, v->patterns->pairs[v->patterns->pairs.size() - 1].constraint);
}

std::vector<std::pair<Value, Value>> Value::patterns() const {
  std::vector<std::pair<Value, Value>> out;
  if (vertex_ == nullptr) return out;
  Vertex* v = finishedVertex(*this);
  if (v->patterns == nullptr || v->isList()) return out;
  for (const eval::PatternConstraint& pc : v->patterns->pairs) {
    out.emplace_back(wrap(session_, pc.pattern), Value(session_, pc.constraint));
  }
  return out;
}

}  // namespace puppis::cue
