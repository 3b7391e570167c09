// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>

#include "cue/eval/state.h"

// Defaults, and values reduced to data.

namespace puppis::cue::eval {

namespace {

// The expression with the alternatives of its disjunctions that are not defaults left out; itself when
// nothing is.
Node* stripNonDefaults(Context& c, Node* x) {
  if (auto* d = x->as<ir::DisjunctionExpr>()) {
    if (!d->hasDefaults) return x;
    Vec<ir::Disjunct> defaults;
    for (const ir::Disjunct& v : d->values) {
      if (v.isDefault) defaults.push(c.arena, v);
    }
    if (defaults.size() == 1) return defaults[0].value;
    auto* out = c.make<ir::DisjunctionExpr>();
    *out = *d;
    out->values = defaults.span();
    return out;
  }
  if (auto* b = x->as<ir::BinaryExpr>(); b != nullptr && b->op == Op::And) {
    Node* l = stripNonDefaults(c, b->x);
    Node* r = stripNonDefaults(c, b->y);
    if (l == b->x && r == b->y) return x;
    auto* out = c.make<ir::BinaryExpr>();
    *out = *b;
    out->x = l;
    out->y = r;
    return out;
  }
  return x;
}

template <typename T>
Node* stripField(Context& c, T* field) {
  Node* value = stripNonDefaults(c, field->value);
  if (value == field->value) return field;
  auto* out = c.make<T>();
  *out = *field;
  out->value = value;
  return out;
}

Node* stripConjunct(Context& c, Node* x) {
  switch (x->kind) {
    case NodeKind::Field:
      return stripField(c, static_cast<ir::Field*>(x));
    case NodeKind::LetField:
      return stripField(c, static_cast<ir::LetField*>(x));
    case NodeKind::PatternField:
      return stripField(c, static_cast<ir::PatternField*>(x));
    case NodeKind::DynamicField:
      return stripField(c, static_cast<ir::DynamicField*>(x));
    default:
      return x->isExpr() ? stripNonDefaults(c, x) : x;
  }
}

Value* defaultOfDisjunction(Context& c, ir::Disjunction* d) {
  if (d->numDefaults == 0) return d;
  if (d->numDefaults == 1) return d->values[0];
  auto* out = c.make<ir::Disjunction>();
  out->values = d->values.first(d->numDefaults);
  return out;
}

class ToData {
 public:
  explicit ToData(Context& c) : c_(c) {}

  Vertex* vertex(Vertex* v) {
    if (auto it = done_.find(v); it != done_.end()) return it->second;
    c_.finalize(v);
    auto* w = c_.make<Vertex>();
    *w = *v;
    w->state = nullptr;
    w->overlays = 0;
    w->status = VertexStatus::Finalized;
    w->dropArcs();
    for (std::uint32_t i = 0; i < v->arcs.size(); ++i) {
      Vertex* a = v->arcs[i];
      if (c_.isDefined(a) && a->label.isRegular()) w->arcs.push(c_.arena, vertex(a));
    }
    w->base = base(v->base);
    w->data = true;
    w->closedRecursive = false;
    w->closedNonRecursive = false;
    w->conjuncts = v->conjuncts.clone(c_.arena);
    for (Conjunct& x : w->conjuncts) {
      if (x.x->isValue()) x.x = base(x.x);
      x.info.defId = x.info.enclosingEmbed = x.info.outerId = 0;
    }
    done_[v] = w;
    return w;
  }

 private:
  Node* base(Node* v) {
    if (v == nullptr) return nullptr;
    switch (v->kind) {
      case NodeKind::Vertex:
        return vertex(static_cast<Vertex*>(v));
      case NodeKind::Disjunction: {
        auto* d = static_cast<ir::Disjunction*>(v);
        if (d->numDefaults == 1) return base(d->values[0]);
        auto* out = c_.make<ir::Disjunction>();
        *out = *d;
        out->values = values(d->numDefaults == 0 ? d->values : d->values.first(d->numDefaults));
        return out;
      }
      case NodeKind::Conjunction: {
        auto* out = c_.make<ir::Conjunction>();
        *out = *static_cast<ir::Conjunction*>(v);
        out->values = values(out->values);
        return out;
      }
      default:
        return v;
    }
  }
  std::span<Value*> values(std::span<Value*> in) {
    std::span<Value*> out{c_.arena.array<Value*>(in.size()), in.size()};
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = base(in[i]);
    return out;
  }

  Context& c_;
  std::unordered_map<Vertex*, Vertex*> done_;
};

}  // namespace

Value* defaultOf(Context& ctx, Value* v) {
  if (auto* x = v->as<Vertex>()) return defaultOfVertex(ctx, x);
  if (auto* d = v->as<ir::Disjunction>()) return defaultOfDisjunction(ctx, d);
  return v;
}

Vertex* defaultOfVertex(Context& ctx, Vertex* v) {
  v = v->deref();
  if (v->base == nullptr) return v;
  if (auto* list = v->base->as<ir::ListMarker>()) {
    if (!list->open) return v;
    auto* w = ctx.make<Vertex>();
    *w = *v;
    w->overlays = 0;
    w->state = nullptr;
    w->base = ctx.make<ir::ListMarker>();
    return w;
  }
  auto* d = v->base->as<ir::Disjunction>();
  if (d == nullptr || d->numDefaults == 0) return v;
  auto* w = ctx.make<Vertex>();
  if (d->numDefaults == 1) {
    Value* chosen = defaultOf(ctx, d->values[0]);
    if (auto* x = chosen->as<Vertex>()) {
      if (!x->conjuncts.empty()) return x;
      *w = *x;
    } else {
      w->base = chosen;
      w->status = VertexStatus::Finalized;
      w->conjuncts.push(ctx.arena, ctx.conjunct(nullptr, chosen));
      return w;
    }
  } else {
    *w = *v;
    w->base = defaultOfDisjunction(ctx, d);
  }
  w->state = nullptr;
  w->overlays = 0;
  w->conjuncts.drop();
  for (const Conjunct& c : v->conjuncts) {
    w->conjuncts.push(ctx.arena, ctx.conjunct(c.env, stripConjunct(ctx, c.x)));
  }
  return w;
}

Vertex* toDataAll(Context& ctx, Vertex* v) {
  return ToData(ctx).vertex(v);
}

}  // namespace puppis::cue::eval
