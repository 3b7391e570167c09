// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/call.h"

#include "cue/eval/state.h"

// Calling functions, and constraints that are functions.

namespace puppis::cue::eval {

Value* Context::evaluateCall(ir::CallExpr* x, const Flags& flags) {
  if (x->standard != nullptr) return callBuiltin(static_cast<Builtin*>(x->standard), x, flags);
  Value* fun =
      value(x->fun, {.condition = kConcreteKnown, .mode = RunMode::Yield, .status = VertexStatus::Partial});
  if (auto* f = fun == nullptr ? nullptr : fun->as<Builtin>()) return callBuiltin(f, x, flags);
  if (auto* v = fun == nullptr ? nullptr : fun->as<BuiltinValidator>()) {
    if (v->call != nullptr) {
      addErrf("cannot call previously called validator {}", {x->fun});
      return nullptr;
    }
    if (!v->builtin->isValidator(x->args.size())) return callBuiltin(v->builtin, x, flags);
    auto* out = makeAt<BuiltinValidator>(x->origin());
    out->syntax = x->syntax;
    out->call = x;
    out->builtin = v->builtin;
    return out;
  }
  std::uint16_t k = kindOf(fun);
  if (fun != nullptr && !isConcrete(fun) && (k & kFunc) != 0) {
    addErrf(Code::Incomplete, x->fun->origin(), "cannot call non-concrete value {} (type {})",
            {x->fun, ErrorArg::ofKinds(k)});
  } else {
    addErrf("cannot call non-function {} (type {})", {x->fun, ErrorArg::ofKinds(k)});
  }
  return nullptr;
}

namespace {

bool checkArgs(Context& c, const Builtin& f, const Origin& pos, std::size_t count) {
  auto fail = [&](const char* format) {
    c.addErrf(Code::Eval, pos, format,
              {&f, static_cast<std::int64_t>(count), static_cast<std::int64_t>(f.params.size())});
    return false;
  };
  if (count > f.params.size()) return fail("too many arguments in call to {} (have {}, want {})");
  if (count < f.params.size() && f.params[count].fallback == nullptr) {
    return fail("not enough arguments in call to {} (have {}, want {})");
  }
  return true;
}

std::string_view qualifiedName(Context& c, const Builtin& f) {
  if (f.package.empty()) return f.name;
  return c.arena.copy(std::string(f.package).append(".").append(f.name));
}

/// Sets whether arguments are closed by what the call stands in: they never are.
class OpenArguments {
 public:
  explicit OpenArguments(Context& c) : c_(c), fromDef_(c.info.fromDef), fromEmbed_(c.info.fromEmbed) {
    c.info.fromDef = false;
    c.info.fromEmbed = false;
  }
  OpenArguments(const OpenArguments&) = delete;
  OpenArguments& operator=(const OpenArguments&) = delete;
  ~OpenArguments() {
    c_.info.fromDef = fromDef_;
    c_.info.fromEmbed = fromEmbed_;
  }

