// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/builtin.h"
#include "cue/eval/state.h"
#include "cue/eval/tasks.h"

// The expressions that compute something.

namespace puppis::cue::eval {

namespace {
constexpr Flags kScalarNow{
    .condition = kScalarKnown, .mode = RunMode::Yield, .status = VertexStatus::Partial};
}

Value* Context::evaluate(Node* x, const Flags& flags) {
  switch (x->kind) {
    case NodeKind::StructLit:
    case NodeKind::ListLit: {
      // Not finalized: more conjuncts may be added where the result is used.
      Vertex* v = newInlineVertex(nullptr, {conjunct(env, x, info)});
      completeArcsOnly(v);
      return v;
    }
    case NodeKind::BoundExpr:
      return evaluateBound(static_cast<ir::BoundExpr*>(x));
    case NodeKind::Interpolation:
      return evaluateInterpolation(static_cast<ir::Interpolation*>(x));
    case NodeKind::UnaryExpr:
      return evaluateUnary(static_cast<ir::UnaryExpr*>(x));
    case NodeKind::BinaryExpr:
      return evaluateBinary(static_cast<ir::BinaryExpr*>(x), flags);
    case NodeKind::CallExpr:
      return evaluateCall(static_cast<ir::CallExpr*>(x), flags);
    case NodeKind::DisjunctionExpr: {
      Vertex* v = newInlineVertex(nullptr, {conjunct(env, x, info)});
      finalize(v);
      return v;
    }
    case NodeKind::SliceExpr:
      return evaluateSlice(static_cast<ir::SliceExpr*>(x));
    case NodeKind::LabelReference: {
      Feature f = envUp(static_cast<ir::LabelReference*>(x)->upCount)->dynamicLabel;
      if (f.valid()) return labelValue(f);
      // Evaluated on its own, away from any field: all that is known is that it is a string.
      auto* type = make<ir::BasicType>();
      type->kinds = kString;
      return type;
    }
    default:
      return nullptr;
  }
}

Value* Context::evaluateBound(ir::BoundExpr* x) {
  Value* v = value(x->expr, kScalarNow);
  if (isError(v)) return v;
  std::uint16_t k = kindOf(v);
  const bool equality = x->op == Op::NotEqual || x->op == Op::Equal;
  auto failed = [&](ErrorEntry* e) {
    Bottom* b = bottomOf(e);
    b->node = vertex;
    return b;
  };
  switch (k) {
    case kInt:
    case kFloat:
    case kNumber:
    case kString:
    case kBytes:
      break;
    case kNull:
    case kStruct:
    case kList:
      if (!equality) {
        return failed(
            newPosf(x->expr->origin(), "cannot use {} for bound {}", {ErrorArg::ofKinds(k), x->op}));
      }
      break;
    default: {
      std::uint16_t mask = kNumber | kString | kBytes;
      if (equality) mask |= kNull | kStruct | kList;
      if ((k & mask) != 0) {
        addErrf(Code::Incomplete, {}, "non-concrete value {} for bound {}", {x->expr, x->op});
        return nullptr;
      }
      return failed(newPosf(x->expr->origin(), "invalid value {} (type {}) for bound {}",
                            {v, ErrorArg::ofKinds(k), x->op}));
    }
  }
  if (concreteness(v) > Concreteness::Concrete) {
    if (x->expr->isValue()) return newErrf("bound has fixed non-concrete value", {});
    addErrf(Code::Incomplete, {}, "non-concrete value {} for bound {}", {x->expr, x->op});
    return nullptr;
  }
  auto* bound = makeAt<ir::BoundValue>(x->origin());
  bound->syntax = x->syntax;
  bound->op = x->op;
  bound->value = v;
  return bound;
}

Value* Context::evaluateSlice(ir::SliceExpr* x) {
  Value* v =
      value(x->x, {.condition = kFieldSetKnown, .mode = RunMode::Yield, .status = VertexStatus::Partial});
  const char* as = "slice index";
  if (v == nullptr) {
    addErrf(Code::Incomplete, src, "non-concrete slice subject {}", {x->x});
    return nullptr;
  }
  auto* list = v->as<Vertex>();
  auto* bytes = v->as<ir::Bytes>();
  if (list != nullptr && !list->isList()) list = nullptr;
  if (list == nullptr && bytes == nullptr) {
    if (isError(v)) return v;
    return newErrf("cannot slice {} (type {})", {v, ErrorArg::ofKinds(kindOf(v))});
  }
  std::uint64_t size = list != nullptr ? list->arcs.size() : bytes->text.size();
  std::uint64_t low = 0;
  std::uint64_t high = size;
  if (x->low != nullptr) low = uintValue(value(x->low, kScalarNow), as);
  if (x->high != nullptr) {
    high = uintValue(value(x->high, kScalarNow), as);
    if (high > size) return newErrf("index {} out of range", {static_cast<std::int64_t>(high)});
  }
  if (low > high) {
    return newErrf("invalid slice index: {} > {}",
                   {static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)});
  }
  if (bytes != nullptr) return newBytes(bytes->text.substr(low, high - low));
  Vertex* n = newInlineVertex(make<ir::ListMarker>(), {});
  for (std::uint64_t i = low; i < high; ++i) {
    Vertex* a = list->arcs[static_cast<std::uint32_t>(i)];
    auto* arc = make<Vertex>();
    if (a->status == VertexStatus::Finalized) {
      *arc = *a;
      arc->overlays = 0;
      arc->state = nullptr;
    } else {
      // Its conjuncts are evaluated anew, as an element of the slice.
      arc->arcType = a->arcType;
      arc->conjuncts = a->conjuncts.clipped();
    }
    arc->parent = n;
    arc->label = intLabel(static_cast<std::int64_t>(i - low));
    n->arcs.push(arena, arc);
  }
  n->status = VertexStatus::Finalized;
  return n;
}

