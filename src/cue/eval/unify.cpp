// SPDX-License-Identifier: Apache-2.0
#include "base/stack.h"
#include "cue/eval/builtin.h"
#include "cue/eval/state.h"

// Bringing a Vertex to a wanted state: its own value first, then what is below, then the checks.

namespace puppis::cue::eval {

void NodeState::initBare() {
  Vertex* v = node;
  if (v->parent != nullptr && v->parent->state != nullptr) {
    depth = v->parent->state->depth + 1;
    blockOn(kAllAncestorsProcessed);
  }
  blockOn(kScalarKnown | kArcTypeKnown);
  v->inheritClosedness();
}

void NodeState::scheduleConjuncts() {
  isInitialized = true;
  Vertex* v = node;
  // A reference that comes back here while the value is computed sees this placeholder.
  v->base = ctx->cycle;
  Restore arc(ctx->vertex, v);
  collecting = ctx->hasBound() && v->parent != nullptr && v->conjuncts.size() > 1 && !isDisjunctState &&
               ctx->allChildConjunctsKnown(v->parent);
  for (std::uint32_t i = 0; i < v->conjuncts.size(); ++i) {
    CloseInfo conjunctInfo = v->conjuncts[i].info;
    if (ctx->info.isCyclic()) {
      conjunctInfo.cycleType = ctx->info.cycleType;
      conjunctInfo.refs = ctx->info.refs;
    }
    scheduleConjunct(v->conjuncts[i], conjunctInfo);
  }
  ctx->finishBound(*this);
  if (collecting) ctx->releaseHeldBack(*this);
}

namespace {

// Whether evaluating x cannot come back to the Vertex that is being evaluated.
bool isSafeToFlush(const Node* x) {
  auto all = [](auto span) {
    for (const Node* e : span) {
      if (e->isExpr() && !isSafeToFlush(e)) return false;
    }
    return true;
  };
  if (x->isValue()) return true;
  switch (x->kind) {
    case NodeKind::LabelReference:
      return true;
    case NodeKind::BinaryExpr: {
      const auto* b = static_cast<const ir::BinaryExpr*>(x);
      return isSafeToFlush(b->x) && isSafeToFlush(b->y);
    }
    case NodeKind::UnaryExpr:
      return isSafeToFlush(static_cast<const ir::UnaryExpr*>(x)->x);
    case NodeKind::CallExpr:
      return all(static_cast<const ir::CallExpr*>(x)->args);
    case NodeKind::ListLit:
      return all(static_cast<const ir::ListLit*>(x)->elements);
    case NodeKind::Interpolation:
      return all(static_cast<const ir::Interpolation*>(x)->parts);
    default:
      return false;
  }
}

}  // namespace

void NodeState::flushDeferredCyclicConjuncts() {
  if (cyclicConjuncts.empty() || !tasks.empty()) return;
  hasNonCyclic = true;
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < cyclicConjuncts.size(); ++i) {
    CyclicConjunct cc = cyclicConjuncts[i];
    if (!isSafeToFlush(elemOf(cc.conjunct.x))) {
      cyclicConjuncts[kept++] = cc;
      continue;
    }
    cc.conjunct.info.cycleType = CycleType::None;
    if (cc.arc != nullptr) {
      scheduleVertexConjuncts(cc.conjunct, cc.arc, cc.conjunct.info);
    } else {
      scheduleConjunct(cc.conjunct, cc.conjunct.info);
    }
  }
  cyclicConjuncts.truncate(kept);
}

bool Context::allChildConjunctsKnown(Vertex* v) {
  if (v == nullptr) return true;
  NodeState* n = state(v);
  return n == nullptr || n->meets(kFieldConjunctsKnown | kAllAncestorsProcessed);
}

namespace {

bool unifyHere(Context& c, Vertex* v, const Flags& flags);

}  // namespace

bool Context::unify(Vertex* v, const Flags& flags) {
  if (flags.mode == RunMode::Ignore || flags.mode == RunMode::None) return false;
  if (v->status == VertexStatus::Finalized) return true;
  Nesting nesting(*this);
  return deeper([&] { return unifyHere(*this, v, flags); });
}

