// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cue/eval/call.h"
#include "cue/eval/state.h"

// The predeclared functions.

namespace puppis::cue::eval {

namespace {

constexpr std::uint16_t kHasLength = kStruct | kBytes | kString | kList;
constexpr std::array<BuiltinParam, 1> kStringParam{{{kString}}};
constexpr std::array<BuiltinParam, 1> kLenParam{{{kHasLength}}};
constexpr std::array<BuiltinParam, 1> kStructParam{{{kStruct}}};
constexpr std::array<BuiltinParam, 1> kListParam{{{kList}}};
constexpr std::array<BuiltinParam, 1> kTopParam{{{kTop}}};
constexpr std::array<BuiltinParam, 2> kIntParams{{{kInt}, {kInt}}};
constexpr std::array<BuiltinParam, 3> kMatchNParams{{{kTop}, {kInt}, {kList}}};
constexpr std::array<BuiltinParam, 4> kMatchIfParams{{{kTop}, {kTop}, {kTop}, {kTop}}};

Builtin make(std::string_view name, Core core, std::span<const BuiltinParam> params, std::uint16_t result,
             bool nonConcrete = false) {
  Builtin out;
  out.name = name;
  out.core = core;
  out.params = params;
  out.result = result;
  out.nonConcrete = nonConcrete;
  return out;
}

const auto& predeclared() {
  static const std::array kAll = {
      make("error", Core::Error, kStringParam, kBottom),
      make("len", Core::Len, kLenParam, kInt),
      make("close", Core::Close, kStructParam, kStruct),
      make("__closeAll", Core::CloseAll, kTopParam, kTop),
      make("__reclose", Core::Reclose, kTopParam, kTop),
      make("and", Core::And, kListParam, kInt),
      make("or", Core::Or, kListParam, kInt, true),
      make("div", Core::Div, kIntParams, kInt),
      make("mod", Core::Mod, kIntParams, kInt),
      make("quo", Core::Quo, kIntParams, kInt),
      make("rem", Core::Rem, kIntParams, kInt),
      make("matchN", Core::MatchN, kMatchNParams, kBool, true),
      make("matchIf", Core::MatchIf, kMatchIfParams, kBool, true),
      make("__test_experiment", Core::TestExperiment, kTopParam, kTop),
  };
  return kAll;
}

Node* lengthOf(Context& c, Value* v) {
  if (auto* x = v->as<Vertex>()) {
    if (x->base == nullptr) return c.newErrf("unevaluated vertex", {});
    if (x->base->kind == NodeKind::ListMarker) return c.newInt(x->length());
    if (x->base->kind == NodeKind::StructMarker) {
      std::int64_t n = 0;
      for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
        if (x->arcs[i]->label.isRegular() && c.isDefined(x->arcs[i])) ++n;
      }
      return c.newInt(n);
    }
    v = x->value();
  }
  if (auto* b = v->as<ir::Bytes>()) return c.newInt(static_cast<std::int64_t>(b->text.size()));
  if (auto* s = v->as<ir::String>()) return c.newInt(static_cast<std::int64_t>(s->text.size()));
  std::uint16_t k = kindOf(v);
  if ((k & kHasLength) == 0) return c.newErrf("invalid argument type {}", {ErrorArg::ofKinds(k)});
  Bottom* b = c.newErrf("incomplete argument {} (type {})", {v, ErrorArg::ofKinds(k)});
  b->code = Code::Incomplete;
  return b;
}

Node* close(Context& c, Value* v) {
  auto* s = v->as<Vertex>();
  if (s == nullptr) return c.newErrf("struct argument must be concrete", {});
  // A Vertex that points to the argument, so that only this one is closed.
  Vertex* w = c.newInlineVertex(nullptr, {});
  w->conjuncts = s->conjuncts.clone(c.arena);
  NodeState* n = c.state(w);
  n->share(c.anonymousConjunct(nullptr, s, nullptr), s, c.info);
  w->closedNonRecursive = true;
  return w;
}

// The elements of a list value as they are.
bool rawElements(Context& c, Value* v, Vec<Value*>& out) {
  bool ok = true;
  Value* d = c.getDefault(v, ok);
  auto* x = d == nullptr ? nullptr : d->as<Vertex>();
  if (!ok || x == nullptr || !x->isList()) {
    if (d != nullptr) c.typeError(d, kList, nullptr);
    return false;
  }
  for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
    if (x->arcs[i]->label.isInt()) out.push(c.arena, x->arcs[i]);
  }
  return true;
}

Node* conjunctionOf(Context& c, Value* v) {
  Vec<Value*> values;
  rawElements(c, v, values);
  if (values.empty()) return c.make<ir::Top>();
  auto* out = c.make<ir::Conjunction>();
  out->values = values.span();
  return out;
}

