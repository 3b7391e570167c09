// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/vertex.h"

#include "cue/eval/builtin.h"
#include "cue/eval/state.h"

namespace puppis::cue::eval {

namespace {
constexpr std::uint32_t kIndexedFrom = 24;
std::uint32_t slotOf(Feature f) {
  return f.bits() * 2654435761U >> 4;
}
}  // namespace

Vertex* Vertex::lookupIndexed(Feature f) const {
  for (std::uint32_t i = slotOf(f) & index->mask; index->slots[i] != 0; i = (i + 1) & index->mask) {
    if (Vertex* arc = arcs[index->slots[i] - 1]; arc->label == f) return arc;
  }
  return nullptr;
}

void Vertex::indexArcs(Arena& arena) {
  const std::uint32_t size = arcs.size();
  if (size < kIndexedFrom || (index != nullptr && index->count == size)) return;
  if (index == nullptr || size * 2 > index->mask) {
    std::uint32_t capacity = 64;
    while (capacity < size * 4) capacity *= 2;
    index = arena.make<ArcIndex>();
    index->slots = arena.array<std::uint32_t>(capacity);
    index->mask = capacity - 1;
  }
  for (; index->count < size; ++index->count) {
    std::uint32_t i = slotOf(arcs[index->count]->label) & index->mask;
    while (index->slots[i] != 0) i = (i + 1) & index->mask;
    index->slots[i] = index->count + 1;
  }
}

Vertex* Vertex::derefDisjunct() {
  Vertex* v = this;
  for (Vertex* next = v->baseVertex(); next != nullptr && next->isDisjunct; next = v->baseVertex()) v = next;
  return v;
}

Vertex* Vertex::derefNonDisjunct() {
  Vertex* v = this;
  for (Vertex* next = v->baseVertex(); next != nullptr && !next->isDisjunct; next = v->baseVertex()) v = next;
  return v;
}

Vertex* Vertex::derefNonRooted() {
  Vertex* v = this;
  for (Vertex* next = v->baseVertex();
       next != nullptr && !next->isDisjunct && !(v->isShared && !next->label.isLet());
       next = v->baseVertex()) {
    v = next;
  }
  return v;
}

Vertex* Vertex::derefNonShared() {
  if (state != nullptr && state->isShared) return this;
  return deref();
}

bool Vertex::isFromDisjunction() {
  if (base != nullptr && base->kind == NodeKind::Disjunction) return true;
  for (Vertex* v = this; v != nullptr; v = v->baseVertex()) {
    if (v->isDisjunct) return true;
  }
  return false;
}

Bottom* Vertex::bottom() {
  Vertex* v = deref();
  return v->base == nullptr ? nullptr : v->base->as<Bottom>();
}

Value* Vertex::value() {
  if (base == nullptr) return nullptr;
  if (base->kind == NodeKind::StructMarker || base->kind == NodeKind::ListMarker) return this;
  return base;
}

bool Vertex::isClosedStruct() const {
  if (base == nullptr) return false;
  switch (base->kind) {
    case NodeKind::Vertex:
      return closedRecursive && !hasEllipsis;
    case NodeKind::StructMarker:
    case NodeKind::Disjunction:
      return closedRecursive || closedNonRecursive;
    default:
      return false;
  }
}

bool Vertex::isOpenStruct() const {
  return hasEllipsis || (!closedNonRecursive && !isClosedStruct());
}

bool Vertex::isDetached() const {
  for (const Vertex* v = this; v != nullptr;) {
    if (v->rooted()) return false;
    v = v->state != nullptr && v->state->parent != nullptr ? v->state->parent : v->parent;
  }
  return true;
}

std::uint32_t Vertex::length() const {
  std::uint32_t count = 0;
  for (const Vertex* arc : arcs) count += arc->label.isInt() ? 1U : 0U;
  return count;
}

std::uint16_t kindOf(const Node* v) {
  if (v == nullptr) return kBottom;
  switch (v->kind) {
    case NodeKind::Null:
      return kNull;
    case NodeKind::Bool:
      return kBool;
    case NodeKind::Num:
      return static_cast<const ir::Num*>(v)->value.isInt() ? kInt : kFloat;
    case NodeKind::String:
      return kString;
    case NodeKind::Bytes:
      return kBytes;
    case NodeKind::Top:
      return kTop;
    case NodeKind::BasicType:
      return static_cast<const ir::BasicType*>(v)->kinds;
    case NodeKind::BoundValue: {
      const auto* bound = static_cast<const ir::BoundValue*>(v);
      std::uint16_t k = kindOf(bound->value);
      if (k == kInt || k == kFloat || k == kNumber) return kNumber;
      if (k == kNull && bound->op == Op::NotEqual) return kTop & ~kNull;
      return k;
    }
    case NodeKind::Conjunction: {
      std::uint16_t k = kTop;
      for (const Value* x : static_cast<const ir::Conjunction*>(v)->values) k &= kindOf(x);
      return k;
    }
    case NodeKind::Disjunction: {
      std::uint16_t k = kBottom;
      for (const Value* x : static_cast<const ir::Disjunction*>(v)->values) k |= kindOf(x);
      return k;
    }
    case NodeKind::Builtin:
      return kFunc;
    case NodeKind::BuiltinValidator:
      return static_cast<const BuiltinValidator*>(v)->builtin->params[0].kinds;
    case NodeKind::StructMarker:
      return kStruct;
    case NodeKind::ListMarker:
      return kList;
    case NodeKind::Vertex: {
      const auto* x = static_cast<const Vertex*>(v);
      if (x->state != nullptr && x->state->kind == kBottom) return kBottom;
      if (x->base != nullptr && !isCyclePlaceholder(x->base)) return kindOf(x->base);
      if (x->state != nullptr) return x->state->kind;
      return kTop;
    }
    default:
      return kBottom;
  }
}

Concreteness concreteness(const Node* v) {
  switch (v->kind) {
    case NodeKind::Bottom:
      return Concreteness::Bottom;
    case NodeKind::Top:
      return Concreteness::Any;
    case NodeKind::BasicType:
      return Concreteness::Type;
    case NodeKind::BoundValue:
    case NodeKind::Conjunction:
    case NodeKind::Disjunction:
    case NodeKind::BuiltinValidator:
      return Concreteness::Constraint;
    case NodeKind::Vertex: {
      const Node* base = static_cast<const Vertex*>(v)->base;
      return base != nullptr && base->isValue() ? concreteness(base) : Concreteness::Concrete;
    }
    default:
      return Concreteness::Concrete;
  }
}

bool isRecursivelyConcrete(const Vertex* v) {
  for (const Vertex* arc : v->arcs) {
    if (!arc->label.isRegular()) continue;
    if (arc->arcType == ArcType::Required || !isRecursivelyConcrete(arc)) return false;
  }
  return isConcrete(v);
}

bool isCyclePlaceholder(const Node* v) {
  if (v == nullptr) return false;
  while (v->kind == NodeKind::Vertex) {
    v = static_cast<const Vertex*>(v)->base;
    if (v == nullptr) return false;
  }
  return v->kind == NodeKind::Bottom && static_cast<const Bottom*>(v)->placeholder;
}

Value* unwrap(Value* v) {
  if (v == nullptr || v->kind != NodeKind::Vertex) return v;
  Vertex* x = static_cast<Vertex*>(v)->deref();
  if (NodeState* n = x->state; n != nullptr && isCyclePlaceholder(x->base)) {
    if (n->errs != nullptr && !n->errs->isIncomplete()) return n->errs;
    if (n->scalar != nullptr) return n->scalar;
  }
  return x->value();
}

Node* elemOf(Node* n) {
  for (;;) {
    switch (n->kind) {
      case NodeKind::Field:
        n = static_cast<ir::Field*>(n)->value;
        break;
      case NodeKind::LetField:
        n = static_cast<ir::LetField*>(n)->value;
        break;
      case NodeKind::PatternField:
        n = static_cast<ir::PatternField*>(n)->value;
        break;
      case NodeKind::DynamicField:
        n = static_cast<ir::DynamicField*>(n)->value;
        break;
      case NodeKind::Ellipsis:
        n = static_cast<ir::Ellipsis*>(n)->value;
        break;
      default:
        return n;
    }
  }
}

Expr* toExpr(Node* n) {
  n = elemOf(n);
  if (auto* c = n->as<ir::Comprehension>()) return c->value;
  return n;
}

bool isDefReference(const Expr* x) {
  switch (x->kind) {
    case NodeKind::FieldReference:
      return static_cast<const ir::FieldReference*>(x)->label.isDef();
    case NodeKind::SelectorExpr: {
      const auto* s = static_cast<const ir::SelectorExpr*>(x);
      return s->label.isDef() || isDefReference(s->x);
    }
    case NodeKind::IndexExpr:
      return isDefReference(static_cast<const ir::IndexExpr*>(x)->x);
    default:
      return false;
  }
}

}  // namespace puppis::cue::eval
