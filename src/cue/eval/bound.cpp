// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/eval/state.h"

// Data bound to fields of the root (`parameter`, `context`). Nearly everything else in a template refers to
// it, so it is finished first: then references to it lead to finished values, and conditions on it are
// decided as soon as they are met instead of by tasks that wait for each other.

namespace puppis::cue::eval {

void Context::bindFirst(Vertex* root, std::span<const Feature> labels) {
  bound_ = {};
  bound_.root = root;
  bound_.labels.append(arena, labels);
}

bool Context::holdBack(NodeState& n, Environment* e, ir::Comprehension* c, const CloseInfo& ci) {
  if (!n.collecting && n.node != bound_.root) return false;
  bound_.heldBack.push(arena, {&n, e, c, ci});
  return true;
}

void Context::finishBound(NodeState& n) {
  Vertex* root = bound_.root;
  if (n.node != root) return;
  {
    Restore deeper(evalDepth, evalDepth + 1);
    const bool settles = n.maySettleArcs();
    for (std::uint32_t i = 0; i < bound_.labels.size(); ++i) {
      Vertex* a = root->lookupRaw(bound_.labels[i]);
      if (a == nullptr || (settles && settle(a))) continue;
      unify(a, {.condition = kAllKnown, .mode = RunMode::Finalize, .checkTypos = true});
    }
  }
  releaseHeldBackOfRoot();
}

namespace {
// Whether what a comprehension inserts may have the field f.
bool mayDeclare(const ir::StructLit& body, Feature f) {
  return std::any_of(body.decls.begin(), body.decls.end(), [f](const ir::Decl* d) {
    switch (d->kind) {
      case NodeKind::Field:
        return static_cast<const ir::Field*>(d)->label == f;
      case NodeKind::LetField:
      case NodeKind::Ellipsis:
        return false;
      case NodeKind::Comprehension: {
        const auto* c = static_cast<const ir::Comprehension*>(d);
        return mayDeclare(*c->value, f) || (c->fallback != nullptr && mayDeclare(*c->fallback, f));
      }
      default:
        return true;
    }
  });
}
}  // namespace

namespace {
bool mayDeclare(const ir::Comprehension& c, Feature f) {
  return mayDeclare(*c.value, f) || (c.fallback != nullptr && mayDeclare(*c.fallback, f));
}
}  // namespace

bool Context::holdsBack(const Vertex* v, Feature f) const {
  if (v != bound_.root) return false;
  return std::any_of(bound_.heldBack.begin(), bound_.heldBack.end(), [v, f](const HeldBack& h) {
    return h.node->node == v && mayDeclare(*h.comprehension, f);
  });
}

void Context::releaseHeldBackOfRoot() {
  const Vertex* root = bound_.root;
  bound_.root = nullptr;
  // Other Vertices may be collecting on top of it.
  for (std::uint32_t i = 0; i < bound_.heldBack.size(); ++i) {
    HeldBack held = bound_.heldBack[i];
    if (held.node == nullptr || held.node->node != root) continue;
    bound_.heldBack[i].node = nullptr;
    held.node->scheduleComprehension(held.env, held.comprehension, held.info);
  }
}

void Context::releaseHeldBack(NodeState& n) {
  n.collecting = false;
  Vec<HeldBack>& all = bound_.heldBack;
  std::uint32_t first = all.size();
  while (first > 0 && all[first - 1].node == &n) --first;
  if (first == all.size()) return;
  // The siblings that no comprehension adds to have all their conjuncts.
  const bool complete = n.tasks.empty() && n.maySettleArcs();
  for (std::uint32_t i = 0; complete && i < n.node->arcs.size(); ++i) {
    Vertex* a = n.node->arcs[i];
    if (a->conjuncts.size() == 1 && elemOf(a->conjuncts[0].x)->kind == NodeKind::StructLit) continue;
    if (std::none_of(all.begin() + first, all.end(),
                     [a](const HeldBack& h) { return mayDeclare(*h.comprehension, a->label); })) {
      settle(a);
    }
  }
  for (std::uint32_t i = first; i < all.size(); ++i) {
    HeldBack held = all[i];
    n.scheduleComprehension(held.env, held.comprehension, held.info);
  }
  all.truncate(first);
}

}  // namespace puppis::cue::eval
