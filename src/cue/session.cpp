// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/stack.h"
#include "cue/compile/compiler.h"
#include "cue/expression.h"
#include "cue/session_impl.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

using eval::Conjunct;
using eval::Vertex;

Session::Session(std::shared_ptr<Runtime> runtime, Budget budget)
    : impl_(std::make_unique<Impl>(std::move(runtime), budget)) {}
Session::~Session() = default;

void Session::recordYields() {
  impl_->ctx.yields = &impl_->yields;
}
std::vector<Location> Session::yields() const {
  std::vector<Location> out;
  for (const auto& [unit, at] : impl_->yields) out.push_back(eval::locate({unit, at}));
  return out;
}

const std::optional<Error>& Session::exhausted() const {
  return impl_->ctx.exhausted();
}
void Session::deferOptionalFields(bool deferred) {
  impl_->ctx.defersOptional = deferred;
}
std::uint64_t Session::steps() const {
  return impl_->ctx.steps();
}
std::size_t Session::arenaBytes() const {
  return impl_->ctx.arena.bytes();
}
const std::shared_ptr<Runtime>& Session::runtime() const {
  return impl_->ctx.runtimePtr();
}

ir::Unit* Session::Impl::unitFor(std::shared_ptr<const SourceFile> source, const ir::Unit* appendedTo) {
  auto unit = std::make_unique<ir::Unit>();
  unit->source = std::move(source);
  unit->appendedTo = appendedTo;
  units.push_back(std::move(unit));
  return units.back().get();
}

ir::Node* Session::Impl::exprOf(const data::Value& value, const ir::Unit* unit) {
  auto at = [&](auto* node) {
    node->unit = unit;
    node->mark = std::uint64_t{value.mark().line} << 24 | value.mark().column;
    return node;
  };
  switch (value.kind()) {
    case data::Kind::Null:
      return at(ctx.make<ir::Null>());
    case data::Kind::Bool: {
      auto* out = at(ctx.make<ir::Bool>());
      out->value = value.asBool();
      return out;
    }
    case data::Kind::Int: {
      auto* out = at(ctx.make<ir::Num>());
      out->value = number::Decimal::ofInt(value.asInt());
      return out;
    }
    case data::Kind::Number: {
      auto* out = at(ctx.make<ir::Num>());
      out->value = number::parseDecimal(value.numberText(), ctx.arena).value_or(number::Decimal());
      return out;
    }
    case data::Kind::String: {
      auto* out = at(ctx.make<ir::String>());
      out->text = ctx.arena.copy(value.asString());
      return out;
    }
    case data::Kind::Array: {
      std::span<ir::Node*> elements{ctx.arena.array<ir::Node*>(value.size()), value.size()};
      std::size_t i = 0;
      for (const data::Value& e : value.elements()) elements[i++] = exprOf(e, unit);
      auto* out = at(ctx.make<ir::ListLit>());
      out->elements = elements;
      out->isPlain = true;
      return out;
    }
    case data::Kind::Object: {
      std::span<ir::Node*> decls{ctx.arena.array<ir::Node*>(value.size()), value.size()};
      std::size_t i = 0;
      for (const data::Member& m : value.members()) {
        auto* f = ctx.make<ir::Field>();
        f->unit = unit;
        f->mark = std::uint64_t{m.keyMark.line} << 24 | m.keyMark.column;
        f->label = ctx.stringLabel(m.key.str());
        f->value = exprOf(m.value, unit);
        decls[i++] = f;
      }
      auto* out = at(ctx.make<ir::StructLit>());
      out->decls = decls;
      out->isStatic = true;
      out->isPlain = true;
      return out;
    }
  }
  return ctx.make<ir::Null>();
}

Feature Session::Impl::featureOf(const Selector& s) {
  auto hidden = [&](LabelType type) {
    std::string key = s.name;
    key += '\0';
    key += s.package;
    return Feature(type, ctx.symbols.intern(key));
  };
  switch (s.type) {
    case Selector::Type::String:
      return ctx.stringLabel(s.name);
    case Selector::Type::Index:
      return eval::Context::intLabel(s.index);
    case Selector::Type::Definition:
      return {LabelType::Definition, ctx.symbols.intern(s.name)};
    case Selector::Type::Hidden:
      return hidden(LabelType::Hidden);
    case Selector::Type::HiddenDefinition:
      return hidden(LabelType::HiddenDefinition);
  }
  return {};
}