Value* Context::evaluateInterpolation(ir::Interpolation* x) {
  std::string text;
  for (Expr* part : x->parts) {
    Value* v = value(part, kScalarNow);
    const std::string_view piece = x->bytes ? toBytes(v) : toText(v);
    arena.require(2 * (text.size() + piece.size()));
    text += piece;
  }
  if (Bottom* err = takeErr()) {
    Bottom* b = bottomOf(wrap(newPosf(x->origin(), "invalid interpolation", {}), err->errors), err->code);
    b->node = vertex;
    return b;
  }
  std::string_view stored = arena.copy(text);
  Node* out = nullptr;
  if (x->bytes) {
    auto* b = make<ir::Bytes>();
    b->text = stored;
    out = b;
  } else {
    auto* s = make<ir::String>();
    s->text = stored;
    out = s;
  }
  out->unit = x->unit;
  out->syntax = x->syntax;
  out->mark = x->mark;
  return out;
}

Value* Context::evaluateUnary(ir::UnaryExpr* x) {
  if (!concreteIsPossible(x->op, x->x)) return nullptr;
  Value* v = value(x->x, kScalarNow);
  if (isError(v)) return v;
  std::uint16_t k = kindOf(v);
  std::uint16_t expected = k;
  switch (x->op) {
    case Op::Subtract:
      if (auto* n = v->as<ir::Num>()) {
        auto* out = makeAt<ir::Num>(x->origin());
        out->syntax = x->syntax;
        out->value = number::negate(n->value);
        return out;
      }
      expected = kNumber;
      break;
    case Op::Add:
      if (v->is<ir::Num>()) return v;
      expected = kNumber;
      break;
    case Op::Not:
      if (auto* b = v->as<ir::Bool>()) return newBool(!b->value);
      expected = kBool;
      break;
    default:
      break;
  }
  if ((k & expected) != kBottom) {
    addErrf(Code::Incomplete, x->x->origin(), "operand {} of '{}' not concrete (was {})",
            {x->x, x->op, ErrorArg::ofKinds(k)});
    return nullptr;
  }
  return newErrf("invalid operation {} ({} {})", {x, x->op, ErrorArg::ofKinds(k)});
}

