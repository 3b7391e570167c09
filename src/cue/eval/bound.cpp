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

bool Context::holdBack(const NodeState& n, Environment* e, ir::Comprehension* c, const CloseInfo& ci) {
  if (n.node != bound_.root) return false;
  bound_.heldBack.push(arena, {e, c, ci});
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
  releaseHeldBack();
  bound_.root = nullptr;
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

bool Context::holdsBack(const Vertex* v, Feature f) const {
  if (v != bound_.root) return false;
  return std::any_of(bound_.heldBack.begin(), bound_.heldBack.end(), [f](const HeldBack& h) {
    const ir::Comprehension& c = *h.comprehension;
    return mayDeclare(*c.value, f) || (c.fallback != nullptr && mayDeclare(*c.fallback, f));
  });
}

void Context::releaseHeldBack() {
  if (bound_.heldBack.empty()) return;
  NodeState& n = *bound_.root->state;
  bound_.root = nullptr;
  Vec<HeldBack> all = bound_.heldBack;
  bound_.heldBack.drop();
  for (const HeldBack& held : all) n.scheduleComprehension(held.env, held.comprehension, held.info);
}

}  // namespace puppis::cue::eval
