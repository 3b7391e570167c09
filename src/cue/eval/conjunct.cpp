// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/builtin.h"
#include "cue/eval/state.h"

// Adding a conjunct to a Vertex: what is settled at once goes into its state, the rest becomes tasks.

namespace puppis::cue::eval {

namespace {

// Whether the expression contains a reference; in doubt it does.
bool hasReference(const Node* x) {
  if (x->isResolver()) return true;
  if (x->isValue()) return false;
  switch (x->kind) {
    case NodeKind::BinaryExpr: {
      const auto* b = static_cast<const ir::BinaryExpr*>(x);
      return hasReference(b->x) || hasReference(b->y);
    }
    case NodeKind::UnaryExpr:
      return hasReference(static_cast<const ir::UnaryExpr*>(x)->x);
    case NodeKind::CallExpr: {
      const auto& args = static_cast<const ir::CallExpr*>(x)->args;
      return std::any_of(args.begin(), args.end(), hasReference);
    }
    case NodeKind::ListLit: {
      const auto& elements = static_cast<const ir::ListLit*>(x)->elements;
      return std::any_of(elements.begin(), elements.end(),
                         [](const Node* e) { return e->isExpr() && hasReference(e); });
    }
    default:
      return true;
  }
}

DefaultMode markOf(bool hasDefaults, bool marked) {
  if (!hasDefaults) return DefaultMode::Maybe;
  return marked ? DefaultMode::Is : DefaultMode::Not;
}

}  // namespace

void NodeState::scheduleConjunct(const Conjunct& c, CloseInfo conjunctInfo) {
  ctx->step();
  if (c.info.fromDef) node->closedRecursive = true;
  Environment* env = c.env;
  markNonCyclic(conjunctInfo);
  Node* x = elemOf(c.x);

  if (auto* v = x->as<Vertex>()) {
    if (v->isData()) {
      unshare();
      insertValueConjunct(env, v, conjunctInfo);
      return;
    }
    if (v->closedNonRecursive) {
      node->closedNonRecursive = true;
      conjunctInfo = addResolver(v, v, conjunctInfo, false);
    }
    scheduleVertexConjuncts(c, v, conjunctInfo);
    return;
  }
  if (x->isValue()) {
    insertValueConjunct(env, x, conjunctInfo);
    return;
  }
  switch (x->kind) {
    case NodeKind::OpenExpr: {
      Conjunct open = c;
      open.x = static_cast<ir::OpenExpr*>(x)->x;
      open.info.opened = true;
      conjunctInfo.opened = true;
      scheduleConjunct(open, conjunctInfo);
      return;
    }
    case NodeKind::BinaryExpr: {
      auto* b = static_cast<ir::BinaryExpr*>(x);
      if (b->op == Op::And) {
        CloseInfo inner = conjunctInfo;
        if (inner.opened) {
          inner.opened = false;
          inner.conjunctOpened = true;
          inner.fromEmbed = true;
          inner = newReq(x, inner, DefKind::Embedding);
        }
        scheduleConjunct(ctx->conjunct(env, b->x, inner), inner);
        scheduleConjunct(ctx->conjunct(env, b->y, inner), inner);
        return;
      }
      unshare();
      scheduleTask(TaskKind::Evaluation, env, x, conjunctInfo);
      return;
    }
    case NodeKind::StructLit:
      unshare();
      scheduleStruct(env, static_cast<ir::StructLit*>(x), conjunctInfo);
      return;
    case NodeKind::ListLit: {
      unshare();
      updateCyclicStatus(conjunctInfo);
      Environment* inner = ctx->spawn(env, node);
      updateNodeType(kList, x, conjunctInfo);
      scheduleTask(TaskKind::ListLit, inner, x, conjunctInfo);
      return;
    }
    case NodeKind::DisjunctionExpr: {
      unshare();
      conjunctInfo.setOptional();
      auto* d = static_cast<ir::DisjunctionExpr*>(x);
      PendingDisjunction pending{env, conjunctInfo, x, {}};
      pending.disjuncts.reserve(ctx->arena, static_cast<std::uint32_t>(d->values.size()));
      for (const ir::Disjunct& value : d->values) {
        pending.disjuncts.push(ctx->arena, {value.value, nullptr, markOf(d->hasDefaults, value.isDefault)});
      }
      scheduleDisjunction(pending);
      updateConjunctInfo(kTop, conjunctInfo, 0);
      return;
    }
    case NodeKind::Comprehension:
      scheduleTask(TaskKind::Comprehension, env, x, conjunctInfo);
      return;
    default:
      break;
  }
  if (x->isResolver()) {
    scheduleTask(TaskKind::Resolver, env, x, conjunctInfo);
    return;
  }
  unshare();
  // A call on a cyclic path waits for evidence that the cycle ends, lest it go on for ever.
  if (auto* call = x->as<ir::CallExpr>(); call != nullptr && conjunctInfo.isCyclic() && !hasNonCycle &&
                                          !hasNonCyclic &&
                                          std::any_of(call->args.begin(), call->args.end(), hasReference)) {
    hasAncestorCycle = true;
    cyclicConjuncts.push(ctx->arena, {c, nullptr});
    return;
  }
  scheduleTask(TaskKind::Evaluation, env, x, conjunctInfo);
}

void NodeState::scheduleStruct(Environment* env, ir::StructLit* s, CloseInfo structInfo) {
  updateCyclicStatus(structInfo);
  updateConjunctInfo(kStruct, structInfo, kHasStruct);
  // Here references get their meaning: what they find is looked for in this Vertex, whichever literal it came
  // from.
  Environment* inner = ctx->spawn(env, node);
  bool hasEmbedding = s->hasEmbedding;
  bool hasEllipsis = false;
  hasStruct = true;
  ctx->addStruct(node, s, Context::compIdOf(env));
  if (hasEmbedding) structInfo = splitStruct(s, structInfo);
  node->arcs.reserve(ctx->arena, node->arcs.size() + static_cast<std::uint32_t>(s->decls.size()));

  // Comprehensions over finished data; they come after the fields that are there anyway.
  struct Yielded {
    ir::Comprehension* comprehension;
    CloseInfo info;
    Vec<Environment*> envs;
  };
  Vec<Yielded> decided;
  auto subField = [&] {
    CloseInfo out = structInfo;
    out.fromEmbed = false;
    return out;
  };
  for (Node* d : s->decls) {
    switch (d->kind) {
      case NodeKind::Field: {
        auto* f = static_cast<ir::Field*>(d);
        if (f->label.isString() && f->arcType == ArcType::Member) {
          aStruct = true;
          updateNodeType(kStruct, s, structInfo);
        }
        CloseInfo fieldInfo = subField();
        if (f->arcType == ArcType::Optional) fieldInfo.setOptional();
        insertArc(f->label, f->arcType, {inner, f, fieldInfo}, fieldInfo, true);
        break;
      }
      case NodeKind::LetField: {
        auto* f = static_cast<ir::LetField*>(d);
        CloseInfo fieldInfo = subField();
        insertArc(f->label, ArcType::Member, {inner, f, fieldInfo}, fieldInfo, true);
        break;
      }
      case NodeKind::Comprehension: {
        auto* c = static_cast<ir::Comprehension*>(d);
        CloseInfo embedInfo = injectEmbedNode(d, structInfo);
        Yielded yielded{c, embedInfo, {}};
        if (ctx->holdBack(*this, inner, c, embedInfo)) break;
        if (ctx->yieldFinished(node, inner, c, yielded.envs)) {
          decided.push(ctx->arena, yielded);
        } else {
          scheduleTask(TaskKind::Comprehension, inner, d, embedInfo);
        }
        break;
      }
      case NodeKind::Ellipsis:
        hasEllipsis = true;
        break;
      case NodeKind::DynamicField: {
        auto* f = static_cast<ir::DynamicField*>(d);
        CloseInfo fieldInfo = subField();
        if (f->arcType == ArcType::Member) {
          aStruct = true;
          updateNodeType(kStruct, s, fieldInfo);
        }
        scheduleTask(TaskKind::Dynamic, inner, f, fieldInfo);
        break;
      }
      case NodeKind::PatternField: {
        CloseInfo fieldInfo = subField();
        fieldInfo.setOptional();
        scheduleTask(TaskKind::Pattern, inner, d, fieldInfo);
        break;
      }
      default: {
        CloseInfo embedInfo = injectEmbedNode(d, structInfo);
        scheduleConjunct({inner, d, embedInfo}, embedInfo);
      }
    }
  }
  if (hasEllipsis) {
    node->hasEllipsis = true;
    updateConjunctInfo(kTop, structInfo, kHasEllipsis);
  }
  if (!hasEmbedding) {
    aStruct = true;
    updateNodeType(kStruct, s, structInfo);
  }
  for (const Yielded& y : decided) insertYielded(y.comprehension, y.envs, inner, y.info);
}

// Adds the body of a comprehension once for each Environment its clauses yielded in `env`, or else the
// fallback.
void NodeState::insertYielded(ir::Comprehension* c, const Vec<Environment*>& envs, Environment* env,
                              const CloseInfo& yieldedInfo) {
  if (envs.empty() && c->fallback != nullptr) {
    scheduleConjunct(ctx->conjunct(env, c->fallback, yieldedInfo), yieldedInfo);
    return;
  }
  for (Environment* e : envs) scheduleConjunct(ctx->conjunct(e, c->value, yieldedInfo), yieldedInfo);
}

void NodeState::scheduleComprehension(Environment* env, ir::Comprehension* c,
                                      const CloseInfo& comprehensionInfo) {
  Vec<Environment*> envs;
  if (ctx->yieldFinished(node, env, c, envs)) {
    insertYielded(c, envs, env, comprehensionInfo);
  } else {
    scheduleTask(TaskKind::Comprehension, env, c, comprehensionInfo);
  }
}

namespace {
// The Vertex that a clone and what it was cloned from have in common.
Vertex* identity(Vertex* v) {
  v = v->deref();
  return v->state != nullptr ? v->state->underlying : v;
}
}  // namespace

void NodeState::scheduleVertexConjuncts(Conjunct c, Vertex* arc, CloseInfo closeInfo) {
  if (!arc->closedRecursive && !arc->closedNonRecursive && closeInfo.enclosingEmbed != 0)
    closeInfo.fromDef = false;
  const bool opened = c.info.opened || c.info.conjunctOpened;
  if (opened) {
    if (arc->closedRecursive) {
      embedClosedness = EmbedClosedness::Recursive;
    } else if (arc->closedNonRecursive && embedClosedness < EmbedClosedness::NonRecursive) {
      embedClosedness = EmbedClosedness::NonRecursive;
    }
  }
  if (identity(node) == identity(arc)) {
    if (isShared) addShared(closeInfo);
    return;
  }
  if (shareIfPossible(c, arc, closeInfo)) {
    ctx->state(arc);
    return;
  }
  if (isDefReference(toExpr(c.x)) || arc->label.isDef() || closeInfo.topDef) {
    if (opened) embedClosedness = EmbedClosedness::Recursive;
    isDef = true;
    closeInfo.fromDef = true;
    closeInfo.topDef = false;
    closeInfo = addResolver(c.x, arc, closeInfo, false);
  } else {
    closeInfo = addResolver(c.x, arc, closeInfo, true);
  }
  // Unification is idempotent: the conjuncts of one Vertex are added once only.
  for (const Vertex* known : arcMap) {
    if (known == arc) return;
  }
  arcMap.push(ctx->arena, arc);
  if (arc->parent != nullptr && (!node->nonRooted || node->isDynamic)) {
    NodeState* parentState = ctx->state(arc->parent);
    NodeState* arcState = ctx->bareState(arc);
    if (parentState != nullptr && arcState != nullptr &&
        !parentState->meets(kAllAncestorsProcessed | kFieldConjunctsKnown)) {
      arcState->addNotify(node, closeInfo);
    }
  }
  for (std::uint32_t i = 0; i < arc->conjuncts.size(); ++i) {
    Conjunct own = arc->conjuncts[i];
    scheduleConjunct(own, closeInfo);
  }
  if (ctx->bareState(arc) != nullptr) toComplete = true;
}

void NodeState::addNotify(Vertex* v, const CloseInfo& closeInfo) {
  if (node->isFinal()) return;
  if (node->status != VertexStatus::Finalized && isInitialized && meets(kAllAncestorsProcessed)) return;
  for (const Receiver& r : notify) {
    if (r.vertex == v) return;
  }
  notify.push(ctx->arena, {v, closeInfo});
}

void NodeState::insertValueConjunct(Environment* env, Value* v, CloseInfo valueInfo) {
  switch (v->kind) {
    case NodeKind::Vertex: {
      auto* x = static_cast<Vertex*>(v);
      if (x->closedNonRecursive) {
        node->closedNonRecursive = true;
        if (!x->isFromDisjunction()) valueInfo = addResolver(v, x, valueInfo, false);
      } else if (x->closedRecursive) {
        node->closedRecursive = true;
        if (!x->isFromDisjunction()) valueInfo = addResolver(v, x, valueInfo, false);
      }
      if (x->base != nullptr && x->base->kind == NodeKind::StructMarker) {
        aStruct = true;
        updateNodeType(kStruct, x, valueInfo);
      }
      if (!x->isData()) {
        updateCyclicStatus(valueInfo);
        scheduleVertexConjuncts(ctx->conjunct(env, x, valueInfo), x, valueInfo);
        return;
      }
      if (x->base == nullptr) return;
      if (x->base->kind == NodeKind::ListMarker) {
        updateCyclicStatus(valueInfo);
        scheduleTask(TaskKind::ListVertex, env, x, valueInfo);
      } else if (x->base->kind == NodeKind::StructMarker) {
        for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
          Vertex* a = x->arcs[i];
          if (a->arcType != ArcType::Member) continue;
          insertArc(a->label, a->arcType, ctx->conjunct(nullptr, a, valueInfo), valueInfo, true);
        }
        node->structs.append(ctx->arena, x->structs.span());
      } else {
        insertValueConjunct(env, x->base, valueInfo);
      }
      return;
    }
    case NodeKind::Bottom:
      unshare();
      if (!static_cast<Bottom*>(v)->noShare) addBottom(static_cast<Bottom*>(v));
      return;
    case NodeKind::Builtin: {
      unshare();
      auto* f = static_cast<Builtin*>(v);
      if (f->isBareValidator()) {
        auto* bare = ctx->makeAt<BuiltinValidator>(v->origin());
        bare->builtin = f;
        insertValueConjunct(env, bare, valueInfo);
        return;
      }
      break;
    }
    default:
      break;
  }
  if (!updateNodeType(kindOf(v), v, valueInfo)) return;

