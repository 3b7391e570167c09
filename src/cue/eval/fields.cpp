// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/state.h"

// Fields and pattern constraints of a Vertex.

namespace puppis::cue::eval {

Vertex* NodeState::getArc(Feature f, ArcType mode) {
  bool isNew = false;
  return getArc(f, mode, isNew);
}

Vertex* NodeState::getArc(Feature f, ArcType mode, bool& isNew) {
  Vertex* v = node;
  if (Vertex* known = v->lookupRaw(f)) {
    if (f.isLet()) known->multiLet = true;
    ctx->updateArcType(known, mode);
    isNew = false;
    return known;
  }
  Vertex* arc = ctx->newArc(v, f, mode);
  if ((frozen & kFieldSetKnown) != 0) {
    ctx->addBottom(ctx->newErrf("adding field {} not allowed as field set was already referenced", {f}));
    arc->arcType = ArcType::NotPresent;
  }
  v->arcs.push(ctx->arena, arc);
  v->indexArcs(ctx->arena);
  isNew = true;
  return arc;
}

void Context::insertConjunct(Vertex* v, const Conjunct& c, const CloseInfo& ci, ArcType mode, bool check,
                             bool& added) {
  added = false;
  if (v->status == VertexStatus::Finalized) return;
  v->inheritClosedness();
  updateArcType(v, mode);
  const Conjunct* same = nullptr;
  if (check) {
    for (const Conjunct& x : v->conjuncts) {
      if (x.x == c.x && sameEnv(x.env, c.env)) {
        same = &x;
        break;
      }
    }
  }
  if (same == nullptr) {
    v->conjuncts.push(arena, c);
    added = true;
  } else if (same->info.defId != 0) {
    bareState(v)->addReplacement({ci.defId, same->info.defId});
  }
  // What nobody has asked for yet needs no state to collect conjuncts.
  NodeState* n = v->state;
  if (n == nullptr) return;
  n->markNonCyclic(ci);
  if (v->status != VertexStatus::Finalized && n->isInitialized) n->scheduleConjunct(c, ci);
  for (std::uint32_t i = 0; i < n->notify.size(); ++i) {
    Receiver r = n->notify[i];
    if (r.vertex->state == nullptr || r.vertex->status == VertexStatus::Finalized) continue;
    r.vertex->state->scheduleConjunct(c, r.info);
  }
}

void NodeState::matchPatterns(Vertex* arc, ArcType mode, Feature f, bool check) {
  if (node->patterns == nullptr) return;
  for (std::uint32_t i = 0; i < node->patterns->pairs.size(); ++i) {
    PatternConstraint pc = node->patterns->pairs[i];
    if (!ctx->matchPattern(pc.pattern, f)) continue;
    for (std::uint32_t k = 0; k < pc.constraint->conjuncts.size(); ++k) {
      addConstraint(arc, mode, pc.constraint->conjuncts[k], check);
    }
  }
}

Vertex* NodeState::insertArc(Feature f, ArcType mode, const Conjunct& c, const CloseInfo& arcInfo,
                             bool check) {
  bool isNew = false;
  Vertex* v = getArc(f, mode, isNew);
  Restore arc(ctx->vertex, v);
  bool added = false;
  ctx->insertConjunct(v, c, arcInfo, mode, check, added);
  if (added) matchPatterns(v, mode, f, check);
  return v;
}

// The label the pattern matched is bound in an Environment of its own: the same constraint holds for many
// fields.
void NodeState::addConstraint(Vertex* arc, ArcType mode, Conjunct c, bool check) {
  auto* labelled = ctx->make<Environment>();
  *labelled = *c.env;
  labelled->dynamicLabel = arc->label;
  c.env = labelled;
  bool added = false;
  ctx->insertConjunct(arc, c, c.info, mode, check, added);
}

void NodeState::insertPattern(Value* pattern, const Conjunct& c) {
  if (!insertConstraint(pattern, c)) return;
  for (std::uint32_t i = 0; i < node->arcs.size(); ++i) {
    Vertex* a = node->arcs[i];
    if (a->arcType == ArcType::Pending) continue;
    if (ctx->matchPattern(pattern, a->label)) addConstraint(a, a->arcType, c, true);
  }
}

bool NodeState::insertConstraint(Value* pattern, const Conjunct& c) {
  if (node->patterns == nullptr) node->patterns = ctx->make<Constraints>();
  Vertex* constraint = nullptr;
  for (const PatternConstraint& pc : node->patterns->pairs) {
    if (ctx->equal(pc.pattern, pattern, 0)) {
      constraint = pc.constraint;
      break;
    }
  }
  if (constraint == nullptr) {
    constraint = ctx->make<Vertex>();
    constraint->isPatternConstraint = true;
    node->patterns->pairs.push(ctx->arena, {pattern, constraint});
  } else {
    for (const Conjunct& x : constraint->conjuncts) {
      if (x.x == c.x && ctx->sameEnv(x.env, c.env)) {
        addReplacement({c.info.defId, x.info.defId});
        return false;
      }
    }
  }
  constraint->conjuncts.push(ctx->arena, c);
  return true;
}

bool Context::matchPattern(Value* pattern, Feature f) {
  return pattern != nullptr && f.isRegular() && matchPatternValue(pattern, f);
}

bool Context::matchPatternValue(Value* pattern, Feature f) {
  if (auto* v = pattern->as<Vertex>()) unify(v, {.condition = kScalarKnown, .mode = RunMode::Finalize});
  pattern = unwrap(pattern);
  if (pattern == nullptr) return false;
  std::uint16_t k = f.isString() ? kString : kInt;
  if ((kindOf(pattern) & k) == 0) return false;
  switch (pattern->kind) {
    case NodeKind::Top:
      return true;
    case NodeKind::BasicType:
      return (static_cast<ir::BasicType*>(pattern)->kinds & k) == k;
    case NodeKind::BoundValue: {
      auto* bound = static_cast<ir::BoundValue*>(pattern);
      std::uint16_t boundKind = kindOf(bound);
      if (boundKind == kString) return f.isString() && boundHoldsFor(bound, labelText(f));
      if (boundKind == kNumber) return boundHoldsFor(bound, static_cast<std::int64_t>(f.index()));
      break;
    }
    case NodeKind::Num: {
      auto i = number::toInt64(static_cast<ir::Num*>(pattern)->value);
      return f.isInt() && i && *i == static_cast<std::int64_t>(f.index());
    }
    case NodeKind::String:
      return f.isString() && static_cast<ir::String*>(pattern)->text == labelText(f);
    case NodeKind::Conjunction: {
      auto values = static_cast<ir::Conjunction*>(pattern)->values;
      return std::all_of(values.begin(), values.end(), [&](Value* x) { return matchPatternValue(x, f); });
    }
    case NodeKind::Disjunction: {
      auto values = static_cast<ir::Disjunction*>(pattern)->values;
      return std::any_of(values.begin(), values.end(), [&](Value* x) { return matchPatternValue(x, f); });
    }
    default:
      break;
  }
  Environment* e = env != nullptr ? env : make<Environment>();
  Vertex* v = newInlineVertex(nullptr, {conjunct(e, pattern, info), conjunct(e, labelValue(f), info)});
  return finalErr(v) == nullptr;
}

}  // namespace puppis::cue::eval