namespace {

bool unifyHere(Context& c, Vertex* v, const Flags& flags) {
  const Condition need = flags.condition;
  const RunMode mode = flags.mode;
  bool checkTypos = flags.checkTypos;
  NodeState* n = c.state(v);
  if (n == nullptr) return true;
  struct Use {
    Context& ctx;
    Vertex* vertex;
    NodeState* state;
    ~Use() {
      --state->uses;
      if (vertex->state != nullptr && vertex->status == VertexStatus::Finalized) ctx.release(vertex);
    }
  } use{c, v, n};
  ++n->uses;
  if (!v->rooted() || c.allChildConjunctsKnown(v->parent) || mode == RunMode::Finalize) {
    n->signal(kAllAncestorsProcessed);
  }
  auto ownNeed = static_cast<Condition>(need & ~kSubFieldsProcessed);
  if (v->base == nullptr) v->base = c.cycle;
  n->updateScalar();
  if (ownNeed == (kScalarKnown | kArcTypeKnown) && n->meets(ownNeed)) return true;

  // A node that is asked for while it is evaluated, at the same depth, refers to itself.
  if (v->status == VertexStatus::Evaluating && n->evalDepth == c.evalDepth && mode != RunMode::Finalize &&
      mode != RunMode::Yield && (need & kFieldSetKnown) == 0) {
    return false;
  }
  v->status = VertexStatus::Evaluating;
  Restore depth(n->evalDepth, c.evalDepth);
  n->flushDeferredCyclicConjuncts();
  n->process(ownNeed, mode);
  if (v->arcType != ArcType::Pending && n->meets(kAllAncestorsProcessed) && n->allTasksFinished()) {
    n->signal(kArcTypeKnown);
  }

  Restore arc(c.vertex, v);
  if (Vertex* w = v->derefDisjunct(); w != v) {
    v->closedRecursive = w->closedRecursive;
    v->status = w->status;
    v->childErrors = c.combine(v->childErrors, w->childErrors);
    c.clearArcs(v);
    if (w->status == VertexStatus::Finalized) return true;
    return w->state->meets(need);
  }
  n->updateScalar();
  if (!n->meets(ownNeed) && mode != RunMode::Finalize) return false;

  if (n->isShared) {
    if (isCyclePlaceholder(n->origBase)) n->origBase = nullptr;
  } else {
    if (isCyclePlaceholder(v->base)) v->base = nullptr;
    n->validateValue();
  }
  if (Vertex* target = v->baseVertex(); target != nullptr && n->shareCycleType == CycleType::None) {
    if (c.hasDepthCycle(target)) {
      n->reportCycleError();
      return true;
    }
    c.unify(target, {.condition = need, .mode = mode, .checkTypos = checkTypos});
  }

  if ((n->completed & kSubFieldsProcessed) != 0) {
    // Everything below is done.
  } else if ((need & kSubFieldsProcessed) != 0) {
    if (!n->assertStructuralCycle() && v->status != VertexStatus::Finalized && n->kind != kBottom) {
      n->completeAllArcs(need, mode, checkTypos);
    }
    if (mode == RunMode::Finalize) n->signal(kSubFieldsProcessed);
    if (Value* value = v->value(); value != nullptr && isConcrete(value)) {
      Vec<Conjunct> checks = n->checks;
      n->checks.drop();
      for (const Conjunct& check : checks) {
        if (Bottom* b = c.validate(check, v)) n->addBottom(b);
      }
    }
  } else if ((need & kFieldSetKnown) != 0) {
    n->evalArcTypes(mode);
  }

  if (Bottom* err = n->getErr()) {
    n->errs = nullptr;
    if (Bottom* b = v->bottom()) err = c.combine(b, err);
    v->base = err;
  }
  n->finalizeDisjunctions();
  if (mode == RunMode::AttemptOnly) return n->meets(need);
  if (auto mask = static_cast<Condition>(n->completed & need); mask != 0) n->signal(mask);

  if (Vertex* w = v->deref(); w != v) {
    c.clearArcs(v);
    v->childErrors = nullptr;
    if ((n->completed & kSubFieldsProcessed) == 0) {
      if (w->status == VertexStatus::Unprocessed) c.unify(w, {.condition = need, .mode = mode});
      return n->meets(need);
    }
    if (w->closedRecursive) v->closedRecursive = true;
    if (w->hasEllipsis) v->hasEllipsis = true;
    v->status = w->status;
    n->finalizeSharing();
    if (n->hasAncestor(w) || c.sharedTargetHasInProgressCycle(w)) {
      n->reportCycleError();
      return true;
    }
    c.unify(w, {.condition = need, .mode = mode, .checkTypos = checkTypos});
    return true;
  }
  if ((n->completed & kSubFieldsProcessed) == 0) return n->meets(need);

  Restore deeper(c.evalDepth, c.evalDepth + 1);
  if (n->isDef && (!n->hasTop || n->hasStruct)) v->closedRecursive = true;
  if (checkTypos) n->checkTypos();
  v->status = VertexStatus::Finalized;
  return n->meets(need);
}

}  // namespace

