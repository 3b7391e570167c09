// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/state.h"

namespace puppis::cue::eval {

namespace {
const Vertex* rootOf(const Vertex* v) {
  while (v->parent != nullptr) v = v->parent;
  return v;
}
}  // namespace

// Finds the field f of v, evaluating as little of v as settles whether it exists. A field that is not there
// yet is made as a pending one, unless v is already known not to get any more.
Vertex* Context::lookup(Vertex* v, const Origin& pos, Feature f, const Flags& flags) {
  Condition need = flags.condition;
  const RunMode mode = flags.mode;
  v = v->deref();
  NodeState* n = state(v);
  if (holdsBack(v, f)) releaseHeldBackOfRoot();
  if (n != nullptr) {
    if (n->hasErr()) {
      // Other packages are not evaluated as a whole, so their failures must be brought along.
      Bottom* err = n->getErr();
      if (err != nullptr && err->node != nullptr && rootOf(err->node) != rootOf(v)) addBottom(err);
    }
    Vertex* own = n->node;
    if (own->isDynamic || own->label.isLet() || allChildConjunctsKnown(own->parent)) {
      n->signal(kAllAncestorsProcessed);
    }
    if (!n->allTasksStarted()) {
      n->process(kValueKnown | kFieldConjunctsKnown | kAllTasksCompleted, RunMode::AttemptOnly);
      n->updateScalar();
    }
  }
  if (Vertex* target = v->deref(); target != v) {
    v = target;
    n = state(v);
  }

  Vertex* arc = v->lookupRaw(f);
  Vertex* found = arc;
  NodeState* arcState = nullptr;
  if (arc != nullptr) {
    arc = arc->derefNonRooted();
    if (arc->arcType == ArcType::Member) return found;
    // An optional field of a finished struct stays one; it need not be looked into.
    if (n != nullptr || !arc->isConstraint()) arcState = state(arc);
  } else if (n == nullptr || n->meets(kNeedTasksDone)) {
    fieldIndexError(v, pos, f);
    return nullptr;
  } else {
    if (!v->isOpenStruct() && !accept(v, f)) {
      fieldIndexError(v, pos, f);
      return nullptr;
    }
    arc = make<Vertex>();
    arc->parent = n->node;
    arc->label = f;
    arc->arcType = ArcType::Pending;
    if (mode != RunMode::Finalize && mode != RunMode::Ignore) v->arcs.push(arena, arc);
    arcState = state(arc);
  }

  if (arcState != nullptr && (!arcState->meets(kNeedTasksDone) || !arcState->meets(kArcTypeKnown))) {
    need |= kArcTypeKnown;
    switch (mode) {
      case RunMode::Ignore:
      case RunMode::AttemptOnly:
        if (arc->arcType == ArcType::Pending) {
          if (mode == RunMode::Ignore) return found;
          constexpr int kAllTasksIndex = 6;
          if (n != nullptr) {
            if (n->hasActiveParentTask()) {
              lookupPendingParent = true;
              return found;
            }
            if ((n->provided & kAllTasksCompleted) != 0 && n->counters[kAllTasksIndex] > 0) return found;
          }
          if (arcState->hasActiveParentTask()) {
            lookupPendingParent = true;
            return found;
          }
          arc->arcType = ArcType::NotPresent;
        }
        break;
      case RunMode::Yield:
        arcState->process(need, RunMode::Yield);
        break;
      case RunMode::Finalize: {
        bool settled = false;
        if (arc->arcType == ArcType::Pending || arc->arcType == ArcType::Optional) {
          const Task* current = currentTask();
          for (const Task* t : arcState->parentTasks) {
            if (t->state == TaskState::Running && t != current) {
              // Another comprehension that is running may still make the field.
              arcState->process(kArcTypeKnown, RunMode::Yield);
              settled = true;
              break;
            }
          }
        }
        if (settled) break;
        if (need == (kArcTypeKnown | kFieldSetKnown)) {
          unify(arc, {.condition = need, .mode = RunMode::Finalize});
        } else if (!unify(arc, {.condition = need, .mode = RunMode::AttemptOnly})) {
          arcState->process(need, RunMode::AttemptOnly);
        }
        if (arc->arcType == ArcType::Pending && !arcState->hasActiveParentTask())
          arc->arcType = ArcType::NotPresent;
        break;
      }
      case RunMode::None:
        break;
    }
  }

  switch (arc->arcType) {
    case ArcType::Member:
      return found;
    case ArcType::Required: {
      Bottom* b = bottomOf(newPosf(pos, "required field missing: {}", {f}), Code::Incomplete);
      b->node = v;
      addBottom(b);
      return found;
    }
    case ArcType::Optional: {
      Bottom* b = bottomOf(newPosf(pos, "cannot reference optional field: {}", {f}), Code::Incomplete);
      b->node = v;
      addBottom(b);
      return nullptr;
    }
    case ArcType::Pending:
      if (arcState != nullptr) {
        for (const Task* t : arcState->parentTasks) {
          if (t->state == TaskState::Running || t->state == TaskState::Waiting ||
              t->state == TaskState::Failed) {
            Bottom* b = bottomOf(newPosf(pos, "cyclic reference to field {}", {f}), Code::Cycle);
            b->node = v;
            addBottom(b);
            return nullptr;
          }
        }
      }
      break;
    case ArcType::NotPresent:
      break;
  }
  fieldIndexError(v, pos, f);
  return nullptr;
}

}  // namespace puppis::cue::eval
