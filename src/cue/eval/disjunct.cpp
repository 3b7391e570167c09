// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/overlay.h"
#include "cue/eval/tasks.h"

// Disjunctions. All those of a Vertex are worked off by one task, after everything else: each alternative is
// unified into a clone of what there is so far; those that fail are dropped, equal ones merged, and the rest
// is the start for the next disjunction. All but the last are only attempted, since more conjuncts follow.

namespace puppis::cue::eval {

namespace {

DefaultMode combineDefault(DefaultMode a, DefaultMode b, bool dropsA, bool dropsB) {
  if (dropsA) a = DefaultMode::Maybe;
  if (dropsB) b = DefaultMode::Maybe;
  return std::max(a, b);
}

// Gives the arcs their conjuncts; false when one of them has already failed.
bool initArcs(Context& c, Vertex* v) {
  for (std::uint32_t i = 0; i < v->arcs.size(); ++i) {
    Vertex* a = v->arcs[i];
    NodeState* s = c.state(a);
    if (s != nullptr && s->errs != nullptr) {
      if (a->arcType == ArcType::Member) return false;
    } else if (!initArcs(c, a)) {
      return false;
    }
  }
  return true;
}

// Whether an enclosing disjunct waits to run a comprehension of its own.
bool hasDeferredComprehension(const Vertex* v) {
  for (const Vertex* p = v; p != nullptr; p = p->parent) {
    if (!p->isDisjunct) continue;
    if (p->state == nullptr) return false;
    for (const Task* t : p->state->tasks) {
      if (t->kind == TaskKind::Comprehension && t->completes == kAllTasksCompleted) return true;
    }
    return false;
  }
  return false;
}

bool equalValue(Context& c, Value* x, Value* y) {
  if (x == y) return true;
  return x != nullptr && y != nullptr && c.equal(x, y, kEqualStructural);
}

bool equalTasks(const NodeState& x, const NodeState& y) {
  auto covered = [](const NodeState& a, const NodeState& b) {
    for (const Task* t : a.tasks) {
      if (t->state != TaskState::Ready) continue;
      if (std::none_of(b.tasks.begin(), b.tasks.end(), [&](const Task* other) { return other->x == t->x; }))
        return false;
    }
    return true;
  };
  return covered(x, y) && covered(y, x);
}

bool equalNodeValue(NodeState& x, NodeState& y) {
  Context& c = *x.ctx;
  if (x.kind != y.kind || x.hasTop != y.hasTop || !equalValue(c, x.scalar, y.scalar)) return false;
  if (x.checks.size() != y.checks.size() || !equalTasks(x, y)) return false;
  if (!equalValue(c, x.lowerBound, y.lowerBound) || !equalValue(c, x.upperBound, y.upperBound)) return false;
  for (std::uint32_t i = 0; i < x.checks.size(); ++i) {
    if (!c.equal(x.checks[i].x, y.checks[i].x, kEqualStructural)) return false;
  }
  return true;
}

bool equalPartial(Context& c, Vertex* x, Vertex* y) {
  NodeState* nx = x->state;
  NodeState* ny = y->state;
  if (nx == nullptr && ny == nullptr) return c.equal(x, y, kEqualStructural);
  if (nx == nullptr || ny == nullptr) return false;
  if (!equalNodeValue(*nx, *ny)) return false;
  if ((x->patterns == nullptr) != (y->patterns == nullptr)) return false;
  if (x->patterns != nullptr) {
    if (x->patterns->pairs.size() != y->patterns->pairs.size()) return false;
    for (std::uint32_t i = 0; i < x->patterns->pairs.size(); ++i) {
      Vertex* a = x->patterns->pairs[i].constraint;
      Vertex* b = y->patterns->pairs[i].constraint;
      c.finalize(a);
      c.finalize(b);
      if (!c.equal(a, b, kEqualStructural)) return false;
    }
  }
  if (x->arcs.size() != y->arcs.size()) return false;
  for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
    Vertex* other = y->lookupRaw(x->arcs[i]->label);
    if (other == nullptr || !equalPartial(c, x->arcs[i], other)) return false;
  }
  return true;
}

// Adds what closedness knows of w to v: both were the same disjunct.
void mergeCloseInfo(NodeState* v, NodeState* w) {
  if (v == nullptr || w == nullptr) return;
  Arena& arena = v->ctx->arena;
  for (const ConjunctInfo& info : w->conjunctInfos) {
    if (std::none_of(v->conjunctInfos.begin(), v->conjunctInfos.end(),
                     [&](const ConjunctInfo& known) { return known.id == info.id; })) {
      v->conjunctInfos.push(arena, info);
    }
  }
  for (const ReplaceId& id : w->replaceIds) {
    if (std::find(v->replaceIds.begin(), v->replaceIds.end(), id) == v->replaceIds.end())
      v->replaceIds.push(arena, id);
  }
  for (std::uint32_t i = 0; i < w->node->arcs.size(); ++i) {
    Vertex* wa = w->node->arcs[i];
    if (Vertex* va = v->node->lookupRaw(wa->label)) mergeCloseInfo(va->state, wa->state);
  }
}

void appendDisjunct(Context& c, Vec<NodeState*>& list, NodeState* x) {
  Vertex* nv = x->node->deref();
  Node* nx = nv->base;
  if (nx == nullptr || isCyclePlaceholder(nx)) nx = x->validators(true);
  for (std::uint32_t i = 0; i < list.size(); ++i) {
    c.step();
    NodeState* known = list[i];
    if (known == x) return;
    Vertex* kv = known->node->deref();
    if (kv->status != VertexStatus::Finalized || nv->status != VertexStatus::Finalized) {
      if (!equalPartial(c, x->node, known->node)) continue;
      Node* ny = kv->base;
      if (ny == nullptr || isCyclePlaceholder(ny)) ny = x->validators(true);
      if (nx != nullptr && ny != nullptr && nx->isValue() && ny->isValue() &&
          !c.equal(nx, ny, kEqualStructural)) {
        continue;
      }
    } else if (!c.equal(kv, nv, kEqualStructural)) {
      continue;
    }
    if (x->defaultMode == DefaultMode::Is) known->defaultMode = DefaultMode::Is;
    mergeCloseInfo(known, x);
    return;
  }
  list.push(c.arena, x);
}

}  // namespace

