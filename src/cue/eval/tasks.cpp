// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/tasks.h"

namespace puppis::cue::eval {

namespace {

void processExpr(Context& c, Task& t, RunMode mode) {
  CloseInfo info;
  Value* v = c.evalStateInfo(t.x, {.condition = kConcreteKnown, .mode = mode}, info);
  if (info.cycleType == CycleType::Cyclic && t.node->node->isPatternConstraint) return;
  if (v != nullptr) t.node->insertValueConjunct(t.env, v, info);
}

void processResolver(Context& c, Task& t, RunMode mode) {
  Vertex* arc = nullptr;
  bool pendingParent = false;
  {
    Restore saved(c.lookupPendingParent, false);
    arc = c.resolve(t.x, {.condition = kFieldSetKnown, .mode = mode});
    pendingParent = c.lookupPendingParent;
  }
  if (arc == nullptr || arc == c.emptyNode) {
    // A task that this one overtook may still produce the field.
    if (arc == nullptr && mode == RunMode::AttemptOnly && c.errs == nullptr && pendingParent) t.retry = true;
    return;
  }
  CloseInfo info = c.info;
  if (arc->openedShared || t.info.opened) info.opened = true;
  if (t.info.conjunctOpened) info.conjunctOpened = true;
  arc = arc->derefNonDisjunct();
  Vertex* d = arc->derefDisjunct();
  bool skip = false;
  info = t.node->detectCycle(d, t.env, t.x, info, skip);
  if (skip) {
    t.node->unshare();
    return;
  }
  if (t.defunct) return;
  if (auto* b = d->base == nullptr ? nullptr : d->base->as<Bottom>();
      b != nullptr && b->code == Code::StructuralCycle) {
    c.addBottom(b);
    return;
  }
  t.node->scheduleVertexConjuncts(c.conjunct(t.env, t.x, info), arc, info);
}

void processDynamic(Context& c, Task& t, RunMode mode) {
  NodeState* n = t.node;
  auto* field = static_cast<ir::DynamicField*>(t.x);
  Value* v = c.value(field->key, {.condition = kScalarValue, .mode = mode});
  if (v == nullptr) return;
  auto incomplete = [&](const char* format, std::initializer_list<ErrorArg> args) {
    Bottom* b = c.bottomOf(c.newPosf(field->key->origin(), format, args), Code::Incomplete);
    b->node = n->node;
    n->addBottom(b);
  };
  if (auto* vx = v->as<Vertex>(); vx != nullptr && vx->statusDeref() == VertexStatus::Evaluating) {
    incomplete("key value of dynamic field not yet known", {});
    return;
  }
  if (concreteness(v) != Concreteness::Concrete) {
    incomplete("key value of dynamic field must be concrete, found {}", {v});
    return;
  }
  Feature f = c.labelFromValue(field->key, v);
  if (f.isInt()) {
    n->addErr(c.newPosf(field->key->origin(), "integer fields not supported", {}));
    return;
  }
  Environment* env = t.env;
  if (field->hasLabelAlias) {
    auto* labelled = c.make<Environment>();
    *labelled = *t.env;
    labelled->dynamicLabel = f;
    env = labelled;
  }
  n->insertArc(f, field->arcType, c.conjunct(env, field, t.info), t.info, true);
}

void processPattern(Context& c, Task& t) {
  auto* field = static_cast<ir::PatternField*>(t.x);
  // The default of a disjunction is not taken: all its alternatives match.
  Value* v = c.evalState(field->filter, {.condition = kScalarValue, .mode = RunMode::Yield});
  if (v != nullptr) t.node->insertPattern(v, c.conjunct(t.env, t.x, t.info));
}

void processComprehension(Context& c, Task& t) {
  NodeState* n = t.node;
  auto* comprehension = static_cast<ir::Comprehension*>(t.x);
  Vec<Environment*> envs;
  Flags flags{.condition = kAllKnown, .mode = RunMode::Ignore, .status = VertexStatus::Unprocessed};
  if (Bottom* err = c.yieldClauses(n->node, t.env, comprehension, flags, envs)) {
    if (err->isIncomplete()) {
      t.err = c.combine(t.err, err);
    } else {
      n->node->state->addBottom(err);
    }
    return;
  }
  Restore inserting(t.inserting, true);
  n->insertYielded(comprehension, envs, t.env, t.info);
}

void processListLit(Context& c, Task& t, RunMode mode) {
  NodeState* n = t.node;
  auto* list = static_cast<ir::ListLit*>(t.x);
  n->updateCyclicStatus(t.info);
  CloseInfo info = t.info;
  info.fromEmbed = false;
  std::int64_t index = 0;
  bool hasComprehension = false;
  bool isClosed = true;
  n->node->arcs.reserve(c.arena, static_cast<std::uint32_t>(list->elements.size()));
  auto insert = [&](Environment* env, Node* x) {
    n->insertArc(Context::intLabel(index++), ArcType::Member, c.conjunct(env, x, info), info, true);
  };
  for (std::size_t j = 0; j < list->elements.size(); ++j) {
    Node* element = list->elements[j];
    if (auto* x = element->as<ir::Comprehension>()) {
      Vec<Environment*> envs;
      Bottom* err = c.yieldClauses(nullptr, t.env, x, {.mode = mode, .status = VertexStatus::Partial}, envs);
      for (Environment* env : envs) insert(env, x->value);
      hasComprehension = true;
      if (err != nullptr) {
        n->addBottom(err);
        return;
      }
      if (envs.empty() && x->fallback != nullptr) insert(t.env, x->fallback);
    } else if (auto* rest = element->as<ir::Ellipsis>()) {
      if (j + 1 != list->elements.size()) {
        n->addErr(c.newf("ellipsis must be last element in list", {}));
        return;
      }
      CloseInfo optional = info;
      optional.setOptional();
      auto* pattern = c.make<ir::BoundValue>();
      pattern->op = Op::GreaterEqual;
      auto* from = c.make<ir::Num>();
      from->value = number::Decimal::ofInt(index);
      pattern->value = from;
      n->insertPattern(pattern, c.conjunct(t.env, rest->value, optional));
      isClosed = false;
    } else {
      insert(t.env, element);
    }
  }
  if (!n->updateListLength(list, index, isClosed, hasComprehension, true)) return;
  n->updateListType(list, info, isClosed);
}

void processListVertex(Context& c, Task& t) {
  NodeState* n = t.node;
  auto* list = static_cast<Vertex*>(t.x);
  bool isClosed = list->isClosedList();
  std::int64_t length = list->length();
  if (!n->updateListLength(list, length, isClosed, false, false)) return;
  for (std::uint32_t i = 0; i < list->arcs.size(); ++i) {
    Vertex* a = list->arcs[i];
    if (!a->label.isInt()) continue;
    if (a->conjuncts.empty()) {
      n->insertArc(a->label, ArcType::Member, c.conjunct(nullptr, a), {}, true);
      continue;
    }
    for (std::uint32_t k = 0; k < a->conjuncts.size(); ++k) {
      n->insertArc(a->label, ArcType::Member, a->conjuncts[k], t.info, true);
    }
  }
  n->updateListType(list, t.info, isClosed);
}

void dispatch(Context& c, Task& t, RunMode mode) {
  switch (t.kind) {
    case TaskKind::Evaluation:
      processExpr(c, t, mode);
      break;
    case TaskKind::Resolver:
      processResolver(c, t, mode);
      break;
    case TaskKind::Dynamic:
      processDynamic(c, t, mode);
      break;
    case TaskKind::Pattern:
      processPattern(c, t);
      break;
    case TaskKind::Comprehension:
      processComprehension(c, t);
      break;
    case TaskKind::ListLit:
      processListLit(c, t, mode);
      break;
    case TaskKind::ListVertex:
      processListVertex(c, t);
      break;
    case TaskKind::Disjunctions:
      t.err = c.combine(t.err, t.node->processDisjunctions());
      break;
  }
}

// Runs the task's function and books its end. Leaves by YieldSignal when the task was suspended.
void execute(Context& c, Task& t, RunMode mode) {
  Restore arc(c.vertex, t.node->node);
  c.taskStack.push_back(&t);
  struct Pop {
    Context& ctx;
    ~Pop() { ctx.taskStack.pop_back(); }
  } pop{c};
  auto run = [&] {
    t.state = TaskState::Running;
    t.err = nullptr;
    dispatch(c, t, mode);
    Bottom* errs = c.takeErr();
    for (std::uint32_t i = 0; i < t.node->deferred.size(); ++i) {
      Vertex* d = t.node->deferred[i]->node;
      c.completeArcsOnly(d);
      if (auto* b = d->base == nullptr ? nullptr : d->base->as<Bottom>()) t.node->addBottom(b);
    }
    if (t.retry) {
      t.retry = false;
      t.state = TaskState::Ready;
      return;
    }
    if (t.state == TaskState::Waiting) return;
    t.blockedOn = nullptr;
    t.blockCondition = kNeverKnown;
    t.err = c.combine(t.err, errs);
    t.state = t.err == nullptr ? TaskState::Success : TaskState::Failed;
    if (t.err != nullptr) t.node->addBottom(t.err);
    t.node->decrementCounts(t.completes);
    t.completes = 0;
  };
  if (t.env == nullptr) {
    run();
    return;
  }
  StateFrame frame(c, t.env, toExpr(t.x)->origin());
  c.info = t.info;
  run();
}

}  // namespace

void runTask(Task& t, RunMode mode) {
  if (t.defunct) {
    t.state = TaskState::Cancelled;
    return;
  }
  // What leads back to an ancestor must not be followed again from here.
  if (t.node->hasAncestorCycle) {
    if ((t.kind == TaskKind::Comprehension && t.node->hasOnlyCyclicConjuncts()) ||
        t.kind == TaskKind::Disjunctions) {
      t.state = TaskState::Success;
      return;
    }
  }
  if (t.state == TaskState::Success || t.state == TaskState::Failed) return;
  Context& c = *t.node->ctx;
  c.step();
  try {
    execute(c, t, mode);
  } catch (const YieldSignal&) {
    if (t.state == TaskState::Running) t.state = t.err != nullptr ? TaskState::Failed : TaskState::Success;
  }
  if (t.node->toComplete) {
    t.node->toComplete = false;
    t.node->completeNodeTasks(RunMode::AttemptOnly);
  }
}

// Takes the length of one more list into account; false when it contradicts another.
bool NodeState::updateListLength(Node* list, std::int64_t length, bool isClosed, bool hasComprehension,
                                 bool literal) {
  auto conflict = [&](std::int64_t a, std::int64_t b) {
    addErr(ctx->newf("incompatible list lengths ({} and {})", {a, b}));
    return false;
  };
  std::int64_t known = maxListLen;
  if (length < known) return !isClosed || conflict(length, known);
  if (length > known) {
    if (listIsClosed) return conflict(known, length);
    maxListLen = length;
    maxNode = list;
    listIsClosed = isClosed;
    return true;
  }
  if (literal) {
    if ((isClosed && !listIsClosed) || (isClosed == listIsClosed && !hasComprehension)) {
      maxListLen = length;
      maxNode = list;
      listIsClosed = isClosed;
    }
  } else if (isClosed) {
    listIsClosed = true;
    maxNode = list;
  }
  return true;
}

void NodeState::updateListType(Node* list, const CloseInfo& listInfo, bool isClosed) {
  if (kind == kBottom) return;
  auto* m = node->base == nullptr ? nullptr : node->base->as<ir::ListMarker>();
  if (m == nullptr) {
    m = ctx->make<ir::ListMarker>();
    m->open = true;
    node->base = m;
  }
  m->open = m->open && !isClosed;
  if (kind != kList) updateNodeType(kList, list, listInfo);
}

}  // namespace puppis::cue::eval