  switch (v->kind) {
    case NodeKind::Disjunction: {
      updateCyclicStatus(valueInfo);
      unshare();
      CloseInfo optional = valueInfo;
      optional.setOptional();
      auto* d = static_cast<ir::Disjunction*>(v);
      PendingDisjunction pending{env, optional, v, {}};
      for (std::uint32_t i = 0; i < d->values.size(); ++i) {
        pending.disjuncts.push(ctx->arena,
                               {d->values[i], nullptr, markOf(d->hasDefaults, i < d->numDefaults)});
      }
      scheduleDisjunction(pending);
      break;
    }
    case NodeKind::Conjunction:
      for (Value* x : static_cast<ir::Conjunction*>(v)->values) insertValueConjunct(env, x, valueInfo);
      break;
    case NodeKind::Top:
      updateCyclicStatus(valueInfo);
      hasTop = true;
      updateConjunctInfo(kTop, valueInfo, kHasTop);
      break;
    case NodeKind::BasicType:
      unshare();
      updateCyclicStatus(valueInfo);
      if (static_cast<ir::BasicType*>(v)->kinds != kTop) updateConjunctInfo(kTop, valueInfo, kHasTop);
      break;
    case NodeKind::BoundValue:
      unshare();
      updateCyclicStatus(valueInfo);
      if (!insertBound(env, static_cast<ir::BoundValue*>(v), valueInfo)) return;
      break;
    case NodeKind::BuiltinValidator:
      unshare();
      insertValidator(env, v, valueInfo);
      break;
    default:  // a scalar, or a function as such
      unshare();
      updateCyclicStatus(valueInfo);
      if (scalar != nullptr) {
        if (!ctx->binOpBool(nullptr, true, Op::Equal, v, scalar)) {
          reportConflict(v, scalar, kindOf(v), kindOf(scalar), scalarInfo, valueInfo);
        }
        break;
      }
      scalar = v;
      scalarInfo = valueInfo;
      signal(kScalarKnown);
  }
  if (lowerBound != nullptr && upperBound != nullptr) {
    if (Value* u = ctx->simplifyBounds(kind, lowerBound, upperBound)) {
      lowerBound = nullptr;
      upperBound = nullptr;
      insertValueConjunct(env, u, valueInfo);
    }
  }
}

