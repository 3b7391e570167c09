// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/stack.h"
#include "cue/eval/call.h"
#include "cue/eval/state.h"

// The standard library's functions see simple values; here they are made and taken apart.

namespace puppis::cue::eval {

namespace {

using builtin::Answer;
using builtin::Handle;
using State = builtin::Answer::State;

Value* nodeOf(Handle h) {
  return const_cast<Value*>(static_cast<const Value*>(h.node));
}
Handle handleOf(const Value* v) {
  return {v};
}

Answer passed(const Bottom* b) {
  Answer out;
  out.state = State::Passed;
  out.value = builtin::Value::of(Handle{b});
  return out;
}

// A value with its default taken, finalized as far as it is one.
Value* settled(Context& c, Value* v) {
  if (auto* x = v->as<Vertex>()) c.finalize(x);
  v = defaultOf(c, v);
  if (auto* x = v->as<Vertex>()) {
    c.finalize(x);
    if (Value* u = unwrap(x)) return u;
  }
  return v;
}

bool simpleScalar(const Value* v, builtin::Value& out) {
  switch (v->kind) {
    case NodeKind::Null:
      out = builtin::Value::null();
      return true;
    case NodeKind::Bool:
      out = builtin::Value::of(static_cast<const ir::Bool*>(v)->value);
      return true;
    case NodeKind::Num:
      out = builtin::Value::of(static_cast<const ir::Num*>(v)->value);
      return true;
    case NodeKind::String:
      out = builtin::Value::string(static_cast<const ir::String*>(v)->text);
      return true;
    case NodeKind::Bytes:
      out = builtin::Value::bytes(static_cast<const ir::Bytes*>(v)->text);
      return true;
    default:
      return false;
  }
}

class EvalHost final : public builtin::Host {
 public:
  explicit EvalHost(Context& c) : c_(c) {}

  void step() override { c_.step(); }

  std::uint16_t kind(Handle value) override {
    Value* v = settled(c_, nodeOf(value));
    return kindOf(v);
  }

  std::uint16_t possibleKinds(Handle value) override { return kindOf(finalized(value)); }

  Answer scalar(Handle value) override {
    Value* v = settled(c_, nodeOf(value));
    if (auto* b = v->as<Bottom>()) return passed(b);
    builtin::Value out;
    if (simpleScalar(v, out)) return out;
    if (!isConcrete(v)) return Answer::error(State::Incomplete, message("non-concrete value ", v));
    return Answer::error(State::Failed, message("not a scalar: ", v));
  }

  Answer elements(Handle value, bool* open) override {
    // Taking the default of a list closes it, so whether it is open is asked before.
    Value* given = nodeOf(value);
    Value* v = settled(c_, given);
    auto* list = given->as<Vertex>();
    const bool isOpen = list != nullptr && list->deref()->isList() && !list->deref()->isClosedList();
    if (auto* b = v->as<Bottom>()) return passed(b);
    auto* x = v->as<Vertex>();
    if (x == nullptr || !x->isList()) {
      if (!isConcrete(v) && (kindOf(v) & kList) != 0) {
        return Answer::error(State::Incomplete, message("non-concrete value ", v));
      }
      return Answer::error(State::Failed, message("not a list: ", v));
    }
    if (open != nullptr) *open = isOpen;
    return this->list(x);
  }

  Answer data(Handle value) override {
    builtin::Value out;
    Bottom* err = nullptr;
    if (!dataOf(c_, nodeOf(value), out, err)) return passed(err);
    return out;
  }

  Answer concrete(Handle value) override {
    auto* x = finalized(value)->as<Vertex>();
    Bottom* err =
        x == nullptr ? nullptr : validateVertex(c_, x, {.concrete = true, .final = true, .allErrors = true});
    return err == nullptr ? Answer(builtin::Value::of(true)) : passed(err);
  }

