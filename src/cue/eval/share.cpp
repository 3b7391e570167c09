// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/state.h"

// Structure sharing: `a: b` with nothing else makes a point to b's Vertex. It is undone when another conjunct
// comes.

namespace puppis::cue::eval {

void NodeState::unshare() {
  noSharing = true;
  if (!isShared) return;
  isShared = false;
  node->isShared = false;
  node->openedShared = false;
  Vertex* v = node->baseVertex();
  node->base = origBase;
  for (std::uint32_t i = 0; i < sharedInfos.size(); ++i) {
    CloseInfo sharedInfo = sharedInfos[i];
    scheduleVertexConjuncts(shared, v, sharedInfo);
  }
  decSharedInfos();
}

void NodeState::finalizeSharing() {
  decSharedInfos();
  if (!isShared) return;
  Vertex* v = node->baseVertex();
  if (v == nullptr) return;
  if (shareCycleType == CycleType::None) ctx->finalize(v);
  // An inline Vertex that ended up here gets its path from here.
  if (v->state != nullptr && v->state->parent != nullptr) v->parent = v->state->parent;
}

void NodeState::addShared(const CloseInfo& sharedInfo) {
  if (sharedInfos.empty() || shareCycleType < sharedInfo.cycleType) shareCycleType = sharedInfo.cycleType;
  sharedInfos.push(ctx->arena, sharedInfo);
}

void NodeState::decSharedInfos() {
  if (shareDecremented) return;
  shareDecremented = true;
  for (std::uint32_t i = 0; i < sharedInfos.size(); ++i) updateConjunctInfo(kindOf(node), sharedInfos[i], 0);
}

void NodeState::share(const Conjunct& c, Vertex* arc, const CloseInfo& sharedInfo) {
  origBase = node->base;
  node->base = arc;
  node->isShared = true;
  isShared = true;
  shared = c;
  addShared(sharedInfo);
  node->openedShared = sharedInfo.opened || sharedInfo.conjunctOpened;
  if (arc->isDetached() && arc->mayAttach()) {
    if (NodeState* s = ctx->state(arc)) s->parent = node;
  }
}

bool NodeState::shareIfPossible(const Conjunct& c, Vertex* arc, const CloseInfo& sharedInfo) {
  if (!node->arcs.empty() || arc->nonRooted || arc->isDynamic) return false;
  if (sharedInfo.isCyclic() && (node->nonRooted || node->isDynamic)) return false;
  if (noSharing || isShared || ctx->errs != nullptr) return false;
  if (node->closedRecursive && !arc->closedRecursive) return false;
  if (arc->label.isLet()) return false;
  share(c, arc, sharedInfo);
  return true;
}

}  // namespace puppis::cue::eval
