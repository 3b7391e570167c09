// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/builtin.h"
#include "cue/eval/state.h"
#include "cue/eval/tasks.h"

// From an expression in the current Environment to a value. A failure is left in Context::errs; the result is
// null when nothing is known yet.

namespace puppis::cue::eval {

Value* Context::value(Expr* x, Flags flags) {
  flags.concrete = true;
  Value* v = evalState(x, flags);
  bool ok = true;
  return unwrap(getDefault(v, ok));
}

Value* Context::evalState(Expr* x, const Flags& flags) {
  CloseInfo ignored;
  return evalStateInfo(x, flags, ignored);
}

namespace {

/// Keeps the failures of one expression apart from those before, and puts the two together afterwards.
class EvalFrame {
 public:
  EvalFrame(Context& c, Expr* x) : c_(c), src_(c.src), errs_(c.errs), info_(c.info) {
    c.src = x->origin();
    c.errs = nullptr;
  }
  EvalFrame(const EvalFrame&) = delete;
  EvalFrame& operator=(const EvalFrame&) = delete;
  ~EvalFrame() {
    if (done_) return;
    c_.errs = c_.combine(c_.errs, errs_);
    c_.src = src_;
    c_.info = info_;
  }
  Value* finish(Value* result) {
    done_ = true;
    c_.errs = c_.combine(c_.errs, errs_);
    if (result != nullptr && result->kind == NodeKind::Vertex) {
      if (Bottom* b = static_cast<Vertex*>(result)->bottom(); b != nullptr && !b->isIncomplete()) result = b;
    }
    if (auto* b = result == nullptr ? nullptr : result->as<Bottom>()) {
      result = c_.wrapCycleError(c_.src, b);
      if (c_.errs != result) c_.errs = c_.combine(c_.errs, result);
    }
    if (c_.errs != nullptr) result = c_.errs;
    c_.src = src_;
    c_.info = info_;
    return result;
  }

 private:
  Context& c_;
  Origin src_;
  Bottom* errs_;
  CloseInfo info_;
  bool done_ = false;
};

class Use {
 public:
  explicit Use(NodeState* s) : state_(s) { ++s->uses; }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { --state_->uses; }