// False when the bound was merged into another one or noted as a check, and no more is to be done.
bool NodeState::insertBound(Environment* env, ir::BoundValue* x, const CloseInfo& boundInfo) {
  switch (x->op) {
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual: {
      ir::BoundValue*& bound = x->op == Op::Greater || x->op == Op::GreaterEqual ? lowerBound : upperBound;
      if (bound != nullptr) {
        if (Value* v = ctx->simplifyBounds(kind, x, bound)) {
          bound = nullptr;
          insertValueConjunct(env, v, boundInfo);
          return false;
        }
      }
      bound = x;
      return true;
    }
    case Op::Equal:
    case Op::NotEqual:
      updateConjunctInfo(kTop, boundInfo, kHasOpenValidator | kHasTop);
      if ((kindOf(x) & (kStruct | kList)) != 0) hasTop = true;
      break;
    default:
      break;
  }
  bool match = false;
  checks.eraseIf([&](const Conjunct& c) {
    auto* y = c.x->as<ir::BoundValue>();
    if (y == nullptr) return false;
    Value* merged = ctx->simplifyBounds(kind, x, y);
    if (merged == y) match = true;
    return merged == x && merged != y;
  });
  if (!match) checks.push(ctx->arena, ctx->conjunct(env, x, boundInfo));
  return false;
}

