// SPDX-License-Identifier: Apache-2.0
#include "base/stack.h"
#include "cue/eval/builtin.h"
#include "cue/eval/state.h"

// Fields that are decided by looking at their conjuncts, without a NodeState: literals, a literal and its
// type, references into finished values, and expressions over such. They are most of what a template with
// data consists of. The result is the one the long way leaves; whatever is not plainly of one of these kinds,
// or is in conflict, goes the long way.

namespace puppis::cue::eval {

namespace {

bool isScalar(const Node* x) {
  return x->kind <= NodeKind::Bytes;
}
bool isPlainLiteral(const Node* x) {
  if (const auto* s = x->as<ir::StructLit>()) return s->isPlain;
  const auto* l = x->as<ir::ListLit>();
  return l != nullptr && l->isPlain;
}

void addDeclaredArc(Context& c, Vertex* v, Feature label, const Conjunct& conjunct) {
  Vertex* arc = c.newArc(v, label, ArcType::Member);
  arc->conjuncts.reserve(c.arena, 1);
  arc->conjuncts.push(c.arena, conjunct);
  v->arcs.push(c.arena, arc);
}

DefaultMode markOf(const ir::DisjunctionExpr& d, const ir::Disjunct& x) {
  if (!d.hasDefaults) return DefaultMode::Maybe;
  return x.isDefault ? DefaultMode::Is : DefaultMode::Not;
}

}  // namespace

void Context::settleLiteral(Vertex* v, Node* x, Environment* around, const CloseInfo& literalInfo) {
  step();
  v->status = VertexStatus::Finalized;
  if (isScalar(x)) {
    v->base = x;
    return;
  }
  if (auto* list = x->as<ir::ListLit>()) {
    Environment* inner = spawn(around, v);
    CloseInfo below = literalInfo;
    below.fromEmbed = false;
    v->base = make<ir::ListMarker>();
    v->arcs.reserve(arena, static_cast<std::uint32_t>(list->elements.size()));
    std::int64_t i = 0;
    for (Node* e : list->elements) addDeclaredArc(*this, v, intLabel(i++), {inner, e, below});
  } else {
    addDeclaredArcs(v, static_cast<ir::StructLit*>(x), around, literalInfo);
  }
  for (Vertex* arc : v->arcs) {
    const Conjunct& c = arc->conjuncts[0];
    settleLiteral(arc, elemOf(c.x), c.env, c.info);
  }
}

void Context::addDeclaredArcs(Vertex* v, ir::StructLit* s, Environment* around,
                              const CloseInfo& literalInfo) {
  Environment* inner = spawn(around, v);
  CloseInfo below = literalInfo;
  below.fromEmbed = false;
  v->base = structMarker;
  v->structs.reserve(arena, 1);
  v->structs.push(arena, {s, 0, compIdOf(around), true});
  v->arcs.reserve(arena, static_cast<std::uint32_t>(s->decls.size()));
  for (ir::Decl* d : s->decls) addDeclaredArc(*this, v, static_cast<ir::Field*>(d)->label, {inner, d, below});
  v->indexArcs(arena);
}

bool NodeState::maySettleArcs() const {
  return !isDisjunctState && !node->closedRecursive && !ctx->info.isCyclic() && !requiresFields();
}

bool Context::settle(Vertex* a) {
  if (a->state != nullptr || a->status != VertexStatus::Unprocessed || a->base != nullptr ||
      a->arcType != ArcType::Member || a->label.isDef() || a->label.isLet() || a->conjuncts.empty()) {
    return false;
  }
  if (a->conjuncts.size() == 1) {
    const Conjunct c = a->conjuncts[0];
    if (c.info.fromDef || c.info.cycleType > CycleType::Optional) return false;
    Node* x = elemOf(c.x);
    if (x->isResolver()) return settleReference(a, c, x);
    if (x->kind == NodeKind::Interpolation || x->kind == NodeKind::BinaryExpr ||
        x->kind == NodeKind::UnaryExpr || x->kind == NodeKind::CallExpr) {
      return settleExpression(a, c, x);
    }
    // Not where structs may contain themselves: that failure has to reach all around it.
    if (auto* s = x->as<ir::StructLit>();
        s != nullptr && s->isStatic && !s->isPlain && !bound_.labels.empty())
      return settleStruct(a, c, s);
  }
  Node* literal = nullptr;
  Node* type = nullptr;
  const Conjunct* from = nullptr;
  std::uint16_t kinds = kTop;
  for (const Conjunct& c : a->conjuncts) {
    if (c.info.fromDef || c.info.cycleType > CycleType::Optional) return false;
    Node* x = elemOf(c.x);
    if (x->kind == NodeKind::Top || x->kind == NodeKind::BasicType) {
      kinds &= kindOf(x);
      type = x;
    } else if (isScalar(x)) {
      if (literal != nullptr) return false;
      literal = x;
      from = &c;
      kinds &= kindOf(x);
    } else if (isPlainLiteral(x)) {
      if (literal != nullptr) return false;
      literal = x;
      from = &c;
      kinds &= x->kind == NodeKind::StructLit ? kStruct : kList;
    } else if (x->kind == NodeKind::DisjunctionExpr) {
      return settleChoice(a);
    } else {
      return false;
    }
  }
  if (kinds == kBottom) return false;
  if (literal != nullptr) {
    settleLiteral(a, literal, from->env, from->info);
    return true;
  }
  if (a->conjuncts.size() != 1 || type->kind != NodeKind::BasicType) return false;
  a->base = type;
  a->status = VertexStatus::Finalized;
  return true;
}

// `x: ref` shares what it refers to.
bool Context::settleReference(Vertex* a, const Conjunct& c, Node* x) {
  step();
  if (errs != nullptr || c.info.opened || c.info.conjunctOpened) return false;
  Vertex* target = nullptr;
  {
    Restore scope(env, c.env);
    if (lookupFinished(x, target) != Finished::Member) return false;
  }
  target = target->derefNonDisjunct();
  if (target->openedShared || target->nonRooted || target->isDynamic || target->label.isLet()) return false;
  Vertex* shown = target->deref();
  if (shown->base == nullptr || shown->base->kind == NodeKind::Bottom) return false;
  a->base = target;
  a->isShared = true;
  a->closedRecursive = shown->closedRecursive;
  a->hasEllipsis = shown->hasEllipsis;
  a->status = VertexStatus::Finalized;
  return true;
}

// An expression whose operands are finished is computed where it stands.
bool Context::settleExpression(Vertex* a, const Conjunct& c, Node* x) {
  if (errs != nullptr) return false;
  Restore at(vertex, a);
  StateFrame frame(*this, c.env, x->origin());
  info = c.info;
  if (!dependsOnFinished(x)) return false;
  Value* v = evalState(x, {.condition = kConcreteKnown, .mode = RunMode::AttemptOnly});
  if (frame.pop() != nullptr || v == nullptr || !isScalar(v)) return false;
  a->base = v;
  a->status = VertexStatus::Finalized;
  return true;
}

// A struct of regular fields is finished when these are. Its arcs are all there at once, so that what is
// below finds them; until all are finished it does not count as such.
bool Context::settleStruct(Vertex* a, const Conjunct& c, ir::StructLit* s) {
  if (stackIsLow()) return false;
  step();
  a->status = VertexStatus::Finalized;
  a->settling = true;
  addDeclaredArcs(a, s, c.env, c.info);
  Restore deeper(evalDepth, evalDepth + 1);
  bool failed = false;
  for (std::uint32_t i = 0; i < a->arcs.size(); ++i) {
    Vertex* arc = a->arcs[i];
    if (!settle(arc)) unify(arc, {.condition = kAllKnown, .mode = RunMode::Finalize, .checkTypos = true});
    failed |= arc->bottom() != nullptr;
  }
  a->settling = false;
  release(a);
  if (failed) {
    // Failures below are this struct's as well, which takes a state to put together.
    NodeState collector(*this, *a);
    for (Vertex* arc : a->arcs) {
      if (Bottom* b = arc->bottom()) collector.addChildError(b);
    }
  }
  return true;
}

// A choice of scalars and basic types, and at most a scalar that it has to admit.
bool Context::settleChoice(Vertex* a) {
  Vec<PendingDisjunct> all;
  Value* scalar = nullptr;
  std::uint16_t kinds = kTop;
  for (const Conjunct& c : a->conjuncts) {
    if (c.info.fromDef || c.info.cycleType > CycleType::Optional) return false;
    Node* x = elemOf(c.x);
    if (auto* d = x->as<ir::DisjunctionExpr>()) {
      if (!all.empty()) return false;
      all.reserve(arena, static_cast<std::uint32_t>(d->values.size()));
      for (const ir::Disjunct& v : d->values) {
        if (v.value->kind > NodeKind::BasicType || v.value->kind == NodeKind::Top) return false;
        all.push(arena, {v.value, nullptr, markOf(*d, v)});
      }
      continue;
    }
    if (x->kind > NodeKind::BasicType || x->kind == NodeKind::Top || (isScalar(x) && scalar != nullptr))
      return false;
    if (isScalar(x)) scalar = x;
    kinds &= kindOf(x);
  }
  if (errs != nullptr || kinds == kBottom) return false;
  Vec<ChosenScalar> chosen = chooseScalars(all.span(), scalar, kinds);
  if (chosen.empty()) return false;
  step();
  a->status = VertexStatus::Finalized;
  if (chosen.size() == 1) {
    Vertex* v = scalarDisjunct(a, chosen[0].value);
    v->conjuncts = a->conjuncts.clipped();
    a->base = v;
    return true;
  }
  auto* d = make<ir::Disjunction>();
  d->values = {arena.array<Value*>(chosen.size()), chosen.size()};
  for (std::uint32_t i = 0; i < chosen.size(); ++i) {
    Vertex* v = scalarDisjunct(a, chosen[i].value);
    d->hasDefaults |= chosen[i].mode != DefaultMode::Maybe;
    if (chosen[i].mode == DefaultMode::Is) {
      d->values[i] = d->values[d->numDefaults];
      d->values[d->numDefaults++] = v;
    } else {
      d->values[i] = v;
    }
  }
  a->base = d;
  return true;
}

}  // namespace puppis::cue::eval
