// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/state.h"

// Cycles. Each conjunct carries the references it came through. A reference that leads to an ancestor, or
// that occurs again on its own path, makes the conjunct cyclic; a node is in a structural cycle when all of
// its conjuncts are. Conjuncts of optional fields, patterns and disjunctions are granted one more round, as
// they may still end.

namespace puppis::cue::eval {

namespace {

Vertex* identity(Vertex* v) {
  v = v->deref();
  return v->state != nullptr ? v->state->underlying : v;
}

bool choosesAmong(const Vertex* v) {
  for (const Conjunct& c : v->conjuncts) {
    NodeKind k = toExpr(c.x)->kind;
    if (k == NodeKind::DisjunctionExpr || k == NodeKind::Disjunction) return true;
  }
  return false;
}

}  // namespace

CloseInfo NodeState::detectCycle(Vertex* arc, Environment* env, Node* ref, CloseInfo refInfo, bool& skip) {
  skip = false;
  if (hasAncestor(arc)) return markCyclic(arc, env, ref, refInfo, skip);
  if (hasNonCyclic && refInfo.cycleType == CycleType::MaybeCyclic) return refInfo;
  bool chainStep = false;
  Vertex* target = identity(arc);
  Vertex* self = identity(node);
  for (RefNode* r = refInfo.refs; r != nullptr; r = r->next) {
    if (identity(r->arc) == target) {
      if (identity(r->node) == self) {
        skip = true;  // refers to itself
        return refInfo;
      }
      if (refInfo.cycleType == CycleType::Optional && hasNonCyclic) {
        refInfo.cycleType = CycleType::MaybeCyclic;
        if (r->depth == depth) {
          skip = true;  // a pattern that matches itself
          return refInfo;
        }
        refInfo.refs = nullptr;
        return refInfo;
      }
      // The same Vertex through another reference is a definition used twice, as long as something not cyclic
      // is here.
      bool selfFeeding =
          node->isDynamic && arc->statusDeref() != VertexStatus::Finalized && choosesAmong(arc);
      if (r->ref != ref && hasNonCycle && hasNonCyclic && !selfFeeding) continue;
      return markCyclicPath(arc, env, ref, refInfo, skip);
    }
    if (r->ref == ref && arc->nonRooted) {
      if (identity(r->node) == self) {
        if (chainStep) continue;
        // Stepping along a finite chain of bindings, one level at a time, is no cycle.
        Vertex* v = env != nullptr ? ctx->vertexOf(env) : nullptr;
        if (v != nullptr &&
            (identity(v) == self || (r->arc->parent != nullptr && identity(v) == identity(r->arc->parent)))) {
          chainStep = true;
          continue;
        }
        return markCyclicPath(arc, env, ref, refInfo, skip);
      }
      // Every evaluation of an inline struct makes a new Vertex, so identity does not tell.
      Vertex* p = arc->parent;
      if (r->arc->nonRooted && p != nullptr && p->isDynamic && p->parent == nullptr && p->state != nullptr &&
          p->state->hasAncestorCycle) {
        return markCyclic(arc, env, ref, refInfo, skip);
      }
    }
  }
  auto* step = ctx->make<RefNode>();
  *step = {ref, target, self, refInfo.refs, depth};
  refInfo.refs = step;
  return refInfo;
}

void NodeState::markNonCyclic(const CloseInfo& refInfo) {
  if (refInfo.cycleType == CycleType::None || refInfo.cycleType == CycleType::Optional) hasNonCyclic = true;
}

CloseInfo NodeState::markCyclic(Vertex* arc, Environment* env, Node* ref, CloseInfo refInfo, bool& skip) {
  refInfo.cycleType = CycleType::Cyclic;
  hasAnyCyclicConjunct = true;
  hasAncestorCycle = true;
  if (!hasNonCycle && env != nullptr) {
    cyclicConjuncts.push(ctx->arena, {{env, ref, refInfo}, arc});
    skip = true;
  }
  return refInfo;
}

CloseInfo NodeState::markCyclicPath(Vertex* arc, Environment* env, Node* ref, CloseInfo refInfo, bool& skip) {
  refInfo.cycleType = CycleType::Cyclic;
  hasAnyCyclicConjunct = true;
  if (!hasNonCyclic && !hasNonCycle && env != nullptr) {
    cyclicConjuncts.push(ctx->arena, {{env, ref, refInfo}, arc});
    skip = true;
  }
  return refInfo;
}

bool Context::hasDepthCycle(Vertex* v) const {
  if (v->settling) return true;
  const NodeState* s = v->state;
  return s != nullptr && v->status != VertexStatus::Finalized && s->evalDepth > 0 && s->evalDepth < evalDepth;
}

bool Context::sharedTargetHasInProgressCycle(Vertex* w) {
  NodeState* s = w->state;
  if (s == nullptr) return false;
  for (std::uint32_t i = 0; i < s->tasks.size(); ++i) {
    Task* t = s->tasks[i];
    if (t->state != TaskState::Ready || t->kind != TaskKind::Resolver) continue;
    StateFrame frame(*this, t->env, t->x->origin());
    info = t->info;
    Vertex* arc = resolve(t->x, {.condition = kFieldSetKnown, .mode = RunMode::Ignore});
    frame.pop();
    if (arc == nullptr || arc == emptyNode) continue;
    if (hasDepthCycle(arc->derefNonDisjunct())) return true;
  }
  return false;
}

bool NodeState::hasAncestor(Vertex* arc) const {
  if (ctx->hasDepthCycle(arc)) return true;
  Vertex* target = identity(arc);
  for (Vertex* p = node->parent; p != nullptr; p = p->parent) {
    if (identity(p) == target) return true;
  }
  return false;
}

void NodeState::updateCyclicStatus(const CloseInfo& statusInfo) {
  hasFieldValue = true;
  if (statusInfo.isCyclic()) return;
  hasNonCycle = true;
  for (std::uint32_t i = 0; i < cyclicConjuncts.size(); ++i) {
    CyclicConjunct c = cyclicConjuncts[i];
    if (c.arc != nullptr) {
      scheduleVertexConjuncts(c.conjunct, c.arc, c.conjunct.info);
    } else {
      scheduleConjunct(c.conjunct, c.conjunct.info);
    }
  }
  cyclicConjuncts.clear();
}

bool NodeState::assertStructuralCycle() {
  cyclicConjuncts.clear();
  if (!hasOnlyCyclicConjuncts()) return false;
  reportCycleError();
  return true;
}

void NodeState::reportCycleError() {
  Bottom* b = ctx->bottomOf(ctx->newf("structural cycle", {}), Code::StructuralCycle);
  b->node = node;
  node->base = ctx->combine(node->value(), b);
  node->dropArcs();
}

}  // namespace puppis::cue::eval
