// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "cue/eval/state.h"
#include "cue/eval/tasks.h"

// Which task of a Vertex runs when. A request for a condition runs the tasks that contribute to it; a task
// that needs something of another Vertex asks there in turn, or is suspended. Where everything waits for
// everything, a request to finalize settles matters in phases: first "no scalar will come" everywhere, then
// the rest, then the tasks run with what there is. Afterwards nothing may contradict what was settled.

namespace puppis::cue::eval {

NodeState::NodeState(Context& context, Vertex& vertex) : ctx(&context), node(&vertex), underlying(&vertex) {
  if (vertex.parent != nullptr && vertex.parent->state != nullptr) {
    isDisjunctState = vertex.parent->state->isDisjunctState;
  }
}

bool NodeState::allTasksStarted() const {
  for (const Task* t : tasks) {
    if (t->state == TaskState::Ready) return false;
  }
  return true;
}

bool NodeState::allTasksFinished() const {
  for (const Task* t : tasks) {
    if (t->state < TaskState::Success) return false;
  }
  return true;
}

bool NodeState::hasActiveParentTask() const {
  for (const Task* t : parentTasks) {
    if (t->state < TaskState::Success) return true;
  }
  return false;
}

void NodeState::incrementCounts(Condition x) {
  for (x &= kCounted; x != 0; x = static_cast<Condition>(x & (x - 1))) ++counters[std::countr_zero(x)];
}

void NodeState::decrementCounts(Condition x) {
  Condition done = 0;
  for (x &= kCounted; x != 0; x = static_cast<Condition>(x & (x - 1))) {
    int bit = std::countr_zero(x);
    if (--counters[bit] == 0) done |= static_cast<Condition>(1U << bit);
  }
  signal(done);
}

bool NodeState::meets(Condition need) const {
  if (sched != SchedState::Ready) need &= provided;
  return (completed & need) == need;
}

void NodeState::signal(Condition done) {
  Condition was = completed;
  completed |= done;
  Condition toFreeze = deferFieldSetKnown(done);
  if (was == completed) {
    frozen |= toFreeze;
    return;
  }
  completed |= completions();
  frozen |= toFreeze;
  for (std::uint32_t i = 0; i < blocking.size(); ++i) {
    Task* t = blocking[i];
    if ((t->blockCondition & completed) == t->blockCondition) {
      t->blockCondition = kNeverKnown;
      t->blockedOn = nullptr;
      runTask(*t, RunMode::AttemptOnly);
    }
  }
}

void NodeState::freeze(Condition c) {
  frozen |= deferFieldSetKnown(c);
  completed |= c;
  completions();
  isFrozen = true;
}

// The set of fields is not frozen while some other task than the running one may still add to it.
Condition NodeState::deferFieldSetKnown(Condition c) const {
  if ((c & kFieldSetKnown) == 0) return c;
  auto without = static_cast<Condition>(c & ~kFieldSetKnown);
  const Task* current = ctx->currentTask();
  for (const Task* t : parentTasks) {
    if (t->state < TaskState::Success && t != current) return without;
  }
  for (const Task* t : tasks) {
    if (t->state == TaskState::Ready) return without;
    if (t->state == TaskState::Running && t->kind != TaskKind::Comprehension) return without;
  }
  return c;
}

bool NodeState::handleParents(Condition need, RunMode mode) {
  return meets(need) || processAncestors(mode);
}

bool NodeState::processAncestors(RunMode mode) {
  Vertex* v = node;
  if (meets(kAllAncestorsProcessed)) return true;
  bool parentsDone = true;
  if (Vertex* p = v->parent; p != nullptr && p->state != nullptr) {
    NodeState* n = p->state;
    if (!n->meets(kChildConjunctsDone)) {
      parentsDone = n->processAncestors(mode);
      constexpr int kFieldConjunctsIndex = 4;
      if (n->counters[kFieldConjunctsIndex] > 0) n->process(kFieldConjunctsKnown, mode);
      if (parentsDone && n->counters[kFieldConjunctsIndex] == 0) n->completed |= kChildConjunctsDone;
    }
  }
  if (v->isDynamic || v->label.isLet() || ctx->allChildConjunctsKnown(v->parent))
    signal(kAllAncestorsProcessed);
  return parentsDone;
}

// What follows from what is known.
Condition NodeState::completions() {
  constexpr int kArcTypeIndex = 2;  // the counter that stands for the arc type is that of the value
  constexpr int kFieldConjunctsIndex = 4;
  constexpr int kAllTasksIndex = 6;
  Condition x = completed;
  Vertex* v = node;
  if ((x & kAllAncestorsProcessed) != 0) {
    x |= static_cast<Condition>(kCounted & ~provided);
    if (counters[kArcTypeIndex] == 0 && (x & kSubFieldsProcessed) != 0) x |= kArcTypeKnown;
  }
  if (v->arcType == ArcType::Member || v->arcType == ArcType::NotPresent) {
    x |= kArcTypeKnown;
  } else if ((x & kArcTypeKnown) != 0 && v->arcType == ArcType::Pending) {
    if (!hasActiveParentTask()) v->arcType = ArcType::NotPresent;
  }
  if ((x & kValueKnown) != 0 && (v->arcType == ArcType::Member || v->arcType == ArcType::NotPresent)) {
    x |= kScalarKnown;
  }
  constexpr Condition kDone = kNeedFieldConjunctsKnown | kNeedTasksDone;
  if ((x & kDone) == kDone) {
    if (counters[kAllTasksIndex] > 0 || counters[kFieldConjunctsIndex] > 0) return x;
    if ((x & kSubFieldsProcessed) == 0) {
      for (const Vertex* arc : v->arcs) {
        if (arc->arcType == ArcType::Pending) return x;
      }
    }
    x |= kFieldSetKnown;
  }
  return x;
}

Task* NodeState::scheduleTask(TaskKind taskKind, Environment* env, Node* x, const CloseInfo& info) {
  Task* t = ctx->make<Task>();
  t->kind = taskKind;
  t->node = this;
  t->env = env;
  t->info = info;
  t->x = x;
  switch (taskKind) {
    case TaskKind::Evaluation:
    case TaskKind::Resolver:
      t->completes = kGenericConjunct;
      break;
    case TaskKind::Disjunctions:
      t->completes = kGenericConjunct | kDisjunctionTask;
      break;
    case TaskKind::Comprehension:
      t->completes = pushDown(t, x);
      break;
    default:
      t->completes = kFieldConjunct;
  }
  provided |= t->completes;
  incrementCounts(t->completes);
  tasks.push(ctx->arena, t);
  if (taskKind != TaskKind::Disjunctions) {
    // Disjunctions come last.
    for (std::uint32_t i = tasks.size() - 1; i > 0 && tasks[i - 1]->kind == TaskKind::Disjunctions; --i) {
      std::swap(tasks[i], tasks[i - 1]);
    }
  }
  return t;
}

void NodeState::yieldTask() {
  throw YieldSignal{};
}

namespace {
void waitFor(Task& t, NodeState& s, Condition need) {
  s.needs |= need;
  t.state = TaskState::Waiting;
  t.blockCondition = need;
  t.blockedOn = &s;
  s.blocking.push(s.ctx->arena, &t);
  s.ctx->blocking.push(s.ctx->arena, &t);
}
}  // namespace

void suspendTask(Task& t, NodeState& s, Condition need) {
  waitFor(t, s, need);
  throw YieldSignal{};
}

bool NodeState::process(Condition need, RunMode mode) {
  Context& c = *ctx;
  signal(completions());
  handleParents(need, mode);

  bool ranParent = false;
  for (std::uint32_t i = 0; i < parentTasks.size(); ++i) {
    if (parentTasks[i]->state == TaskState::Ready) {
      runTask(*parentTasks[i], mode);
      ranParent = true;
    }
  }
  if (ranParent) handleParents(need, mode);
  if (node->arcType == ArcType::Pending && mode == RunMode::Finalize) tasks.clear();

  sched = SchedState::Running;
  Condition select = need;
  if ((need & kConcreteKnown) != 0) select |= kValueKnown;
  if ((need & kFieldSetKnown) != 0) select |= kFieldConjunctsKnown;

  bool hasRunningComprehension = false;
  bool hasInsertingComprehension = false;
  bool hasPendingDisjunction = false;
  for (const Task* t : tasks) {
    if (t->state == TaskState::Running && t->kind == TaskKind::Comprehension) {
      hasRunningComprehension = true;
      hasInsertingComprehension |= t->inserting;
    }
    hasPendingDisjunction |= t->state == TaskState::Ready && t->kind == TaskKind::Disjunctions;
  }

  std::uint32_t position = 0;
  for (;;) {
    while (position < tasks.size()) {
      Task* t = tasks[position++];
      if (t->state != TaskState::Ready || (t->completes & select) == 0) continue;
      // One comprehension of a node at a time, and no reference while one inserts: each may depend on the
      // other's fields.
      if (hasRunningComprehension && t->kind == TaskKind::Comprehension) continue;
      if (hasInsertingComprehension && t->kind == TaskKind::Resolver) continue;
      // A comprehension that only feeds its own fields runs in every disjunct by itself.
      if (hasPendingDisjunction && t->kind == TaskKind::Comprehension && t->completes == kAllTasksCompleted)
        continue;
      runTask(*t, mode);
    }
    if (mode == RunMode::Yield) {
      if (meets(need)) return true;
      if (Task* t = c.currentTask()) suspendTask(*t, *this, need);
    } else if (mode != RunMode::Finalize) {
      return meets(need);
    }

    bool again = false;
    std::uint32_t count = 0;
    do {
      // What runs here may block more tasks and empty the list; these loops go over what it held.
      std::span<Task*> blocked = c.blocking.span();
      for (std::size_t i = 0; i < blocked.size(); ++i) {
        if (NodeState* n = blocked[i]->blockedOn) n->signal(kAutoUnblock);
      }
      blocked = c.blocking.span();
      for (std::size_t i = 0; i < blocked.size(); ++i) {
        if (NodeState* n = blocked[i]->blockedOn) {
          n->freeze(blocked[i]->blockCondition);
          blocked[i]->unblocked = true;
        }
      }
      blocked = c.blocking.span();
      count = c.blocking.size();
      for (std::size_t i = 0; i < blocked.size(); ++i) {
        Task* t = blocked[i];
        if (t->blockedOn == nullptr || t->defunct) continue;
        NodeState* n = t->blockedOn;
        Condition condition = t->blockCondition;
        t->blockedOn = nullptr;
        t->blockCondition = kNeverKnown;
        n->signal(condition);
        runTask(*t, RunMode::AttemptOnly);
      }
      if (position < tasks.size()) {
        again = true;
        break;
      }
    } while (count < c.blocking.size());
    if (again) continue;
    c.blocking.clear();
    return true;
  }
}

// The fields a comprehension may add are made known beforehand as pending, with the comprehension as their
// task: asking for one of them runs it, asking for another field does not.
Condition NodeState::pushDown(Task* task, Node* x) {
  Condition completes = 0;
  if (auto* c = x->as<ir::Comprehension>()) {
    completes = pushDown(task, c->value);
  } else if (auto* s = x->as<ir::StructLit>()) {
    for (Node* d : s->decls) {
      switch (d->kind) {
        case NodeKind::Field: {
          auto* f = static_cast<ir::Field*>(d);
          Vertex* arc = getArc(f->label, ArcType::Pending);
          if (NodeState* n = ctx->bareState(arc)) {
            n->parentTasks.push(ctx->arena, task);
            n->pushDown(task, f->value);
          }
          break;
        }
        case NodeKind::LetField:
          completes |= kFieldConjunctsKnown;
          node->multiLet = true;
          break;
        case NodeKind::PatternField:
        case NodeKind::Ellipsis:
        case NodeKind::DynamicField:
          completes |= kFieldConjunctsKnown;
          break;
        default:
          if (d->isValue()) {
            completes |= kValueKnown;
          } else {
            completes |= pushDown(task, d);
          }
      }
    }
  } else {
    completes = kValueKnown | kFieldConjunctsKnown;
  }
  return completes | kAllTasksCompleted;
}

}  // namespace puppis::cue::eval
