// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/overlay.h"

namespace puppis::cue::eval {

Vertex* Overlay::mapped(Vertex* v) const {
  for (auto it = map_.map.find(v); it != map_.map.end(); it = map_.map.find(v)) v = it->second;
  return v;
}

NodeState* Overlay::cloneRoot(NodeState& root) {
  if (root.vertexMap != nullptr) map_.map = root.vertexMap->map;
  for (auto& entry : map_.map) ++entry.first->overlays;
  Vertex* v = clone(root.node);
  v->isDisjunct = true;
  v->state->vertexMap = &map_;
  for (Vertex* original : order_) {
    NodeState* n = original->overlay != nullptr ? original->overlay->state : nullptr;
    if (n == nullptr) continue;
    for (std::uint32_t i = 0; i < n->tasks.size(); ++i) {
      Task* t = n->tasks[i];
      t->node = mapped(t->node->node)->state;
      if (t->blockedOn == nullptr) continue;
      Vertex* before = t->blockedOn->node;
      Vertex* after = mapped(before);
      if (before == after) continue;
      NodeState* s = after->state;
      t->blockedOn = s;
      s->blocking.push(ctx_.arena, t);
      ctx_.blocking.push(ctx_.arena, t);
      s->needs |= t->blockCondition;
    }
  }
  return v->state;
}

void Overlay::push(Vertex* root) {
  ctx_.overlays.push_back({&map_, root});
  pushed_ = true;
}

void Overlay::pop() {
  if (!pushed_) return;
  pushed_ = false;
  ctx_.overlays.pop_back();
  unlink();
  for (auto& entry : map_.map) {
    --entry.first->overlays;
    if (NodeState* s = entry.second->state; s != nullptr && s->vertexMap == &map_) s->vertexMap = nullptr;
  }
}

void Overlay::unlink() {
  for (Vertex* original : order_) original->overlay = nullptr;
  order_.clear();
}

Vertex* Overlay::clone(Vertex* x) {
  if (x->overlay != nullptr) return x->overlay;
  auto* v = ctx_.make<Vertex>();
  *v = *x;
  v->overlays = 0;
  v->overlay = nullptr;
  if (auto [it, isNew] = map_.map.insert_or_assign(x, v); isNew) ++x->overlays;
  order_.push_back(x);
  x->overlay = v;
  v->conjuncts = x->conjuncts.clipped();
  v->dropArcs();
  v->arcs.reserve(ctx_.arena, x->arcs.size());
  for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
    Vertex* arc = clone(x->arcs[i]);
    v->arcs.push(ctx_.arena, arc);
    arc->parent = v;
  }
  v->structs = x->structs.clone(ctx_.arena);
  if (x->patterns != nullptr) {
    v->patterns = ctx_.make<Constraints>();
    for (std::uint32_t i = 0; i < x->patterns->pairs.size(); ++i) {
      PatternConstraint p = x->patterns->pairs[i];
      v->patterns->pairs.push(ctx_.arena, {p.pattern, clone(p.constraint)});
    }
  }
  if (x->state != nullptr) {
    v->state = nullptr;
    ctx_.state(x);
    v->state = cloneState(*x->state, v);
    cloneTasks(*v->state, *x->state);
  }
  return v;
}

NodeState* Overlay::cloneState(NodeState& n, Vertex* v) {
  void* place = ctx_.arena.allocate(sizeof(NodeState), alignof(NodeState));
  auto* d = new (place) NodeState(ctx_, *v);
  static_cast<NodeFacts&>(*d) = static_cast<NodeFacts&>(n);
  d->underlying = n.underlying;
  d->isDisjunctState = true;
  d->arcMap = n.arcMap.clipped();
  d->checks = n.checks.clone(ctx_.arena);
  d->sharedInfos = n.sharedInfos.clipped();
  d->reqDefs = n.reqDefs.clone(ctx_.arena);
  d->replaceIds = n.replaceIds.clipped();
  d->flatReplaceIds = n.flatReplaceIds.clipped();
  d->minFlatReplaceTo = n.minFlatReplaceTo;
  d->conjunctInfos = n.conjunctInfos.clone(ctx_.arena);
  d->disjunctions = n.disjunctions.clone(ctx_.arena);
  return d;
}

void Overlay::cloneTasks(NodeState& dst, NodeState& src) {
  dst.sched = src.sched;
  dst.completed = src.completed;
  dst.needs = src.needs;
  dst.provided = src.provided;
  std::copy(std::begin(src.counters), std::end(src.counters), std::begin(dst.counters));
  src.blocking.drop();
  for (std::uint32_t i = 0; i < src.tasks.size(); ++i) {
    Task* t = src.tasks[i];
    if (t->state != TaskState::Waiting && t->state != TaskState::Ready && t->state != TaskState::Running)
      continue;
    if (t->state == TaskState::Running && t->kind == TaskKind::Disjunctions) continue;
    t->defunct = true;
    Task* copy = cloneTask(*t, dst);
    if (t->state == TaskState::Running) copy->state = TaskState::Ready;
    dst.tasks.push(ctx_.arena, copy);
  }
}

Task* Overlay::cloneTask(const Task& t, NodeState& dst) {
  auto* d = ctx_.make<Task>();
  d->kind = t.kind;
  d->state = t.state;
  d->completes = t.completes;
  d->unblocked = t.unblocked;
  d->blockCondition = t.blockCondition;
  d->blockedOn = t.blockedOn;
  d->err = t.err;
  d->env = t.env;
  d->x = t.x;
  d->info = t.info;
  d->node = &dst;
  return d;
}

}  // namespace puppis::cue::eval