namespace {
// Whether two validators are the same constraint.
bool sameValidator(Context& ctx, Node* a, Node* b) {
  auto* x = a->as<BuiltinValidator>();
  auto* y = b->as<BuiltinValidator>();
  if (x == nullptr || y == nullptr) return false;
  if (x == y) return true;
  if (x->builtin != y->builtin || x->args.size() != y->args.size()) return false;
  for (std::size_t i = 0; i < x->args.size(); ++i) {
    if (auto* v = x->args[i]->as<Vertex>()) ctx.finalize(v);
    if (auto* v = y->args[i]->as<Vertex>()) ctx.finalize(v);
    if (!ctx.equal(x->args[i], y->args[i], kEqualStructural)) return false;
  }
  return true;
}
}  // namespace

void NodeState::insertValidator(Environment* env, Value* v, const CloseInfo& validatorInfo) {
  std::uint16_t k = kindOf(v);
  // Where there is nothing but a validator, it decides which fields there may be.
  if ((k & (kList | kStruct)) != 0) {
    bool open = static_cast<BuiltinValidator*>(v)->builtin->nonConcrete;
    updateConjunctInfo(kTop, validatorInfo, open ? kHasOpenValidator | kHasTop : kHasTop);
  }
  for (std::uint32_t i = 0; i < checks.size(); ++i) {
    if (sameValidator(*ctx, v, checks[i].x)) {
      if (i < checks.size()) checks[i] = ctx->conjunct(env, v, validatorInfo);
      return;
    }
  }
  checks.push(ctx->arena, ctx->conjunct(env, v, validatorInfo));
  if (k == kTop) hasTop = true;
  updateNodeType(k, v, validatorInfo);
}

bool NodeState::updateNodeType(std::uint16_t k, Node* v, const CloseInfo& typeInfo) {
  updateConjunctInfo(k, typeInfo, 0);
  auto both = static_cast<std::uint16_t>(kind & k);
  if (kind == kBottom || k == kBottom) return false;
  if (both == kBottom) {
    if (kindExpr != nullptr) {
      reportConflict(kindExpr, v, kind, k, kindInfo, typeInfo);
    } else {
      addErr(ctx->newf("conflicting value {} (mismatched types {} and {})",
                       {v, ErrorArg::ofKinds(kind), ErrorArg::ofKinds(k)}));
    }
  }
  if (kind != both || kindExpr == nullptr) kindExpr = v;
  kind = both;
  kindInfo = typeInfo;
  return both != kBottom;
}

}  // namespace puppis::cue::eval