void NodeState::scheduleDisjunction(const PendingDisjunction& d) {
  if (disjunctions.empty()) scheduleTask(TaskKind::Disjunctions, nullptr, nullptr, {});
  disjunctions.push(ctx->arena, d);
  hasDisjunction = true;
}

Bottom* NodeState::processDisjunctions() {
  Context& c = *ctx;
  Vec<PendingDisjunction> all = disjunctions.clone(c.arena);
  disjunctions.drop();
  if (!initArcs(c, node)) return error();

  // Within a disjunct that is only attempted, nothing may be brought to its end.
  RunMode outerMode = RunMode::None;
  for (Vertex* p = node; p != nullptr; p = p->parent) {
    if (!p->isDisjunct) continue;
    outerMode = p->state == nullptr ? RunMode::Finalize : p->state->runMode;
    break;
  }
  if (outerMode == RunMode::None && all.size() == 1 && processScalarDisjunction(all[0])) return nullptr;
  Vec<NodeState*> cross;
  cross.push(c.arena, this);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const bool last = i + 1 == all.size();
    RunMode mode = RunMode::AttemptOnly;
    if (outerMode != RunMode::None) {
      if (last) mode = outerMode;
      if (last && outerMode == RunMode::AttemptOnly && hasDeferredComprehension(node))
        mode = RunMode::Finalize;
    } else if (last) {
      mode = RunMode::Finalize;
    }
    Vec<NodeState*> results;
    crossProduct(results, cross, all[i], mode);
    if (results.empty()) return collectErrors(all[i]);
    cross = results;
  }
  auto defaultCycle = [&](const char* format) {
    ErrorEntry* e = c.newf(format, {defaultAttemptInCycle->label});
    c.addPlaces(e->more, defaultAttemptInCycle);
    Bottom* b = c.bottomOf(e, Code::Cycle);
    node->base = b;
    return b;
  };
  if (cross.size() == 1) {
    node->base = cross[0]->node;
    if (defaultMode == DefaultMode::Maybe) defaultMode = cross[0]->defaultMode;
    if (defaultAttemptInCycle != nullptr && defaultMode != DefaultMode::Is) {
      return defaultCycle("ambiguous default elimination by referencing {}");
    }
  } else {
    disjuncts.append(c.arena, cross.span());
  }
  signalDisjuncts();
  return nullptr;
}