Selector Session::Impl::selectorOf(Feature f) {
  Selector out;
  out.name = std::string(ctx.labelText(f));
  switch (f.type()) {
    case LabelType::Int:
      out.type = Selector::Type::Index;
      out.index = f.index();
      break;
    case LabelType::Definition:
      out.type = Selector::Type::Definition;
      break;
    case LabelType::Hidden:
    case LabelType::HiddenDefinition: {
      out.type = f.type() == LabelType::Hidden ? Selector::Type::Hidden : Selector::Type::HiddenDefinition;
      std::string_view key = ctx.symbols.text(f.index());
      out.package = std::string(key.substr(std::min(key.size(), key.find('\0') + 1)));
      break;
    }
    default:
      break;
  }
  return out;
}

namespace {

// Whether `literal` can give its Vertex the field f in no other way than by declaring it: not by an
// embedding, a pattern or a computed label, and not under a condition.
bool declaresOnlyPlainly(const ir::StructLit& literal, Feature f, bool conditional) {
  for (const ir::Decl* d : literal.decls) {
    switch (d->kind) {
      case ir::NodeKind::Field:
        if (conditional && static_cast<const ir::Field*>(d)->label == f) return false;
        break;
      case ir::NodeKind::LetField:
      case ir::NodeKind::Ellipsis:
        break;
      case ir::NodeKind::Comprehension: {
        const auto* c = static_cast<const ir::Comprehension*>(d);
        if (!declaresOnlyPlainly(*c->value, f, true)) return false;
        if (c->fallback != nullptr && !declaresOnlyPlainly(*c->fallback, f, true)) return false;
        break;
      }
      default:
        return false;
    }
  }
  return true;
}

bool declaresOnlyPlainly(const CompiledProgram& program, Feature f) {
  return std::all_of(program.roots.begin(), program.roots.end(),
                     [f](const ir::StructLit* root) { return declaresOnlyPlainly(*root, f, false); });
}

}  // namespace

Value Session::evaluate(std::shared_ptr<const Program> program, std::span<const Binding> bindings) {
  eval::Context& ctx = impl_->ctx;
  const auto& compiled = static_cast<const CompiledProgram&>(*program);
  Vertex* root = eval::instantiateProgram(ctx, *program);
  const ir::Unit* last = compiled.units.empty() ? nullptr : compiled.units.back().get();
  eval::Environment* env = ctx.make<eval::Environment>();
  std::vector<Feature> bound;
  for (const Binding& b : bindings) {
    auto path = parsePath(b.path);
    if (!path || path->empty()) continue;
    bound.push_back(impl_->featureOf(path->front()));
    ir::Unit* unit = impl_->unitFor(b.source, last);
    ir::Node* value = impl_->exprOf(b.value, unit);
    for (auto s = path->rbegin(); s != path->rend(); ++s) {
      auto* f = ctx.make<ir::Field>();
      f->unit = unit;
      f->mark = value->mark;
      f->label = impl_->featureOf(*s);
      f->value = value;
      auto* lit = ctx.make<ir::StructLit>();
      lit->unit = unit;
      lit->mark = value->mark;
      lit->decls = {ctx.arena.array<ir::Node*>(1), 1};
      lit->decls[0] = f;
      lit->isFile = std::next(s) == path->rend();
      value = lit;
    }
    root->conjuncts.push(ctx.arena, ctx.conjunct(env, value));
  }
  if (std::all_of(bound.begin(), bound.end(), [&](Feature f) { return declaresOnlyPlainly(compiled, f); })) {
    ctx.bindFirst(root, bound);
  }
  impl_->programs.push_back(std::move(program));
  return {this, root};
}

Value Session::fromData(const data::Value& value, std::shared_ptr<const SourceFile> source) {
  eval::Context& ctx = impl_->ctx;
  auto* v = ctx.make<Vertex>();
  v->conjuncts.push(ctx.arena,
                    ctx.conjunct(nullptr, impl_->exprOf(value, impl_->unitFor(std::move(source), nullptr))));
  return {this, v};
}