Node* disjunctionOf(Context& c, Value* v) {
  Vec<Value*> values;
  rawElements(c, v, values);
  if (values.empty()) {
    return c.bottomOf(c.newf("empty list in call to or", {}), Code::Incomplete);
  }
  std::span<ir::Disjunct> all{c.arena.array<ir::Disjunct>(values.size()), values.size()};
  for (std::uint32_t i = 0; i < values.size(); ++i) all[i] = {values[i], false};
  auto* d = c.make<ir::DisjunctionExpr>();
  d->values = all;
  auto* out = c.make<Vertex>();
  c.addConjunct(out, c.conjunct(nullptr, d, c.info));
  c.completeArcs(out);
  return out;
}

Node* divide(Context& c, Core op, Vec<Value*>& args) {
  const char* as = op == Core::Div   ? "argument to div builtin"
                   : op == Core::Mod ? "argument to mod builtin"
                   : op == Core::Quo ? "argument to quo builtin"
                                     : "argument to rem builtin";
  ir::Num* a = c.numValue(args[0], as);
  ir::Num* b = c.numValue(args[1], as);
  if (c.errs != nullptr) return nullptr;
  auto run = op == Core::Div   ? number::intDiv
             : op == Core::Mod ? number::intMod
             : op == Core::Quo ? number::intQuo
                               : number::intRem;
  number::Outcome out = run(a->value, b->value, c.arena);
  if (!out.ok()) return c.newErrf("division by zero", {});
  return c.newNum(out.value);
}

constexpr ValidateConfig kFinal{.final = true, .reportIncomplete = true};

Value* dataSelf(Context& c, Value* self) {
  if (auto* x = self->as<Vertex>()) return toDataAll(c, x);
  return self;
}

bool failed(Context& c, Value* v) {
  if (auto* x = v->as<Vertex>()) return c.finalErr(x) != nullptr;
  return v->is<Bottom>();
}

Bottom* structuralCycle(Context& c, ir::CallExpr* call) {
  return c.bottomOf(c.newPosf(call->origin(), "structural cycle", {}), Code::StructuralCycle);
}

Value* falseValue(Context& c) {
  return c.make<ir::Bool>();
}

// Whether `count` is what the bound of matchN wants; else a failure, incomplete while up to `most` may still
// match.
Bottom* checkCount(Context& c, Value* bound, std::int64_t count, std::int64_t most) {
  auto number = [&](std::int64_t i) {
    auto* n = c.make<ir::Num>();
    n->value = number::Decimal::ofInt(i);
    return n;
  };
  auto unified = [&](std::initializer_list<Value*> values) {
    auto* v = c.make<Vertex>();
    for (Value* x : values) c.addConjunct(v, c.conjunct(nullptr, x, c.info));
    c.finalize(v);
    return v->base != nullptr && v->base->kind != NodeKind::Bottom;
  };
  if (unified({bound, number(count)})) return nullptr;
  Bottom* b = c.newErrf("{} matched, expected {}", {count, bound});
  if (auto* n = bound->as<ir::Num>()) {
    auto i = number::toInt64(n->value);
    if (i && *i > count && *i <= most) b->code = Code::Incomplete;
  } else if (bound->is<ir::BoundValue>()) {
    auto* low = c.make<ir::BoundValue>();
    low->op = Op::GreaterEqual;
    low->value = number(count);
    auto* high = c.make<ir::BoundValue>();
    high->op = Op::LessEqual;
    high->value = number(most);
    if (unified({bound, low, high})) b->code = Code::Incomplete;
  } else {
    b->code = Code::Incomplete;
  }
  return b;
}

Node* matchN(Context& c, ir::CallExpr* call, Vec<Value*>& args) {
  if (!c.isValidator) return c.newErrf("matchN is a validator and should not be used as a function", {});
  Value* self = dataSelf(c, args[0]);
  if (failed(c, self)) return falseValue(c);
  if (c.info.isCyclic()) return structuralCycle(c, call);
  Vec<Value*> schemas;
  if (auto* list = args[2]->as<Vertex>()) c.finalize(list);
  rawElements(c, args[2], schemas);
  Vec<Bottom*> failures;
  std::int64_t count = 0;
  std::int64_t possible = 0;
  for (Value* schema : schemas) {
    Bottom* err = validateVertex(c, unifyValues(c, self, schema), kFinal);
    if (err == nullptr) {
      ++count;
    } else {
      failures.push(c.arena, err);
      if (err->isIncomplete()) ++possible;
    }
  }
  Bottom* b = checkCount(c, unwrap(args[1]), count, count + possible);
  if (b == nullptr) {
    auto* holds = c.make<ir::Bool>();
    holds->value = true;
    return holds;
  }
  for (Bottom* err : failures) {
    if (!b->isIncomplete() || err->isIncomplete()) b->errors = c.join(b->errors, err->errors);
  }
  return b;
}