void Context::release(Vertex* v) {
  if (NodeState* n = v->state; n != nullptr && n->uses == 0) {
    // Disjuncts are compared and merged later.
    if (n->isDisjunctState) return;
    if (auto* d = v->base == nullptr ? nullptr : v->base->as<ir::Disjunction>()) {
      for (Value* x : d->values) {
        if (auto* disjunct = x->as<Vertex>()) releaseAll(disjunct);
      }
    }
    if (v->parent == nullptr || v->label.isLet()) v->state = nullptr;
  }
  for (Vertex* arc : v->arcs) {
    NodeState* s = arc->state;
    if (s == nullptr || s->uses > 0 || s->isDisjunctState) continue;
    if (arc->derefDisjunct() != arc) releaseAll(arc);
    arc->state = nullptr;
  }
}

void Context::releaseAll(Vertex* v) {
  if (v->state != nullptr && v->state->uses == 0) {
    if (auto* d = v->base == nullptr ? nullptr : v->base->as<ir::Disjunction>()) {
      for (Value* x : d->values) {
        if (auto* disjunct = x->as<Vertex>()) releaseAll(disjunct);
      }
    }
    v->state = nullptr;
  }
  for (Vertex* arc : v->arcs) releaseAll(arc);
}

void NodeState::completeNodeTasks(RunMode mode) {
  if (mode == RunMode::AttemptOnly && !(node->status == VertexStatus::Finalized || isInitialized)) return;
  if (isCompleting > 0) return;
  Restore completing(isCompleting, isCompleting + 1);
  Vertex* v = node;
  if (v->isDynamic || v->label.isLet() || ctx->allChildConjunctsKnown(v->parent))
    signal(kAllAncestorsProcessed);
  if (!allTasksStarted()) {
    process(kValueKnown | kFieldConjunctsKnown, mode);
    updateScalar();
  }
}

void NodeState::updateScalar() {
  if (scalar == nullptr || (node->isErr() && !isCyclePlaceholder(node->base))) return;
  Vertex* target = node->baseVertex();
  if (target == nullptr || !target->isDisjunct) node->base = scalar;
  signal(kScalarKnown);
}

namespace {
// Whether it is a definition that can be left alone until somebody refers to it.
bool cannotFail(const Vertex& definition) {
  if (!definition.label.isDef() || definition.conjuncts.size() != 1) return false;
  const auto* s = elemOf(definition.conjuncts[0].x)->as<ir::StructLit>();
  return s != nullptr && s->isSound;
}
}  // namespace

void NodeState::mismatchedField(Vertex* a) {
  if (node->isErr() || a->isErr()) return;
  Value* av = a->value();
  addErr(ctx->newPosf(av != nullptr ? av->origin() : Origin{}, "cannot combine regular field {} with {}",
                      {a->label, node->value()}));
}

bool NodeState::completeAllArcs(Condition need, RunMode mode, bool checkTypos) {
  completeNodeTasks(RunMode::Finalize);
  Restore deeper(ctx->evalDepth, ctx->evalDepth + 1);
  if (hasDisjunction) checkTypos = false;
  bool success = true;
  const bool defers = ctx->defersOptional && !isDisjunctState;
  const bool settles = mode == RunMode::Finalize && (need & kSubFieldsProcessed) != 0 && maySettleArcs();
  // Arcs may be added meanwhile.
  for (std::uint32_t i = 0; i < node->arcs.size(); ++i) {
    Vertex* a = node->arcs[i];
    if (defers && a->status == VertexStatus::Unprocessed &&
        (a->arcType == ArcType::Optional || cannotFail(*a)))
      continue;
    if (!(settles && ctx->settle(a)) &&
        !ctx->unify(a, {.condition = need, .mode = mode, .checkTypos = checkTypos})) {
      success = false;
    }
    if (a->arcType == ArcType::Pending) {
      ctx->updateArcType(a, ArcType::NotPresent);
      continue;
    }
    if (a->arcType <= ArcType::Required && a->label.isString() && (kind & kStruct) == 0) mismatchedField(a);
  }
  const std::uint32_t arcsBefore = node->arcs.size();
  node->arcs.eraseIf([](const Vertex* a) { return a->arcType == ArcType::NotPresent; });
  if (node->arcs.size() != arcsBefore) node->index = nullptr;
  for (std::uint32_t i = 0; i < node->arcs.size(); ++i) {
    Vertex* a = node->arcs[i];
    if (a->label.isLet() || a->arcType > ArcType::Required) continue;
    if (Bottom* err = a->deref()->bottom()) addChildError(err);
    success = true;
  }
  for (std::uint32_t i = 0; i < postChecks.size(); ++i) {
    PostCheck check = postChecks[i];
    StateFrame frame(*ctx, check.env, check.expr->origin());
    Value* v = ctx->evalState(
        check.expr, {.condition = kAllKnown, .mode = RunMode::Ignore, .status = VertexStatus::Finalized});
    bool ok = true;
    v = unwrap(ctx->getDefault(v, ok));
    bool isBottom = v != nullptr && v->kind == NodeKind::Bottom;
    if (isBottom != check.expectError) {
      Bottom* b = ctx->bottomOf(
          ctx->newPosf(check.expr->origin(),
                       "circular dependency in evaluation of conditionals: {} changed after evaluation",
                       {check.expr}),
          Code::Cycle);
      b->node = node;
      ctx->setValue(node, ctx->combine(node->value(), b));
    }
  }
  finalizeSharing();
  node->structs.eraseIf([](const StructInfo& s) { return !s.initialized; });
  return success;
}

