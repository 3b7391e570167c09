// SPDX-License-Identifier: Apache-2.0
#include "base/stack.h"
#include "cue/eval/builtin.h"
#include "cue/eval/state.h"

namespace puppis::cue::eval {

bool Context::equal(Value* a, Value* b, std::uint8_t flags) {
  if (a == nullptr || b == nullptr) return a == b;
  if ((flags & kEqualStructural) == 0) {
    a = defaultOf(*this, a);
    b = defaultOf(*this, b);
  }
  auto* x = a->as<Vertex>();
  if (x == nullptr && b->is<Vertex>()) {
    x = static_cast<Vertex*>(b);
    b = a;
  }
  if (x != nullptr) {
    step();
    Nesting nesting(*this);
    return deeper([&] { return equalVertex(x, b, flags); });
  }
  return equalTerminal(a, b, flags);
}

bool Context::equalVertex(Vertex* x, Value* v, std::uint8_t flags) {
  auto* y = v->as<Vertex>();
  if (y == nullptr || x->arcType != y->arcType) return false;
  if (x->status == VertexStatus::Unprocessed && x->arcType == ArcType::Optional && defersOptional) {
    finalize(x);
    finalize(y);
  }
  x = x->deref();
  y = y->deref();
  if (x == y) return true;
  if (kindOf(x) != kindOf(y)) return false;
  const bool structural = (flags & kEqualStructural) != 0;
  const ArcType last = structural ? ArcType::Optional : ArcType::Required;
  if (structural && (x->isClosedStruct() != y->isClosedStruct() || x->isClosedList() != y->isClosedList())) {
    return false;
  }
  const bool regularOnly = (flags & kEqualRegularOnly) != 0;
  auto counts = [&](const Vertex* arc) {
    return !(regularOnly && !arc->label.isRegular()) && arc->arcType <= last;
  };
  for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
    Vertex* arc = x->arcs[i];
    if (!counts(arc)) continue;
    Vertex* other = y->lookupRaw(arc->label);
    if (other == nullptr || other->arcType != arc->arcType || !equal(arc, other, flags)) return false;
  }
  for (std::uint32_t i = 0; i < y->arcs.size(); ++i) {
    Vertex* arc = y->arcs[i];
    if (!counts(arc)) continue;
    Vertex* other = x->lookupRaw(arc->label);
    if (other == nullptr || other->arcType > last) return false;
  }
  Value* xb = x->base != nullptr && x->base->isValue() ? x->base : nullptr;
  Value* yb = y->base != nullptr && y->base->isValue() ? y->base : nullptr;
  if (xb == nullptr && yb == nullptr) return true;
  return equalTerminal(xb, yb, flags);
}

bool Context::equalTerminal(Value* v, Value* w, std::uint8_t flags) {
  if (v == w) return true;
  if (v == nullptr || w == nullptr) return false;
  if (v->kind == w->kind) {
    // What is compared most, decided without making a Bool of the answer.
    if (auto* x = v->as<ir::String>()) return x->text == static_cast<ir::String*>(w)->text;
    if (auto* x = v->as<ir::Num>()) return number::equal(x->value, static_cast<ir::Num*>(w)->value);
  }
  switch (v->kind) {
    case NodeKind::Bottom:
    case NodeKind::Top:
      return w->kind == v->kind;
    case NodeKind::Num:
    case NodeKind::String:
    case NodeKind::Bool:
    case NodeKind::Bytes:
    case NodeKind::Null:
      return binOpBool(nullptr, true, Op::Equal, v, w);
    default:
      break;
  }
  if (w->kind != v->kind) return false;
  auto all = [&](std::span<Value*> a, std::span<Value*> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!equal(a[i], b[i], flags)) return false;
    }
    return true;
  };
  switch (v->kind) {
    case NodeKind::BoundValue: {
      auto* x = static_cast<ir::BoundValue*>(v);
      auto* y = static_cast<ir::BoundValue*>(w);
      return x->op == y->op && equal(x->value, y->value, flags);
    }
    case NodeKind::BasicType:
      return kindOf(v) == kindOf(w);
    case NodeKind::Conjunction:
      return all(static_cast<ir::Conjunction*>(v)->values, static_cast<ir::Conjunction*>(w)->values);
    case NodeKind::Disjunction:
      return all(static_cast<ir::Disjunction*>(v)->values, static_cast<ir::Disjunction*>(w)->values);
    case NodeKind::BuiltinValidator: {
      auto* x = static_cast<BuiltinValidator*>(v);
      auto* y = static_cast<BuiltinValidator*>(w);
      return x->builtin == y->builtin && all(x->args, y->args);
    }
    default:
      return false;
  }
}

}  // namespace puppis::cue::eval