  Answer shape(Handle value, builtin::StructShape& out) override {
    Value* v = settled(c_, nodeOf(value));
    if (auto* b = v->as<Bottom>()) return passed(b);
    auto* x = v->as<Vertex>();
    if (x == nullptr || x->isList()) {
      bool incomplete = (kindOf(v) & kStruct) != 0;
      return Answer::error(incomplete ? State::Incomplete : State::Failed, message("not a struct: ", v));
    }
    for (const Vertex* a : x->arcs) {
      if (!a->label.isRegular()) continue;
      if (a->arcType == ArcType::Member) ++out.regular;
      if (a->isConstraint()) ++out.constraints;
    }
    out.open = x->isOpenStruct() || x->patterns != nullptr;
    return builtin::Value::of(true);
  }

  Handle lookup(Handle value, std::string_view label) override {
    Value* v = settled(c_, nodeOf(value));
    auto* x = v->as<Vertex>();
    if (x == nullptr) return {};
    Vertex* arc = x->lookupRaw(c_.stringLabel(label));
    return arc != nullptr && arc->isDefined() ? handleOf(arc) : Handle{};
  }

  bool equal(Handle a, Handle b) override {
    // As within lists: 1 and 1.0 are not equal.
    Value* x = plain(a);
    Value* y = plain(b);
    return kindOf(x) == kindOf(y) && c_.equal(x, y, kEqualRegularOnly | kEqualIgnoreOptional);
  }

  bool isFinal(Handle value) override { return final(finalized(value), false); }

  bool matches(Handle value, Handle schema) override {
    Vertex* v = unifyValues(c_, nodeOf(value), nodeOf(schema));
    return validateVertex(c_, v, {.final = true, .reportIncomplete = true}) == nullptr;
  }

  bool accepts(Handle constraint, const builtin::Value& data) override {
    Vertex* v = unified({nodeOf(constraint), exprOfData(c_, data)});
    return c_.finalErr(v) == nullptr;
  }

  Answer validate(const builtin::Value& data, Handle schema, builtin::Strictness strictness) override {
    Vertex* document = unified({exprOfData(c_, data)});
    c_.finalize(document);
    Vertex* v = unifyValues(c_, document, nodeOf(schema));
    const bool concrete = strictness == builtin::Strictness::Concrete;
    const bool final = strictness != builtin::Strictness::Partial;
    Bottom* err = validateVertex(c_, v, {.concrete = concrete, .final = final, .allErrors = true});
    if (err == nullptr) return builtin::Value::of(true);
    if (concrete) {
      auto* lasting = c_.make<Bottom>();
      lasting->errors = err->errors;
      lasting->node = err->node;
      err = lasting;
    }
    return passed(err);
  }

  Answer less(Handle comparer, Handle x, Handle y) override {
    auto field = [&](const char* name, Value* v) {
      auto* f = c_.make<ir::Field>();
      f->label = c_.stringLabel(name);
      f->value = v;
      return f;
    };
    std::span<ir::Decl*> decls{c_.arena.array<ir::Decl*>(2), 2};
    decls[0] = field("x", nodeOf(x));
    decls[1] = field("y", nodeOf(y));
    auto* s = c_.make<ir::StructLit>();
    s->decls = decls;
    Vertex* v = unified({nodeOf(comparer), s});
    c_.finalize(v);
    if (Bottom* b = v->bottom()) return passed(b);
    Vertex* result = v->deref()->lookupRaw(c_.stringLabel("less"));
    Value* u = result == nullptr ? nullptr : settled(c_, result);
    if (u == nullptr) return Answer::error(State::Failed, "invalid comparer: no field less");
    if (auto* b = u->as<Bottom>()) return passed(b);
    auto* holds = u->as<ir::Bool>();
    if (holds == nullptr) return Answer::error(State::Incomplete, message("non-bool less: ", u));
    return builtin::Value::of(holds->value);
  }

  std::string text(Handle value) override { return printNode(c_, nodeOf(value)); }

  Answer list(Vertex* x) {
    std::span<builtin::Value> out{c_.arena.array<builtin::Value>(x->length()), x->length()};
    std::size_t n = 0;
    for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
      if (x->arcs[i]->label.isInt()) out[n++] = builtin::Value::of(handleOf(x->arcs[i]));
    }
    return builtin::Value::list(out);
  }

  std::string_view message(const char* words, const Value* v) {
    return c_.arena.copy(words + printNode(c_, v));
  }