void NodeState::evalArcTypes(RunMode mode) {
  for (std::uint32_t i = 0; i < node->arcs.size(); ++i) {
    Vertex* a = node->arcs[i];
    if (a->arcType != ArcType::Pending) continue;
    ctx->unify(a, {.condition = kArcTypeKnown, .mode = mode});
    if (a->arcType == ArcType::Pending) ctx->updateArcType(a, ArcType::NotPresent);
  }
}

// Checks the bounds against the value, or makes them the value when there is none.
void NodeState::validateValue() {
  bool markStruct = aStruct;
  if (!markStruct && !node->structs.empty()) {
    markStruct = (kind & kStruct) != 0 && !hasTop;
    for (const Vertex* a : node->arcs) {
      if (a->label.isRegular() && a->arcType != ArcType::Optional) {
        markStruct = true;
        break;
      }
    }
  }
  Value* v = node->deref()->value();
  if (node->base == nullptr && markStruct) {
    node->base = ctx->structMarker;
    v = node;
  }
  if (v != nullptr && isConcrete(v)) {
    for (ir::BoundValue* bound : {lowerBound, upperBound}) {
      if (bound == nullptr) continue;
      if (Bottom* b = ctx->validate(ctx->conjunct(nullptr, bound), v)) addBottom(b);
    }
  } else {
    node->base = validators(true);
  }
}

Node* NodeState::validators(bool final) {
  Vec<Value*> all;
  std::uint16_t kinds = kTop;
  auto add = [&](Value* x) {
    all.push(ctx->arena, x);
    kinds &= kindOf(x);
  };
  if (lowerBound != nullptr) add(lowerBound);
  if (upperBound != nullptr) add(upperBound);
  for (const Conjunct& c : checks) {
    // `!=x` says nothing where x is out of another bound.
    if (auto* b = c.x->as<ir::BoundValue>(); b != nullptr && b->op == Op::NotEqual) {
      if (upperBound != nullptr && ctx->simplifyBounds(kind, upperBound, b) != nullptr) continue;
      if (lowerBound != nullptr && ctx->simplifyBounds(kind, lowerBound, b) != nullptr) continue;
    }
    add(c.x);
  }
  if ((kinds & ~kind) != 0) {
    auto* type = ctx->makeAt<ir::BasicType>(kindExpr != nullptr ? kindExpr->origin() : Origin{});
    if (kindExpr != nullptr) type->syntax = kindExpr->syntax;
    type->kinds = kind;
    all.push(ctx->arena, type);
  }
  if (all.empty()) {
    constexpr std::uint16_t kComposite = kStruct | kList;
    if (!final && (kind & ~kComposite) != 0) return nullptr;
    auto* type = ctx->make<ir::BasicType>();
    type->kinds = kind;
    return type;
  }
  if (all.size() == 1) return all[0];
  auto* conjunction = ctx->make<ir::Conjunction>();
  conjunction->values = all.span();
  return conjunction;
}

void Context::finalize(Vertex* v) {
  Restore keep(errs, static_cast<Bottom*>(nullptr));
  unify(v, {.condition = kAllKnown,
            .mode = RunMode::Finalize,
            .status = VertexStatus::Finalized,
            .checkTypos = true});
}

void Context::completeArcs(Vertex* v) {
  unify(v, {.condition = kAllKnown,
            .mode = RunMode::Finalize,
            .status = VertexStatus::Conjuncts,
            .checkTypos = true});
}

void Context::completeArcsOnly(Vertex* v) {
  unify(v, {.condition = kAllKnown & ~kSubFieldsProcessed,
            .mode = RunMode::Finalize,
            .status = VertexStatus::Conjuncts});
  if (v->arcType == ArcType::Pending) addErrf(Code::Incomplete, src, "undefined field: {}", {v->label});
}

bool Context::isDefined(Vertex* v) {
  if (v->isDefined()) return true;
  if (v->parent != nullptr && v->parent->status == VertexStatus::Finalized) return false;
  finalize(v);
  return v->isDefined();
}

Bottom* Context::finalErr(Vertex* v) {
  finalize(v);
  return v->bottom();
}

}  // namespace puppis::cue::eval
