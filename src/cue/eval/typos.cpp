// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/state.h"

// Closedness. Every closed struct that a Vertex is unified with is a requirement with an identifier;
// conjuncts carry the identifier they came through, and identifiers have parents (containments) and
// replacements, because embedding and referring make one set of fields count for another. Once a Vertex is
// finished, each of its regular fields must show, for each requirement, a conjunct whose identifier is
// contained in it.

namespace puppis::cue::eval {

DefId Context::nextDefId(const Node* n) {
  containments.push_back({0, n != nullptr ? n->origin() : Origin{}});
  return static_cast<DefId>(containments.size() - 1);
}

void NodeState::addReplacement(ReplaceId x) {
  if (x.from == 0 || x.from == x.to) return;
  if (x.from < x.to && ctx->containments[x.to].id == 0) {
    ctx->containments[x.to].id = x.from;
    return;
  }
  computedCloseInfo = false;
  reqSets.drop();
  replaceIds.push(ctx->arena, x);
}

void NodeState::updateConjunctInfo(std::uint16_t k, const CloseInfo& ci, std::uint8_t flags) {
  for (ConjunctInfo& c : conjunctInfos) {
    if (c.id == ci.defId) {
      c.kind &= k;
      c.flags |= flags;
      return;
    }
  }
  conjunctInfos.push(ctx->arena, {ci.defId, ci.enclosingEmbed, k, flags});
}

CloseInfo NodeState::addResolver(Node* p, Vertex* v, CloseInfo ci, bool forceIgnore) {
  const bool closeOuter = ci.fromDef && ci.fromEmbed && !ci.opened && !ci.conjunctOpened;
  if (closeOuter && !forceIgnore) {
    // A definition that is embedded closes the structs around it.
    DefId outer = ci.outerId;
    for (std::uint32_t i = reqDefs.size(); i-- > 0;) {
      RefInfo& x = reqDefs[i];
      if (x.id != outer || outer == 0) continue;
      x.ignore = false;
      hasRequirement = true;
      if (v->closedRecursive) x.isRecursive = true;
      outer = x.parent;
    }
  }
  bool ignore = false;
  if (forceIgnore || ci.opened) {
    ignore = true;
  } else if (ci.enclosingEmbed != 0 || ci.outerId == 0) {
    ignore = !(ci.fromDef || v->closedNonRecursive || v->closedRecursive);
  } else {
    ignore = ci.fromEmbed;
  }
  DefId dst = 0;
  for (RefInfo& x : reqDefs) {
    if (x.vertex != v) continue;
    dst = x.id;
    if (x.ignore && !ignore) {
      x.ignore = false;
      hasRequirement = true;
      x.parent = ci.outerId;
      x.embed = ci.enclosingEmbed;
    }
    break;
  }
  if (dst == 0 || ci.enclosingEmbed != 0) {
    DefId next = ctx->nextDefId(p);
    if (dst != 0) addReplacement({next, dst});
    dst = next;
    if (!ignore) hasRequirement = true;
    reqDefs.push(ctx->arena, {v, dst, ci.outerId, ci.enclosingEmbed, ignore, v->closedRecursive,
                              ci.conjunctOpened, DefKind::Reference});
  }
  DefId from = ci.defId;
  ci.defId = dst;
  addReplacement({from, dst});
  return ci;
}

CloseInfo NodeState::newReq(Node* p, CloseInfo ci, DefKind defKind) {
  DefId dst = ctx->nextDefId(p);
  addReplacement({ci.defId, dst});
  DefId outer = ci.defId;
  ci.defId = dst;
  if (defKind == DefKind::Embedding) {
    ci.enclosingEmbed = dst;
  } else {
    ci.outerId = dst;
  }
  reqDefs.push(ctx->arena, {ctx->emptyNode, dst, outer, ci.enclosingEmbed, true, ci.fromDef, false, defKind});
  return ci;
}

CloseInfo NodeState::injectEmbedNode(Node* x, CloseInfo ci) {
  if (x->unit != nullptr && x->unit->experiments.explicitOpen) return ci;
  ci.fromEmbed = true;
  if (auto* b = x->as<ir::BinaryExpr>(); b != nullptr && b->op != Op::And) return ci;
  return newReq(x, ci, DefKind::Embedding);
}

CloseInfo NodeState::splitStruct(ir::StructLit* s, CloseInfo ci) {
  if (s->unit != nullptr && s->unit->experiments.explicitOpen) return ci;
  if (ci.outerId != 0 || ci.fromEmbed || s->isFile) return ci;
  return splitScope(s, ci);
}

bool NodeState::requiresFields() const {
  for (const NodeState* n = this; n != nullptr;) {
    if (n->hasRequirement) return true;
    if (n->dropParentRequirements) return false;
    const Vertex* up = n->node->parent;
    n = up == nullptr ? nullptr : up->state;
  }
  return false;
}

void NodeState::checkTypos() {
  Vertex* v = node->deref();
  if (v->arcs.empty()) return;
  if (!requiresFields()) return;
  if (auto* b = v->base == nullptr ? nullptr : v->base->as<Bottom>(); b != nullptr && !b->closeCheck) return;
  const Vec<ReqSet>& base = requirements();
  if (base.empty()) return;
  Bottom* err = nullptr;
  for (std::uint32_t i = 0; i < v->arcs.size(); ++i) {
    Vertex* a = v->arcs[i];
    Feature f = a->label;
    a = a->derefDisjunct();
    NodeState* na = a->state;
    if (na == nullptr) continue;
    // What an ellipsis of the parent lets through stays let through, for this Vertex and all that follow.
    Vec<ReqSet> required = na->replaceIds.empty() ? base : base.clone(ctx->arena);
    for (ReqSet& set : required) {
      if (parentEllipsis(set, conjunctInfos) != 0) set.removed = true;
    }
    if (auto* b = a->base == nullptr ? nullptr : a->base->as<Bottom>(); b != nullptr && !b->closeCheck)
      continue;
    if (f.isHidden() || f.isDef() || f.isLet()) continue;
    if (na->hasEvidenceForAll(required, na->conjunctInfos)) continue;
    if (Bottom* b = ctx->notAllowedError(a); b != nullptr && a->arcType <= ArcType::Required)
      err = ctx->combine(err, b);
  }
  if (err != nullptr) addChildError(err);
}

bool NodeState::hasEvidenceForAll(const Vec<ReqSet>& sets, const Vec<ConjunctInfo>& infos) {
  for (std::uint32_t i = 0; i < sets.size(); ++i) {
    if (sets[i].ignored || sets[i].removed) continue;
    if (!hasEvidenceForOne(sets, i, infos)) return false;
  }
  return true;
}

namespace {
const ReqSet* findSet(const Vec<ReqSet>& sets, DefId id) {
  if (id == 0) return nullptr;
  for (const ReqSet& set : sets) {
    if (set.id == id) return &set;
  }
  return nullptr;
}
}  // namespace

bool NodeState::hasEvidenceForOne(const Vec<ReqSet>& sets, std::uint32_t i, const Vec<ConjunctInfo>& infos) {
  const ReqSet& a = sets[i];
  for (const ConjunctInfo& x : infos) {
    if (containsDef(a.id, x.id)) return true;
  }
  const ReqSet* embedScope = findSet(sets, a.embed);
  if (embedScope == nullptr) return false;
  if (a.conjunctOpened && a.parent == 0) {
    for (const ConjunctInfo& c : infos) {
      if (containsDef(embedScope->id, c.embed)) return false;
    }
    return true;
  }
  const ReqSet* outerScope = findSet(sets, a.parent);
  for (const ConjunctInfo& c : infos) {
    if (containsDef(embedScope->id, c.embed)) continue;
    if (a.parent == 0) {
      // An embedding from elsewhere (another package) is no evidence here.
      if (embedScope->parent != 0 && findSet(sets, embedScope->parent) == nullptr) continue;
      return true;
    }
    if (outerScope == nullptr || outerScope->removed) return true;
    // Added beside the embedding, so the embedding need not allow it.
    if (containsDef(outerScope->id, c.id)) return true;
  }
  return false;
}

bool NodeState::containsDef(DefId scope, DefId child) {
  if (!computedFlatReplaceIds) {
    for (NodeState* p = this; p != nullptr;) {
      flatReplaceIds.append(ctx->arena, p->replaceIds.span());
      Vertex* up = p->node->parent;
      p = up != nullptr ? up->state : nullptr;
    }
    std::sort(flatReplaceIds.begin(), flatReplaceIds.end(),
              [](const ReplaceId& a, const ReplaceId& b) { return a.to > b.to; });
    computedFlatReplaceIds = true;
    if (!flatReplaceIds.empty()) minFlatReplaceTo = flatReplaceIds.back().to;
  }
  return containsDefRec(scope, child, child);
}

bool NodeState::containsDefRec(DefId scope, DefId child, DefId start) {
  std::uint32_t cursor = 0;
  for (DefId p = child; p != 0;) {
    if (p == scope) return true;
    if (p >= minFlatReplaceTo) {
      while (cursor < flatReplaceIds.size() && flatReplaceIds[cursor].to > p) ++cursor;
      while (cursor < flatReplaceIds.size() && flatReplaceIds[cursor].to == p) {
        DefId from = flatReplaceIds[cursor].from;
        if (from != child && containsDefRec(scope, from, start)) return true;
        ++cursor;
      }
    }
    p = ctx->containments[p].id;
    if (p == start) return false;
  }
  return child == scope;
}

Vec<ReqSet>& NodeState::requirements() {
  if (computedCloseInfo) return reqSets;
  Vertex* v = node;
  Vec<ReqSet> sets;
  if (v->parent != nullptr && !dropParentRequirements && v->parent->state != nullptr) {
    sets = v->parent->state->requirements().clone(ctx->arena);
  }
  for (ReqSet& set : sets) {
    if (set.once) set.ignored = true;
  }
  const auto inherited = static_cast<std::int64_t>(sets.size());
  for (std::uint32_t i = 0; i < reqDefs.size(); ++i) {
    const RefInfo y = reqDefs[i];
    if (y.ignore && y.kind == DefKind::Reference) continue;
    if (findSet(sets, y.id) != nullptr) continue;
    bool once = false;
    if (y.vertex != nullptr && y.kind != DefKind::Embedding) {
      once = y.vertex->closedNonRecursive || (!y.ignore && !y.isRecursive);
    }
    sets.push(ctx->arena, {y.id, y.parent, y.embed, y.kind, once, y.ignore, false, y.conjunctOpened});
    if (y.parent == 0 || y.ignore) continue;
    DefId outer = y.parent;
    for (std::int64_t k = inherited - 1; k >= 0 && outer != 0; --k) {
      ReqSet& x = sets[static_cast<std::uint32_t>(k)];
      if (x.id != outer) continue;
      x.once = x.ignored ? !y.isRecursive : x.once && !y.isRecursive;
      x.ignored = false;
      outer = x.parent;
    }
  }
  if (v->label.isHidden() || v->label.isDef() || v->label.isLet()) {
    sets.eraseIf([&](const ReqSet& set) {
      return std::none_of(conjunctInfos.begin(), conjunctInfos.end(),
                          [&](const ConjunctInfo& c) { return containsDef(set.id, c.id); });
    });
  }
  Vec<ConjunctInfo> parentInfos;
  if (v->parent != nullptr && v->parent->state != nullptr) parentInfos = v->parent->state->conjunctInfos;
  filterTop(sets, parentInfos);
  computedCloseInfo = true;
  reqSets = sets;
  return reqSets;
}

// A naked `_`, an ellipsis or a validator that judges for itself ends a requirement.
void NodeState::filterTop(Vec<ReqSet>& sets, const Vec<ConjunctInfo>& parentInfos) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < sets.size(); ++i) {
    ReqSet a = sets[i];
    std::uint8_t flags = 0;
    bool hasAny = false;
    for (const ConjunctInfo& c : conjunctInfos) {
      if (!containsDef(a.id, c.id)) continue;
      hasAny = true;
      flags |= c.id < a.id ? static_cast<std::uint8_t>(c.flags & ~kHasStruct) : c.flags;
    }
    if (((flags & kHasTop) != 0 && (flags & kHasStruct) == 0) || (flags & kHasOpenValidator) != 0) continue;
    if (!hasAny || a.kind == DefKind::Struct) {
      if (DefId id = parentEllipsis(a, parentInfos); id != 0) {
        if (!hasAny) {
          a.removed = true;
        } else if (a.kind == DefKind::Struct) {
          a.removed = std::none_of(conjunctInfos.begin(), conjunctInfos.end(),
                                   [&](const ConjunctInfo& c) { return containsDef(id, c.id); });
        }
      }
    }
    sets[kept++] = a;
  }
  sets.truncate(kept);
}

DefId NodeState::parentEllipsis(const ReqSet& set, const Vec<ConjunctInfo>& infos) {
  for (const ConjunctInfo& c : infos) {
    if ((c.flags & kHasEllipsis) != 0 && containsDef(set.id, c.id)) return c.id;
  }
  return 0;
}

}  // namespace puppis::cue::eval