namespace {
bool isScalar(const Node* x) {
  return x->kind <= NodeKind::Bytes;
}
}  // namespace

Vec<ChosenScalar> Context::chooseScalars(std::span<const PendingDisjunct> all, Value* scalar,
                                         std::uint16_t kinds) {
  Vec<ChosenScalar> fitting;
  bool dropsDefault = true;
  for (const PendingDisjunct& x : all) {
    auto both = static_cast<std::uint16_t>(kindOf(x.expr) & kinds);
    if (both == kBottom) continue;
    Value* value = x.expr;
    if (isScalar(x.expr)) {
      if (scalar != nullptr) {
        if (!equalTerminal(x.expr, scalar, 0)) continue;
        value = scalar;
      }
    } else if (scalar != nullptr) {
      value = scalar;
    } else if (both != kindOf(x.expr)) {
      auto* narrowed = makeAt<ir::BasicType>(x.expr->origin());
      narrowed->syntax = x.expr->syntax;
      narrowed->kinds = both;
      value = narrowed;
    }
    if (x.mode == DefaultMode::Is) dropsDefault = false;
    fitting.push(arena, {value, x.mode});
  }
  Vec<ChosenScalar> distinct;
  for (ChosenScalar s : fitting) {
    // The left side, what there was before, has no defaults and so drops none.
    s.mode = combineDefault(DefaultMode::Maybe, s.mode, true, dropsDefault);
    bool merged = false;
    for (ChosenScalar& known : distinct) {
      // 1 and 1.0 are two alternatives.
      if (kindOf(known.value) != kindOf(s.value)) continue;
      if (!equalTerminal(known.value, s.value, kEqualStructural)) continue;
      if (s.mode == DefaultMode::Is) known.mode = DefaultMode::Is;
      merged = true;
      break;
    }
    if (!merged) distinct.push(arena, s);
  }
  return distinct;
}

Vertex* Context::scalarDisjunct(const Vertex* of, Value* value) {
  auto* v = make<Vertex>();
  v->parent = of->parent;
  v->label = of->label;
  v->arcType = of->arcType;
  v->nonRooted = of->nonRooted;
  v->anonymous = of->anonymous;
  v->isDynamic = of->isDynamic;
  v->closedRecursive = of->closedRecursive;
  v->isDisjunct = true;
  v->base = value;
  v->status = VertexStatus::Finalized;
  return v;
}

void NodeState::signalDisjuncts() {
  Condition done = 0;
  int defaults = 0;
  if (disjuncts.size() == 1) done = disjuncts[0]->completed;
  for (const NodeState* d : disjuncts) {
    if (d->defaultMode == DefaultMode::Is) {
      ++defaults;
      done = d->completed;
    }
  }
  if (defaults == 1 || disjuncts.size() == 1) signal(done);
}

// The usual disjunction, of scalars and basic types in a field that has at most a scalar besides: decided
// without trying the alternatives in clones. False when it is not of that kind, or when nothing fits, which
// the long way explains.
bool NodeState::processScalarDisjunction(PendingDisjunction& d) {
  Context& c = *ctx;
  if (isDisjunctState || !node->arcs.empty() || !node->structs.empty() || node->patterns != nullptr ||
      !checks.empty() || lowerBound != nullptr || upperBound != nullptr || errs != nullptr ||
      c.errs != nullptr || defaultAttemptInCycle != nullptr || isShared || hasAnyCyclicConjunct || hasTop ||
      aStruct || defaultMode != DefaultMode::Maybe || origDefaultMode != DefaultMode::Maybe) {
    return false;
  }
  for (const Task* t : tasks) {
    if (t->kind != TaskKind::Disjunctions && t->state != TaskState::Success) return false;
  }
  for (const PendingDisjunct& x : d.disjuncts) {
    if (!isScalar(x.expr) && x.expr->kind != NodeKind::BasicType) return false;
  }
  Vec<ChosenScalar> chosen = c.chooseScalars(d.disjuncts.span(), scalar, kind);
  if (chosen.empty()) return false;
  for (const ChosenScalar& s : chosen) {
    Vertex* v = c.scalarDisjunct(node, s.value);
    void* place = c.arena.allocate(sizeof(NodeState), alignof(NodeState));
    auto* n = new (place) NodeState(c, *v);
    v->state = n;
    n->isInitialized = true;
    n->isDisjunctState = true;
    n->kind = kindOf(s.value);
    if (isScalar(s.value)) n->scalar = s.value;
    n->defaultMode = s.mode;
    n->completed = kAllKnown;
    if (chosen.size() == 1) {
      // It becomes the node, and shows the evidence for closedness in its place.
      v->conjuncts = node->conjuncts.clipped();
      n->conjunctInfos = conjunctInfos.clipped();
      n->replaceIds = replaceIds.clipped();
      n->reqDefs = reqDefs.clipped();
      n->hasRequirement = hasRequirement;
      node->base = v;
      if (defaultMode == DefaultMode::Maybe) defaultMode = s.mode;
      return true;
    }
    disjuncts.push(c.arena, n);
  }
  signalDisjuncts();
  return true;
}