Value* Context::evaluateBinary(ir::BinaryExpr* x, const Flags& flags) {
  Environment* e = env;
  if (x->op == Op::And) {
    Vertex* v = newInlineVertex(nullptr, {anonymousConjunct(e, x, info.refs)});
    // Finalizing would fix a set of fields that what it is embedded in may still add to.
    Vertex* around = vertexOf(e);
    if ((inDetached == 0 && around != nullptr && around->isDynamic) || inValidator > 0) {
      finalize(v);
    } else {
      completeArcsOnly(v);
    }
    return v;
  }
  if (x->unit != nullptr && x->unit->experiments.shortCircuit &&
      (x->op == Op::BoolAnd || x->op == Op::BoolOr) && concreteIsPossible(x->op, x->x)) {
    Value* left = concrete(e, x->x, x->op);
    bool decides = x->op == Op::BoolOr;
    if (auto* b = left == nullptr ? nullptr : left->as<ir::Bool>(); b != nullptr && b->value == decides) {
      return newBool(decides);
    }
  }
  if (!concreteIsPossible(x->op, x->x) || !concreteIsPossible(x->op, x->y)) return nullptr;
  if (x->op == Op::Equal || x->op == Op::NotEqual) {
    if (isLiteralBottom(x->x)) return compareBottom(e, x->origin(), x->y, x->op, flags);
    if (isLiteralBottom(x->y)) return compareBottom(e, x->origin(), x->x, x->op, flags);
  }
  Value* left = concrete(e, x->x, x->op);
  Value* right = concrete(e, x->y, x->op);
  if (Bottom* err = combine(left, right)) return err;
  if (Bottom* err = takeErr()) return err;
  if (left == nullptr || right == nullptr) return nullptr;
  return binOp(x, x->op, left, right);
}

// `x == _|_`, `x != _|_`: whether there is no usable value. Missing fields, failures, and scalars that are
// not concrete have none; structs, lists and open choices do.
Value* Context::compareBottom(Environment* e, const Origin& at, Expr* x, Op op, const Flags& flags) {
  if (auto present = presenceOfFinished(x)) return newBool(*present == (op != Op::Equal));
  StateFrame frame(*this, e, at);
  bool match = op != Op::Equal;
  Restore validating(inValidator, inValidator + 1);
  Value* v = evalState(x, {.condition = kNeedTasksDone, .mode = RunMode::Finalize, .status = flags.status});
  bool ok = true;
  Value* u = unwrap(getDefault(v, ok));
  constexpr std::uint16_t kComposite = kStruct | kList;
  // What may have fields is looked at as a whole below.
  if (u != nullptr && (kindOf(u) & kComposite) != 0) u = v;

  if (auto* b = u == nullptr ? nullptr : u->as<Bottom>()) {
    if (b->code == Code::Cycle) {
      frame.pop();
      addBottom(b);
      return nullptr;
    }
    if (b->code == Code::Incomplete) {
      if (b->node != nullptr) {
        NodeState* ns = b->node->state;
        if (ns != nullptr && ns->sched == SchedState::Running && !ns->meets(kValueKnown) &&
            (ns->provided & kValueKnown) != 0) {
          if (Task* t = currentTask()) {
            frame.pop();
            suspendTask(*t, *ns, kValueKnown);
          }
        }
      }
      // What is referred to must have got as far as it can, so that nothing is added to it afterwards.
      evalState(x, {.condition = kAllKnown, .mode = RunMode::Ignore, .status = VertexStatus::Finalized});
      verifyNonMonotonic(e, x, true);
    }
    match = op == Op::Equal;
  } else if (auto* n = u == nullptr ? nullptr : u->as<Vertex>()) {
    if (hasDepthCycle(n)) {
      verifyNonMonotonic(e, x, true);
      match = op == Op::Equal;
    } else {
      finalize(n);
      Value* final = unwrap(n->deref());
      auto* fb = final == nullptr ? nullptr : final->as<Bottom>();
      if (fb != nullptr && fb->code < Code::Incomplete) match = op == Op::Equal;
    }
  } else if (u != nullptr) {
    if ((kindOf(u) & kComposite) != 0 && concreteness(u) > Concreteness::Concrete &&
        flags.status < VertexStatus::Conjuncts) {
      frame.pop();
      addBottom(cycle);
      return nullptr;
    }
    verifyNonMonotonic(e, x, false);
    if (concreteness(u) > Concreteness::Concrete) match = op == Op::Equal;
    evalState(x, {.condition = kNeedTasksDone, .mode = RunMode::Yield, .status = flags.status});
  }
  frame.pop();
  return newBool(match);
}

void Context::verifyNonMonotonic(Environment* e, Expr* x, bool expectError) {
  Vertex* v = vertexOf(e);
  if (v != nullptr && v->state != nullptr) v->state->postChecks.push(arena, {e, x, expectError});
}

}  // namespace puppis::cue::eval