 private:
  NodeState* state_;
};

}  // namespace

Bottom* Context::wrapCycleError(const Origin& at, Bottom* b) {
  if (!at.known() || b->code != Code::Cycle || b->errors == nullptr || b->errors->entry == nullptr ||
      b->errors->entry->pos.known() || !b->errors->entry->more.empty()) {
    return b;
  }
  auto* copy = make<Bottom>();
  *copy = *b;
  copy->placeholder = false;
  auto* entry = make<ErrorEntry>();
  *entry = *b->errors->entry;
  entry->pos = at;
  copy->errors = listOf(entry);
  return copy;
}

Value* Context::evalStateInfo(Expr* x, const Flags& flags, CloseInfo& out) {
  step();
  EvalFrame frame(*this, x);
  auto finish = [&](Value* v) {
    out = info;
    return frame.finish(v);
  };
  if (x->isValue()) return finish(x);
  if (auto* open = x->as<ir::OpenExpr>()) {
    CloseInfo inner;
    Value* v = evalStateInfo(open->x, flags, inner);
    inner.opened = true;
    v = frame.finish(v);
    out = inner;
    return v;
  }
  if (x->isEvaluator()) return finish(evaluate(x, flags));

  Vertex* arc = resolve(x, flags);
  if (errs != nullptr || arc == nullptr) return finish(nullptr);
  Vertex* orig = arc;
  arc = arc->derefNonShared();
  NodeState* s = state(arc);
  if (s == nullptr) return finish(evaluateVertex(arc->deref(), x, flags));

  bool skip = false;
  info = s->detectCycle(arc, nullptr, x, info, skip);
  Use use(s);
  auto need = static_cast<Condition>(flags.condition | kArcTypeKnown);
  switch (flags.mode) {
    case RunMode::Finalize:
      unify(arc, {.condition = need, .mode = RunMode::AttemptOnly, .checkTypos = true});
      s->freeze(need);
      break;
    case RunMode::AttemptOnly:
      unify(arc, {.condition = need, .mode = RunMode::AttemptOnly, .checkTypos = true});
      break;
    case RunMode::Yield: {
      unify(arc, {.condition = need, .mode = RunMode::Yield, .checkTypos = true});
      bool evaluating = arc->status == VertexStatus::Evaluating;
      if (flags.concrete && orig != arc && orig->state != nullptr && orig->state->meets(kScalarKnown) &&
          isRecursivelyConcrete(arc)) {
        evaluating = false;
      }
      if (evaluating && orig != arc && arc->isDisjunct) {
        // The default of a disjunction that is not resolved yet.
        Task* task = currentTask();
        if (flags.condition == kScalarKnown && orig->state != nullptr && task != nullptr &&
            !orig->state->meets(kScalarKnown)) {
          orig->state->defaultAttemptInCycle = task->node->node;
          suspendTask(*task, *orig->state, need);
        }
        return finish(bottomOf(newf("unresolved disjunction: {}", {x}), Code::Cycle));
      }
      bool breaksCycle = s->hasFieldValue || !isCyclePlaceholder(arc->base);
      if (evaluating && !breaksCycle && (s->frozen & kScalarKnown) != 0 && s->allTasksFinished()) {
        finalize(arc);
        breaksCycle = !isCyclePlaceholder(arc->base);
      }
      if (evaluating && !breaksCycle) {
        addBottom(bottomOf(newf("cycle with field: {}", {x}), Code::Cycle));
        break;
      }
      Value* v = evaluateVertex(arc, x, flags);
      if (arc->nonRooted && !s->allTasksFinished()) {
        if (Task* t = currentTask()) t->node->deferred.push(arena, s);
      }
      return finish(v);
    }
    default:
      break;
  }
  return finish(evaluateVertex(arc->deref(), x, flags));
}

Value* Context::evaluateVertex(Vertex* v, Node* ref, const Flags& flags) {
  if (!v->isDefined() || v->base == nullptr || v->base == cycle) {
    unify(v, flags);
    if (v->arcType == ArcType::Pending) {
      if (v->status == VertexStatus::Evaluating) {
        while (v->parent != nullptr && v->arcType == ArcType::Pending) v = v->parent;
        Bottom* b = bottomOf(newf("cycle with field {}", {ref}), Code::Cycle);
        b->node = v;
        v->base = b;
        return b;
      }
      addErrf(Code::Incomplete, src, "undefined field: {}", {v->label});
      return nullptr;
    }
  }
  if (NodeState* n = v->state) {
    if (n->errs != nullptr && !n->errs->isIncomplete()) return n->errs;
    if (n->scalar != nullptr && isCyclePlaceholder(v->base)) return n->scalar;
  }
  if (v->base == nullptr) {
    if (v->state == nullptr) return nullptr;
    Node* x = v->state->validators(true);
    if (x != nullptr && x->isValue()) return x;
    auto* w = make<Vertex>();
    *w = *v;
    w->base = x;
    return w;
  }
  if (auto* b = v->base->as<Bottom>()) {
    if (!b->isIncomplete()) return b;
    addBottom(b);
    return nullptr;
  }
  return v;
}

// The Vertex or value an expression stands for, with the set of its fields known, if it can be.
Value* Context::unifyNode(Expr* x, const Flags& flags) {
  Origin savedSrc = src;
  Bottom* savedErrs = errs;
  src = x->origin();
  errs = nullptr;
  struct Leave {
    Context& c;
    Origin src;
    Bottom* errs;
    bool done = false;
    ~Leave() {
      if (done) return;
      c.errs = c.combine(c.errs, errs);
      c.src = src;
    }
  } leave{*this, savedSrc, savedErrs};
  auto finish = [&](Value* result) -> Value* {
    leave.done = true;
    errs = combine(errs, savedErrs);
    if (auto* v = result == nullptr ? nullptr : result->as<Vertex>()) {
      if (Bottom* b = v->bottom(); b != nullptr && !b->isIncomplete()) result = b;
    }
    if (auto* b = result == nullptr ? nullptr : result->as<Bottom>()) {
      result = wrapCycleError(src, b);
      errs = combine(errs, result);
    }
    if (errs != nullptr) result = errs;
    src = savedSrc;
    return result;
  };
  if (x->isValue()) return finish(x);
  if (x->isEvaluator()) return finish(evaluate(x, flags));
  Vertex* v = resolve(x, flags);
  if (errs != nullptr || v == nullptr) return finish(nullptr);
  v = v->deref();
  if (NodeState* n = state(v)) {
    Use use(n);
    if (!info.isCyclic()) n->hasNonCycle = true;
    n->process(kArcTypeKnown | kFieldSetKnown, RunMode::Yield);
    if (!n->disjuncts.empty()) {
      unify(n->node, {.condition = kArcTypeKnown | kFieldSetKnown, .mode = RunMode::Yield});
    }
  }
  return finish(v);
}

// The struct or list that a selector or index looks into.
Vertex* Context::node(Node* orig, Expr* x, bool scalar, const Flags& flags) {
  struct FromDef {
    Context& c;
    bool restores;
    bool saved;
    ~FromDef() {
      if (restores) c.info.fromDef = saved;
    }
  } fromDef{*this, !x->isResolver(), info.fromDef};
  // An inline struct within a schema is not closed by it.
  if (!x->isResolver()) info.fromDef = false;
  Value* v = unifyNode(x, flags);
  bool ok = true;
  v = getDefault(v, ok);
  if (!ok) return emptyNode;
  if (scalar) {
    if (Value* w = unwrap(v); !isCyclePlaceholder(w)) v = w;
  }
  auto* found = v == nullptr ? nullptr : v->as<Vertex>();
  if (found != nullptr && !isCyclePlaceholder(found->base)) v = found->value();
  if (v == nullptr) {
    addErrf(Code::Incomplete, x->origin(), "{} undefined ({} is incomplete)", {orig, x});
    return emptyNode;
  }
  if (auto* b = v->as<Bottom>()) {
    addBottom(b);
    return emptyNode;
  }
  if (auto* nv = v->as<Vertex>()) {
    if (nv->nonRooted) completeArcsOnly(nv);
  } else if ((kindOf(v) & kStruct) != 0) {
    addErrf(Code::Incomplete, x->origin(), "{} undefined as {} is incomplete (type {})",
            {orig, x, ErrorArg::ofKinds(kindOf(v))});
    return emptyNode;
  } else if (found == nullptr) {
    addErrf(Code::Eval, x->origin(), "invalid operand {} (found {}, want list or struct)",
            {x, ErrorArg::ofKinds(kindOf(v))});
    return emptyNode;
  }
  return found;
}

Vertex* Context::relNode(std::int32_t upCount) {
  return vertexOf(envUp(upCount));
}

Vertex* Context::skipTry(bool optional, Vertex* arc) {
  if (arc != nullptr) return arc;
  if (optional && errs != nullptr && errs->isIncomplete()) {
    for (Vertex* v = vertex; v != nullptr; v = v->parent) {
      if (v->state != nullptr && v->state->trySkip != nullptr) {
        *v->state->trySkip = true;
        break;
      }
    }
  }
  return nullptr;
}

namespace {
/// Looks a field up with the failures of that alone, then adds those from before.
template <typename Find>
Vertex* withOwnErrors(Context& c, Find find) {
  struct Join {
    Context& c;
    Bottom* errs;
    ~Join() { c.errs = c.combine(c.errs, errs); }
  } join{c, c.errs};
  c.errs = nullptr;
  return find();
}
}  // namespace

Vertex* Context::resolve(Node* ref, const Flags& flags) {
  constexpr Flags kScalar{.condition = kScalarKnown, .mode = RunMode::Yield, .status = VertexStatus::Partial};
  constexpr Flags kFields{
      .condition = kNeedFieldSetKnown, .mode = RunMode::Yield, .status = VertexStatus::Partial};
  Vertex* finished = nullptr;
  if (lookupFinished(ref, finished) == Finished::Member) return finished;
  switch (ref->kind) {
    case NodeKind::FieldReference: {
      auto* x = static_cast<ir::FieldReference*>(ref);
      Vertex* n = relNode(x->upCount);
      return withOwnErrors(*this,
                           [&] { return skipTry(x->optional, lookup(n, x->origin(), x->label, flags)); });
    }
    case NodeKind::ValueReference: {
      auto* x = static_cast<ir::ValueReference*>(ref);
      return x->upCount == 0 ? vertex : relNode(x->upCount - 1);
    }
    case NodeKind::DynamicReference: {
      auto* x = static_cast<ir::DynamicReference*>(ref);
      Environment* e = envUp(x->upCount);
      Value* v = nullptr;
      {
        StateFrame frame(*this, e, x->origin());
        v = value(x->label, kScalar);
      }
      return lookup(vertexOf(e), x->origin(), labelFromValue(x->label, v), flags);
    }
    case NodeKind::ImportReference: {
      auto* x = static_cast<ir::ImportReference*>(ref);
      Vertex* v = x->package != nullptr ? importInstance(x->package) : nullptr;
      if (v == nullptr) addErrf(Code::Eval, x->origin(), "cannot find package {}", {x->path});
      return v;
    }
    case NodeKind::LetReference:
      return resolveLet(static_cast<ir::LetReference*>(ref), flags);
    case NodeKind::SelectorExpr: {
      auto* x = static_cast<ir::SelectorExpr*>(ref);
      Vertex* n = node(x, x->x, x->label.isRegular(), kFields);
      if (n == emptyNode) return n;
      Origin pos = x->origin();
      if (const auto* syntax = x->syntax == nullptr ? nullptr : x->syntax->as<cue::SelectorExpr>()) {
        pos.at = std::uint64_t{syntax->sel->pos.offset} + 1;
      }
      return withOwnErrors(*this, [&] { return skipTry(x->optional, lookup(n, pos, x->label, flags)); });
    }
    case NodeKind::IndexExpr: {
      auto* x = static_cast<ir::IndexExpr*>(ref);
      Vertex* n = node(x, x->x, true, kFields);
      Feature f = x->label;
      if (f.valid()) {
        if (n == emptyNode) return n;
      } else {
        Value* i = value(x->index, kScalar);
        if (n == emptyNode) return n;
        f = labelFromValue(x->index, i);
      }
      if (errs != nullptr) return nullptr;
      return skipTry(x->optional, lookup(n, x->index->origin(), f, flags));
    }
    default:
      return nullptr;
  }
}

struct LetCache {
  Expr* expr = nullptr;
  Vertex* arc = nullptr;
  Vertex* value = nullptr;
  bool fromRecompute = false;
  LetCache* next = nullptr;
};

Vertex* Context::resolveLet(ir::LetReference* x, const Flags& flags) {
  Environment* e = envUp(x->upCount);
  Vertex* arc = lookup(vertexOf(e), x->origin(), x->label, flags);
  if (arc == nullptr) return nullptr;
  Bottom* b = arc->bottom();
  NodeState* s = state(arc);
  if (!arc->multiLet && ((b == nullptr && s == nullptr) || isCyclePlaceholder(b))) return arc;

  // Computed once an Environment, lest lets that use lets take exponential time.
  Conjunct c = arc->conjuncts[0];
  Expr* expr = toExpr(c.x);
  LetCache* entry = e->lets;
  while (entry != nullptr && (entry->expr != expr || entry->arc != arc)) entry = entry->next;
  bool stale = false;
  if (entry != nullptr) {
    // A cycle placeholder is provisional: compute it again, once, as long as the let is not finished.
    stale = isCyclePlaceholder(entry->value->base) && arc->status != VertexStatus::Finalized &&
            !entry->fromRecompute;
    if (!stale) return entry->value;
  } else {
    entry = make<LetCache>();
    entry->expr = expr;
    entry->arc = arc;
    entry->next = e->lets;
    e->lets = entry;
  }
  entry->fromRecompute = stale;
  c.env = e;
  c.x = expr;
  auto* v = make<Vertex>();
  v->parent = arc->parent;
  v->label = x->label;
  v->isDynamic = b != nullptr && b->code == Code::StructuralCycle;
  v->conjuncts.push(arena, c);
  entry->value = v;
  return v;
}

Value* Context::concrete(Environment* e, Expr* x, Op op) {
  Value* w = nullptr;
  {
    StateFrame frame(*this, e, x->origin());
    w = evalState(x, {.condition = kConcreteKnown, .mode = RunMode::Yield, .status = VertexStatus::Partial});
  }
  bool ok = true;
  w = getDefault(w, ok);
  if (!ok) return w;
  Value* v = unwrap(w);
  if (isConcrete(v)) return v;
  Bottom* b = newErrf("non-concrete value {} in operand to {}", {w, op});
  b->code = Code::Incomplete;
  return b;
}

bool Context::concreteIsPossible(Op op, Expr* x) {
  bool possible = true;
  if (x->kind == NodeKind::BoundExpr) {
    possible = false;
  } else if (x->isValue() && x->kind != NodeKind::Bottom) {
    possible = concreteness(x) == Concreteness::Concrete;
  }
  if (!possible) {
    addBottom(bottomOf(newPosf({}, "invalid operand {} ('{}' requires concrete value)", {x, op})));
  }
  return possible;
}

}  // namespace puppis::cue::eval
