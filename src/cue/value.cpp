// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/stack.h"
#include "cue/session_impl.h"

namespace puppis::cue {

using eval::Bottom;
using eval::Context;
using eval::Vertex;
using ir::ArcType;

namespace {

Context& contextOf(const Value& v) {
  return v.session()->impl().ctx;
}

Vertex* finished(const Value& v) {
  Vertex* x = v.vertex();
  Context& ctx = contextOf(v);
  guarded(ctx, false, [&] {
    ctx.finalize(x);
    return true;
  });
  return x->deref();
}

Vertex* resolvedVertex(const Value& v) {
  Vertex* x = finished(v);
  Vertex* d = eval::defaultOfVertex(contextOf(v), x);
  if (d != x) {
    Context& ctx = contextOf(v);
    guarded(ctx, false, [&] {
      ctx.finalize(d);
      return true;
    });
  }
  return d->deref();
}

Error wrongKind(const Value& v, const char* wanted) {
  if (v.session() != nullptr) {
    if (const auto& limit = v.session()->exhausted()) return *limit;
  }
  if (!v.exists()) return Error(ErrorCode::NotFound, "value does not exist").expected(wanted);
  if (auto error = v.error()) return *error;
  Context& ctx = contextOf(v);
  Vertex* x = resolvedVertex(v);
  ir::Value* shown = x->value();
  bool incomplete = !eval::isConcrete(x);
  Error out(ErrorCode::Invalid, incomplete ? "value is not concrete" : "value is of the wrong kind");
  out.expected(wanted).found(eval::printNode(ctx, shown != nullptr ? shown : x));
  out.path(ctx.pathText(v.vertex()));
  if (incomplete) out.reason("incomplete");
  return out;
}

}  // namespace

bool Value::exists() const {
  return vertex_ != nullptr;
}

Value Value::lookup(std::string_view path) const {
  auto parsed = parsePath(path);
  return parsed ? lookup(*parsed) : Value();
}

Value Value::lookup(std::span<const Selector> path) const {
  Value v = *this;
  for (const Selector& s : path) v = v.field(s);
  return v;
}

Value Value::field(const Selector& selector) const {
  if (vertex_ == nullptr) return {};
  Vertex* x = finished(*this);
  Feature f = session_->impl().featureOf(selector);
  auto find = [&](Vertex* in) -> Vertex* {
    Vertex* arc = in->lookupRaw(f);
    return arc != nullptr && arc->arcType <= ArcType::Optional ? arc : nullptr;
  };
  Vertex* arc = find(x);
  if (arc == nullptr) arc = find(resolvedVertex(*this));
  if (arc == nullptr || arc->arcType == ArcType::Optional) return {};
  return {session_, arc};
}

Value Value::element(std::size_t index) const {
  Selector s;
  s.type = Selector::Type::Index;
  s.index = static_cast<std::int64_t>(index);
  return field(s);
}

std::vector<Selector> Value::path() const {
  std::vector<Selector> out;
  for (const Vertex* v = vertex_; v != nullptr && v->parent != nullptr; v = v->parent) {
    if (v->label.valid() && v->parent->base != v) out.push_back(session_->impl().selectorOf(v->label));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::uint16_t Value::kind() const {
  if (vertex_ == nullptr) return kBottom;
  Vertex* x = resolvedVertex(*this);
  if (x->base == nullptr || x->base->kind == ir::NodeKind::Bottom || !eval::isConcrete(x)) return kBottom;
  return eval::kindOf(x);
}

std::uint16_t Value::incompleteKind() const {
  if (vertex_ == nullptr) return kBottom;
  Vertex* x = finished(*this);
  auto* b = x->base == nullptr ? nullptr : x->base->as<Bottom>();
  if (b != nullptr && b->isIncomplete()) {
    std::uint16_t k = x->state != nullptr ? x->state->kind : static_cast<std::uint16_t>(kTop);
    return k == kBottom ? static_cast<std::uint16_t>(kTop) : k;
  }
  return eval::kindOf(x);
}

bool Value::isConcrete() const {
  return kind() != kBottom;
}

bool Value::isOpen() const {
  if (vertex_ == nullptr) return false;
  Vertex* x = finished(*this);
  if (x->isList()) return !x->isClosedList();
  return (eval::kindOf(x) & kStruct) != 0 && x->isOpenStruct();
}

std::optional<Value> Value::defaultValue() const {
  if (vertex_ == nullptr) return std::nullopt;
  Vertex* x = finished(*this);
  Vertex* d = eval::defaultOfVertex(contextOf(*this), x);
  if (d == x) return std::nullopt;
  return Value(session_, d);
}

Value Value::resolved() const {
  return vertex_ == nullptr ? Value() : Value(session_, resolvedVertex(*this));
}

std::optional<Error> Value::error() const {
  if (vertex_ == nullptr) return std::nullopt;
  Vertex* x = finished(*this);
  if (const auto& limit = session_->exhausted()) return *limit;
  Bottom* b = x->bottom();
  if (b == nullptr) return std::nullopt;
  return eval::toError(contextOf(*this), *b);
}

namespace {
template <typename T>
T* scalarOf(const Value& v) {
  if (v.vertex() == nullptr) return nullptr;
  Vertex* x = resolvedVertex(v);
  return x->base == nullptr ? nullptr : x->base->as<T>();
}
}  // namespace

Result<bool> Value::asBool() const {
  if (auto* b = scalarOf<ir::Bool>(*this)) return b->value;
  return puppis::fail(wrongKind(*this, "bool"));
}

Result<std::string> Value::asString() const {
  if (auto* s = scalarOf<ir::String>(*this)) return std::string(s->text);
  return puppis::fail(wrongKind(*this, "string"));
}

Result<std::string> Value::asBytes() const {
  if (auto* b = scalarOf<ir::Bytes>(*this)) return std::string(b->text);
  if (auto* s = scalarOf<ir::String>(*this)) return std::string(s->text);
  return puppis::fail(wrongKind(*this, "bytes"));
}

Result<std::int64_t> Value::asInt() const {
  if (auto* n = scalarOf<ir::Num>(*this)) {
    if (auto i = number::toInt64(n->value); i && n->value.isInt()) return *i;
  }
  return puppis::fail(wrongKind(*this, "int"));
}

Result<std::string> Value::asNumber() const {
  if (auto* n = scalarOf<ir::Num>(*this)) return number::toText(n->value);
  return puppis::fail(wrongKind(*this, "number"));
}

std::vector<FieldView> Value::fields(FieldFilter filter) const {
  std::vector<FieldView> out;
  if (vertex_ == nullptr) return out;
  Context& ctx = contextOf(*this);
  Vertex* x = resolvedVertex(*this);
  std::vector<Feature> order =
      guarded(ctx, std::vector<Feature>(), [&] { return eval::orderedFeatures(ctx, x); });
  for (Feature f : order) {
    if (f.isLet() || f.isInt()) continue;
    if (f.isDef() && !filter.definitions) continue;
    if (f.isHidden() && !filter.hidden) continue;
    Vertex* arc = x->lookupRaw(f);
    if (arc == nullptr || arc->arcType > ArcType::Optional) continue;
    FieldView view;
    view.selector = session_->impl().selectorOf(f);
    view.value = Value(session_, arc);
    if (arc->arcType == ArcType::Optional) {
      if (!filter.optional) continue;
      view.presence = Presence::Optional;
    } else if (arc->arcType == ArcType::Required) {
      if (!filter.required) continue;
      view.presence = Presence::Required;
    }
    out.push_back(std::move(view));
  }
  return out;
}

std::size_t Value::length() const {
  if (vertex_ == nullptr) return 0;
  Vertex* x = resolvedVertex(*this);
  return x->isList() ? x->length() : 0;
}

std::vector<Value> Value::elements() const {
  std::vector<Value> out;
  if (vertex_ == nullptr) return out;
  Vertex* x = resolvedVertex(*this);
  for (Vertex* a : x->arcs) {
    if (a->label.isInt()) out.emplace_back(session_, a);
  }
  return out;
}

std::vector<Error> Value::validate(ValidateOptions options) const {
  if (vertex_ == nullptr) return {};
  Context& ctx = contextOf(*this);
  Vertex* x = vertex_;
  finished(*this);
  Bottom* b = guarded(ctx, static_cast<Bottom*>(nullptr), [&] {
    return eval::validateVertex(
        ctx, x,
        {.concrete = options.concrete, .final = options.final || options.concrete, .allErrors = true});
  });
  if (const auto& limit = session_->exhausted()) return {*limit};
  std::vector<Error> out;
  if (b == nullptr) return out;
  for (const eval::ErrorReport& r : eval::reportErrors(ctx, *b)) out.push_back(eval::toError(ctx, r));
  return out;
}

Value Value::unify(const Value& other) const {
  if (vertex_ == nullptr || other.vertex_ == nullptr) return {};
  Context& ctx = contextOf(*this);
  Vertex* v = guarded(ctx, static_cast<Vertex*>(nullptr),
                      [&] { return eval::unifyValues(ctx, vertex_, other.vertex_); });
  return v == nullptr ? Value() : Value(session_, v);
}

Value Value::fillPath(std::span<const Selector> path, const Value& other) const {
  Value wrapped = other;
  for (auto s = path.rbegin(); s != path.rend(); ++s) {
    if (s->type == Selector::Type::Index) {
      Context& ctx = contextOf(*this);
      std::vector<Value> elements;
      for (std::int64_t i = 0; i < s->index; ++i) {
        auto* top = ctx.make<Vertex>();
        top->conjuncts.push(ctx.arena, ctx.conjunct(nullptr, ctx.make<ir::Top>()));
        elements.emplace_back(session_, top);
      }
      elements.push_back(wrapped);
      wrapped = session_->makeList(elements, true);
    } else {
      FieldView f;
      f.selector = *s;
      f.value = wrapped;
      wrapped = session_->makeStruct(std::span<const FieldView>(&f, 1), false);
    }
  }
  return unify(wrapped);
}

Value Value::fillPath(std::string_view path, const data::Value& data) const {
  auto parsed = parsePath(path);
  if (!parsed || vertex_ == nullptr) return {};
  return fillPath(*parsed, session_->fromData(data));
}

bool Value::equals(const Value& other) const {
  if (vertex_ == nullptr || other.vertex_ == nullptr) return vertex_ == other.vertex_;
  Context& ctx = contextOf(*this);
  Vertex* a = finished(*this);
  Vertex* b = finished(other);
  return guarded(ctx, false,
                 [&] { return ctx.equal(a, b, eval::kEqualRegularOnly | eval::kEqualIgnoreOptional); });
}

void Value::walk(const std::function<bool(const Value&)>& before,
                 const std::function<void(const Value&)>& after, FieldFilter filter) const {
  if (vertex_ == nullptr) return;
  if (!before(*this)) return;
  for (const Value& e : elements()) deeper([&] { e.walk(before, after, filter); });
  for (const FieldView& f : fields(filter)) deeper([&] { f.value.walk(before, after, filter); });
  if (after) after(*this);
}

}  // namespace puppis::cue