void NodeState::crossProduct(Vec<NodeState*>& dst, const Vec<NodeState*>& cross, PendingDisjunction& d,
                             RunMode mode) {
  Context& c = *ctx;
  Restore depthMark(evalDepth, c.evalDepth);
  Vec<NodeState*> made;
  bool leftDropsDefault = true;
  bool rightDropsDefault = true;
  for (NodeState* p : cross) {
    initArcs(c, p->node);
    for (std::uint32_t j = 0; j < d.disjuncts.size(); ++j) {
      PendingDisjunct& alternative = d.disjuncts[j];
      Bottom* err = nullptr;
      NodeState* r =
          p->doDisjunct(c.conjunct(d.env, alternative.expr, d.cloneInfo), alternative.mode, mode, node, err);
      if (err != nullptr) {
        if (err->code == Code::User) userErrs.push(c.arena, err);
        alternative.err = err;
        continue;
      }
      made.push(c.arena, r);
      if (p->defaultMode == DefaultMode::Is || p->origDefaultMode == DefaultMode::Is)
        leftDropsDefault = false;
      if (alternative.mode == DefaultMode::Is) rightDropsDefault = false;
    }
  }
  bool hasNonMaybe = false;
  for (NodeState* r : made) {
    if (r->disjuncts.empty()) {
      r->defaultMode =
          combineDefault(r->defaultMode, r->origDefaultMode, leftDropsDefault, rightDropsDefault);
      appendDisjunct(c, dst, r);
      continue;
    }
    for (std::uint32_t k = 0; k < r->disjuncts.size(); ++k) {
      NodeState* x = r->disjuncts[k];
      DefaultMode m = combineDefault(r->origDefaultMode, x->defaultMode, false, false);
      x->defaultMode = combineDefault(r->defaultMode, m, leftDropsDefault, false);
      if (x->defaultMode != DefaultMode::Maybe) hasNonMaybe = true;
      appendDisjunct(c, dst, x);
    }
  }
  if (hasNonMaybe) {
    for (NodeState* r : dst) {
      if (r->defaultMode == DefaultMode::Maybe) r->defaultMode = DefaultMode::Not;
    }
  }
}

Bottom* NodeState::collectErrors(PendingDisjunction& d) {
  Code code = Code::Eval;
  for (const PendingDisjunct& alternative : d.disjuncts) {
    Bottom* b = alternative.err;
    if (b == nullptr || b->code == Code::User) continue;
    code = std::max(code, b->code);
    disjunctErrs.push(ctx->arena, b);
  }
  auto* b = ctx->make<Bottom>();
  b->code = code;
  b->errors = disjunctError();
  b->node = node;
  return b;
}

NodeState* NodeState::doDisjunct(Conjunct conjunct, DefaultMode m, RunMode mode, Vertex* orig, Bottom*& err) {
  Context& c = *ctx;
  c.step();
  Overlay overlay(c);
  blocking.drop();
  Restore savedBlocking(c.blocking, Vec<Task*>());
  struct PutBack {
    Vertex* vertex = nullptr;
    Node* base = nullptr;
    ~PutBack() {
      if (vertex != nullptr) vertex->base = base;
    }
  };
  // References to the original find the disjunct meanwhile.
  PutBack original;
  if (!orig->isDisjunct) original = {orig, orig->base};
  NodeState* d = overlay.cloneRoot(*this);
  if (!orig->isDisjunct) orig->base = d->node;
  overlay.push(node);
  d->runMode = mode;
  Vertex* v = d->node;
  PutBack own{node, node->base};
  node->base = v;
  v->status = VertexStatus::Unprocessed;
  d->scheduleConjunct(conjunct, conjunct.info);
  overlay.unlink();
  d->defaultMode = defaultMode;
  d->origDefaultMode = m;
  c.unify(v, {.condition = kAllKnown, .mode = mode, .checkTypos = true});
  err = d->errorAll();
  if (err != nullptr && isCyclePlaceholder(err)) err = nullptr;
  if (err != nullptr) return nullptr;
  NodeState* result = v->derefDisjunct()->state;
  result->origDefaultMode = d->origDefaultMode;
  return result;
}