Value Session::makeStruct(std::span<const FieldView> fields, bool open) {
  eval::Context& ctx = impl_->ctx;
  auto* lit = ctx.make<ir::StructLit>();
  lit->decls = {ctx.arena.array<ir::Node*>(fields.size() + (open ? 1 : 0)), fields.size() + (open ? 1 : 0)};
  std::size_t i = 0;
  for (const FieldView& f : fields) {
    auto* out = ctx.make<ir::Field>();
    out->label = impl_->featureOf(f.selector);
    out->arcType = f.presence == Presence::Optional   ? ir::ArcType::Optional
                   : f.presence == Presence::Required ? ir::ArcType::Required
                                                      : ir::ArcType::Member;
    out->value = f.value.vertex();
    lit->decls[i++] = out;
  }
  if (open) {
    auto* rest = ctx.make<ir::Ellipsis>();
    rest->value = ctx.make<ir::Top>();
    lit->decls[i] = rest;
  }
  auto* v = ctx.make<Vertex>();
  v->conjuncts.push(ctx.arena, ctx.conjunct(nullptr, lit));
  return {this, v};
}

Value Session::makeList(std::span<const Value> elements, bool open) {
  eval::Context& ctx = impl_->ctx;
  auto* lit = ctx.make<ir::ListLit>();
  lit->elements = {ctx.arena.array<ir::Node*>(elements.size() + (open ? 1 : 0)),
                   elements.size() + (open ? 1 : 0)};
  std::size_t i = 0;
  for (const Value& e : elements) lit->elements[i++] = e.vertex();
  if (open) {
    auto* rest = ctx.make<ir::Ellipsis>();
    rest->value = ctx.make<ir::Top>();
    lit->elements[i] = rest;
  }
  auto* v = ctx.make<Vertex>();
  v->conjuncts.push(ctx.arena, ctx.conjunct(nullptr, lit));
  return {this, v};
}

Value Session::reopened(const Value& value) {
  std::uint16_t k = value.kind();
  if (k == kStruct) {
    std::vector<FieldView> fields = value.fields(FieldFilter::all());
    for (FieldView& f : fields) f.value = deeper([&] { return reopened(f.value); });
    return makeStruct(fields, true);
  }
  if (k == kList) {
    std::vector<Value> elements = value.elements();
    for (Value& e : elements) e = deeper([&] { return reopened(e); });
    return makeList(elements, true);
  }
  return value;
}

Result<Value> Session::evaluateExpression(std::string_view text, const Value& scope,
                                          const CompileOptions& options) {
  return cue::evaluateExpression(*this, SourceFile::make("<expression>", std::string(text)), scope, options);
}

// Names resolve to fields of the scope, then as usual, then to packages of the standard library.
Result<Value> evaluateExpression(Session& session, std::shared_ptr<const SourceFile> source,
                                 const Value& scope, const CompileOptions& options) {
  TRY(auto file, parseExpression(std::move(source)));
  Session::Impl& impl = session.impl();
  eval::Context& ctx = impl.ctx;
  Compiler compiler(ctx.runtime(), options);
  Vertex* around = scope.vertex();
  if (around != nullptr) {
    guarded(ctx, false, [&] {
      ctx.finalize(around);
      return true;
    });
    around = around->deref();
    std::vector<Feature> labels;
    for (const Vertex* a : around->arcs) {
      if (a->label.isLet()) continue;
      // The compiler knows the shared labels only.
      labels.push_back(a->label.isString() ? Feature(LabelType::String, ctx.runtime().impl().symbols.intern(
                                                                            ctx.labelText(a->label)))
                                           : a->label);
    }
    compiler.setScope(std::move(labels));
  }
  compiler.inferPackages();
  compiler.expression(file);
  TRY(auto program, compiler.finish());
  auto* v = ctx.make<Vertex>();
  eval::Environment* env = ctx.make<eval::Environment>();
  env->vertex = around;
  v->conjuncts.push(ctx.arena, ctx.conjunct(env, program->expression));
  impl.programs.push_back(program);
  return Value(&session, v);
}

}  // namespace puppis::cue