Node* matchIf(Context& c, ir::CallExpr* call, Vec<Value*>& args) {
  if (!c.isValidator) return c.newErrf("matchIf is a validator and should not be used as a function", {});
  Value* self = dataSelf(c, args[0]);
  if (failed(c, self)) return falseValue(c);
  if (c.info.isCyclic()) return structuralCycle(c, call);
  // The expressions rather than their values, so that a schema that refers to itself is noticed.
  auto schema = [&](std::size_t i) -> Value* {
    auto* v = c.make<Vertex>();
    c.addConjunct(v, c.conjunct(c.env, call->args[i - 1], c.info));
    return v;
  };
  bool holds = validateVertex(c, unifyValues(c, self, schema(1)), kFinal) == nullptr;
  Bottom* err = validateVertex(c, unifyValues(c, self, schema(holds ? 2 : 3)), kFinal);
  if (err != nullptr) return err;
  auto* out = c.make<ir::Bool>();
  out->value = true;
  return out;
}

bool explicitlyOpen(const Node* x) {
  return x->unit != nullptr && x->unit->experiments.explicitOpen;
}

Node* closeAll(Context& c, Core op, ir::CallExpr* call, Value* v) {
  Expr* x = call->args[0];
  bool literal = x->is<ir::StructLit>() || x->is<ir::ListLit>();
  if (op == Core::Reclose && x->is<ir::CallExpr>()) {
    auto* f = static_cast<ir::CallExpr*>(x)->fun->as<Builtin>();
    literal = f != nullptr && f->core == Core::Close;
  }
  if (!literal) return c.newErrf("argument must be a struct or list literal", {});
  if (!explicitlyOpen(x)) {
    return c.newErrf(op == Core::CloseAll ? "__closeAll may only be used when explicitopen is enabled"
                                          : "__reclose may only be used when explicitopen is enabled",
                     {});
  }
  auto* s = v->as<Vertex>();
  if (op == Core::CloseAll) {
    if (s == nullptr) return c.newErrf("struct argument must be concrete", {});
    s->closedRecursive = true;
  } else if (s != nullptr && s->state != nullptr) {
    if (s->state->embedClosedness == EmbedClosedness::Recursive) s->closedRecursive = true;
    if (s->state->embedClosedness == EmbedClosedness::NonRecursive) s->closedNonRecursive = true;
  }
  return v;
}

}  // namespace

const Builtin* predeclaredBuiltin(std::string_view name) {
  for (const Builtin& f : predeclared()) {
    if (f.name == name || (name.starts_with("__") && name.substr(2) == f.name)) return &f;
  }
  return nullptr;
}

Node* callCore(Context& c, const Builtin& f, ir::CallExpr* call, Vec<Value*>& args) {
  switch (f.core) {
    case Core::Len:
      return lengthOf(c, args[0]);
    case Core::Close:
      return close(c, args[0]);
    case Core::CloseAll:
    case Core::Reclose:
      return closeAll(c, f.core, call, args[0]);
    case Core::And:
      return conjunctionOf(c, args[0]);
    case Core::Or:
      return disjunctionOf(c, args[0]);
    case Core::Div:
    case Core::Mod:
    case Core::Quo:
    case Core::Rem:
      return divide(c, f.core, args);
    case Core::MatchN:
      return matchN(c, call, args);
    case Core::MatchIf:
      return matchIf(c, call, args);
    case Core::TestExperiment:
      return c.newErrf("testing experiment disabled", {});
    case Core::Error:
    case Core::None:
      break;
  }
  return nullptr;
}

// An interpolation whose parts cannot be evaluated keeps them as expressions: the message must not fail
// itself.
Value* userError(Context& c, ir::CallExpr* call) {
  Expr* x = call->args[0];
  std::string text;
  auto evaluated = [&](Expr* e) {
    Origin saved = c.src;
    c.src = e->origin();
    CloseInfo after;
    Value* v = c.evalStateInfo(
        e, {.condition = kConcreteKnown, .mode = RunMode::Finalize, .status = VertexStatus::Partial}, after);
    c.src = saved;
    return v;
  };
  if (auto* i = x->as<ir::Interpolation>()) {
    for (std::size_t k = 0; k < i->parts.size(); ++k) {
      if (k % 2 == 0) {
        if (auto* s = i->parts[k]->as<ir::String>()) text += s->text;
        if (auto* b = i->parts[k]->as<ir::Bytes>()) text += b->text;
        continue;
      }
      Value* v = evaluated(i->parts[k]);
      if (c.takeErr() != nullptr || v == nullptr) {
        text += printNode(c, i->parts[k]);
      } else if (concreteness(v) == Concreteness::Concrete &&
                 (kindOf(v) & (kNumber | kString | kBytes | kBool)) != 0) {
        text += c.toText(v);
      } else {
        text += printNode(c, v);
      }
    }
  } else {
    text = c.toText(evaluated(x));
  }
  Bottom* b = c.newErrf("{}", {c.arena.copy(text)});
  b->code = Code::User;
  return b;
}

}  // namespace puppis::cue::eval