void NodeState::makeError() {
  Code code = Code::Incomplete;
  if (!disjunctErrs.empty()) {
    code = Code::Eval;
    for (const Bottom* b : disjunctErrs) code = std::max(code, b->code);
  }
  auto* b = ctx->make<Bottom>();
  b->code = code;
  b->errors = disjunctError();
  b->node = node;
  ctx->setValue(node, b);
}

void NodeState::finalizeDisjunctions() {
  if (disjuncts.empty()) return;
  std::uint32_t failed = 0;
  for (std::uint32_t i = 0; i < disjuncts.size(); ++i) {
    NodeState* x = disjuncts[i];
    x->node->conjuncts.drop();
    if (Bottom* b = x->getErr()) {
      (b->code == Code::User ? userErrs : disjunctErrs).push(ctx->arena, b);
      ++failed;
    }
  }
  if (failed == disjuncts.size()) {
    makeError();
    return;
  }
  bool hasDefaults = false;
  std::span<Value*> values{ctx->arena.array<Value*>(disjuncts.size()), disjuncts.size()};
  std::uint32_t defaults = 0;
  for (std::uint32_t i = 0; i < disjuncts.size(); ++i) {
    NodeState* x = disjuncts[i];
    if (x->defaultMode != DefaultMode::Maybe) hasDefaults = true;
    if (x->defaultMode == DefaultMode::Is) {
      values[i] = values[defaults];
      values[defaults++] = x->node;
    } else {
      values[i] = x->node;
    }
  }
  auto* d = ctx->make<ir::Disjunction>();
  d->values = values;
  d->numDefaults = defaults;
  d->hasDefaults = hasDefaults;
  if (defaultAttemptInCycle == nullptr || defaults == 1) {
    node->base = d;
  } else {
    ErrorEntry* e =
        ctx->newf("cycle across unresolved disjunction referenced by {}", {defaultAttemptInCycle->label});
    ctx->addPlaces(e->more, defaultAttemptInCycle);
    node->base = ctx->bottomOf(e, Code::Cycle);
  }
  ctx->clearArcs(node);
  node->childErrors = nullptr;
}

Bottom* NodeState::errorAll() {
  if (Bottom* err = error()) return err;
  for (std::uint32_t i = 0; i < node->arcs.size(); ++i) {
    Vertex* a = node->arcs[i];
    if (a->arcType > ArcType::Required || a->label.isLet()) return nullptr;
    if (NodeState* n = ctx->state(a)) {
      if (Bottom* err = n->errorAll()) return err;
    }
  }
  return nullptr;
}

Bottom* NodeState::error() {
  if (Bottom* b = node->bottom(); b != nullptr && !isCyclePlaceholder(b)) return b;
  if (node->childErrors != nullptr) return node->childErrors;
  if (errs != nullptr) return errs;
  return ctx->errs;
}

ErrorList* NodeState::disjunctError() {
  Arena& arena = ctx->arena;
  auto kept = [&](const Vec<Bottom*>& all) {
    std::span<EmptyDisjunction::Failure> out{arena.array<EmptyDisjunction::Failure>(all.size()), all.size()};
    for (std::uint32_t i = 0; i < all.size(); ++i) out[i] = {all[i]->errors, all[i]->isIncomplete()};
    return out;
  };
  if (disjunctErrs.empty() && userErrs.empty()) return ctx->listOf(ctx->newf("empty disjunction", {}));
  auto* empty = arena.make<EmptyDisjunction>();
  empty->headline = ctx->newf("", {});
  empty->failures = kept(disjunctErrs);
  empty->user = kept(userErrs);
  auto* list = ctx->make<ErrorList>();
  list->disjunction = empty;
  return list;
}

}  // namespace puppis::cue::eval