 private:
  Value* finalized(Handle h) {
    Value* v = nodeOf(h);
    if (auto* x = v->as<Vertex>()) c_.finalize(x);
    return v;
  }

  // A scalar as such, however it is wrapped; else the Vertex.
  Value* plain(Handle h) {
    Value* v = settled(c_, nodeOf(h));
    return v->is<Vertex>() ? finalized(h) : v;
  }

  Vertex* unified(std::initializer_list<Node*> nodes) {
    auto* v = c_.make<Vertex>();
    for (Node* n : nodes) c_.addConjunct(v, c_.conjunct(nullptr, n));
    return v;
  }

  bool final(Value* v, bool closed) {
    if (auto* x = v->as<Vertex>()) {
      closed = closed || x->closedNonRecursive || x->closedRecursive;
      if (x->base != nullptr && x->base->isValue()) return final(x->base, closed);
      if (!closed) return false;
      for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
        Vertex* a = x->arcs[i];
        if (!a->label.isRegular()) continue;
        if ((a->arcType > ArcType::Member && !a->isErr()) || !final(a, false)) return false;
      }
      return true;
    }
    if (auto* b = v->as<Bottom>()) return b->code <= Code::StructuralCycle;
    return isConcrete(v);
  }

  Context& c_;
};

bool scalarArgument(Context& c, Value* v, builtin::Value& out, Node*& failure, std::uint32_t index) {
  Value* u = settled(c, v);
  if (auto* b = u->as<Bottom>()) {
    failure = b;
    return false;
  }
  if (simpleScalar(u, out)) return true;
  Bottom* b = c.newErrf("non-concrete argument {}", {static_cast<std::int64_t>(index)});
  b->code = Code::Incomplete;
  failure = b;
  return false;
}

}  // namespace

Node* callTable(Context& c, const Builtin& f, Vec<Value*>& args) {
  EvalHost host(c);
  std::vector<builtin::Value> values;
  values.reserve(args.size());
  for (std::uint32_t i = 0; i < args.size(); ++i) {
    Node* failure = nullptr;
    builtin::Value out;
    switch (f.params[i].passing) {
      case builtin::Passing::Scalar:
        if (!scalarArgument(c, args[i], out, failure, i)) return failure;
        break;
      case builtin::Passing::List: {
        Value* u = settled(c, args[i]);
        if (u->is<Bottom>()) return u;
        auto* x = u->as<Vertex>();
        if (x == nullptr || !x->isList()) {
          Bottom* b = c.newErrf("non-concrete list for argument {}", {static_cast<std::int64_t>(i)});
          b->code = Code::Incomplete;
          return b;
        }
        out = host.list(x).value;
        break;
      }
      case builtin::Passing::Handle: {
        if (!f.nonConcrete) {
          if (auto* x = args[i]->as<Vertex>()) c.finalize(x);
          Value* u = unwrap(defaultOf(c, args[i]));
          // What failed for good counts as concrete: the function finds out when it looks.
          auto* failed = u == nullptr ? nullptr : u->as<Bottom>();
          if (failed != nullptr && failed->isIncomplete()) return u;
          if (failed == nullptr && !isConcrete(u)) {
            Bottom* b = c.newErrf("non-concrete argument {}", {static_cast<std::int64_t>(i)});
            b->code = Code::Incomplete;
            return b;
          }
        }
        out = builtin::Value::of(handleOf(args[i]));
        break;
      }
    }
    values.push_back(out);
  }
  builtin::Call call(host, c.arena, values, c.isValidator);
  Answer answer = f.function->call(call);
  auto fail = [&](Code code) -> Node* {
    if (answer.message.empty() && code == Code::Eval) return c.make<ir::Bool>();
    if (answer.message.empty()) answer.message = "value does not satisfy the constraint yet";
    return c.bottomOf(c.newf("{}", {c.arena.copy(answer.message)}), code);
  };
  switch (answer.state) {
    case State::Ok:
      return exprOfData(c, answer.value);
    case State::Failed:
      return c.bottomOf(c.newf("{}", {c.arena.copy(answer.message)}), Code::Eval);
    case State::Incomplete:
      return c.bottomOf(c.newf("{}", {c.arena.copy(answer.message)}), Code::Incomplete);
    case State::Refused:
    case State::RefusedYet:
      if (!c.isValidator) return c.newBool(false);
      return fail(answer.state == State::Refused ? Code::Eval : Code::Incomplete);
    case State::Passed: {
      auto* b = nodeOf(answer.value.handle)->as<Bottom>();
      return b;
    }
  }
  return nullptr;
}