 private:
  Context& c_;
  bool fromDef_;
  bool fromEmbed_;
};

}  // namespace

Value* Context::callBuiltin(Builtin* f, ir::CallExpr* x, const Flags& flags) {
  if (f->core == Core::Error) {
    if (!checkArgs(*this, *f, x->origin(), x->args.size())) return nullptr;
    return userError(*this, x);
  }
  OpenArguments open(*this);
  Vec<Value*> args;
  for (Expr* a : x->args) {
    Bottom* saved = takeErr();
    Value* v = nullptr;
    if (f->nonConcrete) {
      v = evalState(a, {.condition = flags.condition, .mode = flags.mode, .status = flags.status});
    } else {
      v = value(a, {.condition = static_cast<Condition>(flags.condition | kFieldSetKnown | kConcreteKnown |
                                                        kDisjunctionTask),
                    .mode = flags.mode,
                    .status = flags.status});
    }
    if (auto* b = v == nullptr ? nullptr : v->as<Bottom>()) {
      if (b->placeholder && (f->result == kStruct || f->result == kList)) {
        auto* real = make<Bottom>();
        *real = *b;
        real->placeholder = false;
        b = real;
      }
      errs = combine(errs, b);
    } else if (v != nullptr) {
      args.push(arena, v);
    } else if (errs == nullptr) {
      addErrf(Code::Incomplete, a->origin(), "argument {} of {} is incomplete", {a, f});
    }
    errs = combine(saved, errs);
  }
  if (errs != nullptr) return nullptr;
  if (f->isValidator(args.size())) {
    auto* v = makeAt<BuiltinValidator>(x->origin());
    v->syntax = x->syntax;
    v->call = x;
    v->builtin = f;
    v->args = args.span();
    return v;
  }
  Node* result = invokeBuiltin(f, x, args, false);
  if (result == nullptr) return nullptr;
  if (auto* b = result->as<Bottom>()) {
    ErrorEntry* e = newPosf(x->origin(), "error in call to {}", {qualifiedName(*this, *f)});
    Bottom* out = bottomOf(wrap(e, b->errors), b->code);
    out->node = vertex;
    return out;
  }
  CloseInfo after;
  Value* v = evalStateInfo(
      result, {.condition = flags.condition, .mode = flags.mode, .status = VertexStatus::Partial}, after);
  bool fromDef = info.fromDef;
  bool fromEmbed = info.fromEmbed;
  info = after;
  info.fromDef = fromDef;
  info.fromEmbed = fromEmbed;
  return v;
}

Node* Context::invokeBuiltin(Builtin* f, ir::CallExpr* call, Vec<Value*>& args, bool asValidator) {
  Origin pos = call != nullptr ? call->origin() : src;
  if (!checkArgs(*this, *f, pos, args.size())) return nullptr;
  for (std::size_t i = args.size(); i < f->params.size(); ++i) {
    auto* s = make<ir::String>();
    s->text = f->params[i].fallback;
    args.push(arena, s);
  }
  for (std::uint32_t i = 0; i < args.size(); ++i) {
    Value* a = args[i];
    if (auto* v = a->as<Vertex>()) {
      if (auto* b = v->base == nullptr ? nullptr : v->base->as<Bottom>()) return b;
    } else if (a->is<Bottom>()) {
      return a;
    }
    std::uint16_t k = kindOf(a);
    if ((f->params[i].kinds & k) == kBottom) {
      addErrf(Code::Eval, a->origin(), "cannot use {} (type {}) as {} in argument {} to {}",
              {a, ErrorArg::ofKinds(k), ErrorArg::ofKinds(f->params[i].kinds),
               static_cast<std::int64_t>(i + 1), f});
      return nullptr;
    }
  }
  Restore validator(isValidator, asValidator);
  OpenArguments open(*this);
  if (f->core != Core::None) return callCore(*this, *f, call, args);
  return callTable(*this, *f, args);
}

// Applies a constraint to a value; null when it holds.
Bottom* Context::validateWith(Value* validator, Value* v) {
  auto* x = static_cast<BuiltinValidator*>(validator);
  Builtin* f = x->builtin;
  Vec<Value*> args;
  args.push(arena, v);
  args.append(arena, x->args);
  Node* result = invokeBuiltin(f, x->call, args, true);
  if (result == nullptr) return nullptr;
  Code code = Code::Eval;
  const ErrorList* cause = nullptr;
  if (auto* b = result->as<Bottom>()) {
    code = b->code;
    cause = b->errors;
  } else if (auto* holds = result->as<ir::Bool>()) {
    if (holds->value) return nullptr;
  } else {
    return newErrf("invalid validator {}", {qualifiedName(*this, *f)});
  }
  if (Value* u = unwrap(v); u != nullptr && u->kind == NodeKind::Bottom) return static_cast<Bottom*>(u);
  std::string name(qualifiedName(*this, *f));
  if (!f->nonConcrete && args.size() > 1) {
    name += '(';
    for (std::uint32_t i = 1; i < args.size(); ++i) {
      if (i > 1) name += ", ";
      name += printNode(*this, args[i]);
    }
    name += ')';
  }
  ErrorEntry* e = newPosf(x->call != nullptr ? x->call->origin() : x->origin(),
                          "invalid value {} (does not satisfy {})", {v, arena.copy(name)});
  for (const Value* a : args) addPlaces(e->more, a);
  Bottom* b = bottomOf(cause != nullptr ? wrap(e, cause) : e, code);
  b->node = vertex;
  return b;
}

}  // namespace puppis::cue::eval