Node* exprOfData(Context& c, const builtin::Value& value) {
  using Type = builtin::Value::Type;
  switch (value.type) {
    case Type::Null:
      return c.makeAt<ir::Null>(c.src);
    case Type::Bool: {
      auto* out = c.makeAt<ir::Bool>(c.src);
      out->value = value.boolean;
      return out;
    }
    case Type::Number: {
      auto* out = c.makeAt<ir::Num>(c.src);
      out->value = number::copy(value.num, c.arena);
      return out;
    }
    case Type::String: {
      auto* out = c.makeAt<ir::String>(c.src);
      out->text = value.str();
      return out;
    }
    case Type::Bytes: {
      auto* out = c.makeAt<ir::Bytes>(c.src);
      out->text = value.str();
      return out;
    }
    case Type::List: {
      std::span<Node*> elements{c.arena.array<Node*>(value.count), value.count};
      for (std::size_t i = 0; i < value.count; ++i)
        elements[i] = deeper([&] { return exprOfData(c, value.list()[i]); });
      auto* out = c.makeAt<ir::ListLit>(c.src);
      out->elements = elements;
      return out;
    }
    case Type::Struct: {
      std::span<ir::Decl*> decls{c.arena.array<ir::Decl*>(value.count), value.count};
      for (std::size_t i = 0; i < value.count; ++i) {
        const builtin::Field& field = value.structure()[i];
        auto* f = c.makeAt<ir::Field>(c.src);
        f->label = c.stringLabel(field.label);
        f->value = deeper([&] { return exprOfData(c, field.value); });
        decls[i] = f;
      }
      auto* out = c.makeAt<ir::StructLit>(c.src);
      out->decls = decls;
      return out;
    }
    case Type::Handle:
      return nodeOf(value.handle);
  }
  return nullptr;
}

namespace {

bool dataOfVertex(Context& c, Vertex* x, builtin::Value& out, Bottom*& err) {
  if (x->isList()) {
    std::span<builtin::Value> elements{c.arena.array<builtin::Value>(x->length()), x->length()};
    std::size_t n = 0;
    for (std::uint32_t i = 0; i < x->arcs.size(); ++i) {
      if (x->arcs[i]->label.isInt() && !dataOf(c, x->arcs[i], elements[n++], err)) return false;
    }
    out = builtin::Value::list(elements);
    return true;
  }
  std::vector<builtin::Field> fields;
  for (Feature f : orderedFeatures(c, x)) {
    if (!f.isString()) continue;
    Vertex* arc = x->lookupRaw(f);
    if (arc != nullptr && arc->arcType == ArcType::Required) {
      err = c.bottomOf(c.newf("field {} is required but not present", {c.labelText(f)}), Code::Incomplete);
      return false;
    }
    if (arc == nullptr || !c.isDefined(arc)) continue;
    builtin::Field field;
    field.label = c.labelText(f);
    if (!dataOf(c, arc, field.value, err)) return false;
    fields.push_back(field);
  }
  std::span<builtin::Field> stored{c.arena.array<builtin::Field>(fields.size()), fields.size()};
  std::copy(fields.begin(), fields.end(), stored.begin());
  out = builtin::Value::structure(stored);
  return true;
}

}  // namespace

bool dataOf(Context& c, Value* v, builtin::Value& out, Bottom*& err) {
  c.step();
  v = settled(c, v);
  if (auto* b = v->as<Bottom>()) {
    err = b;
    return false;
  }
  if (simpleScalar(v, out)) return true;
  auto* x = v->as<Vertex>();
  if (x == nullptr || x->base == nullptr) {
    err = c.bottomOf(c.newf("cannot convert incomplete value {} to JSON", {v}), Code::Incomplete);
    return false;
  }
  Nesting nesting(c);
  return deeper([&] { return dataOfVertex(c, x, out, err); });
}

}  // namespace puppis::cue::eval
