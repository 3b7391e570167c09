// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/context.h"

#include "cue/eval/builtin.h"
#include "cue/eval/state.h"
#include "cue/runtime_impl.h"
#include "cue/syntax/literal.h"

namespace puppis::cue::eval {

namespace {
constexpr std::uint32_t kDefaultNesting = 10'000;
constexpr std::uint64_t kStepsPerCheck = 256;
}  // namespace

Context::Context(std::shared_ptr<Runtime> runtime, const Budget& budget)
    : arena(runtime->impl().arenas.take()),
      symbols(runtime->impl().symbols),
      runtime_(std::move(runtime)),
      budget_(budget) {
  maxNesting_ = budget.depth != 0 ? budget.depth : kDefaultNesting;
  if (budget.wallTime.count() != 0) deadline_ = std::chrono::steady_clock::now() + budget.wallTime;
  nextCheck_ = kStepsPerCheck;
  emptyNode = make<Vertex>();
  emptyNode->status = VertexStatus::Finalized;
  structMarker = make<ir::StructMarker>();
  cycle = make<Bottom>();
  cycle->code = Code::Cycle;
  cycle->placeholder = true;
  cycle->errors = listOf(newPosf({}, "cycle error", {}));
}

Context::~Context() {
  runtime_->impl().arenas.give(std::move(arena));
}

void Context::exhaust(std::string what) {
  if (!exhausted_) exhausted_.emplace(ErrorCode::ResourceExhausted, std::move(what));
  throw BudgetSignal{};
}

void Context::checkBudget() {
  nextCheck_ = steps_ + kStepsPerCheck;
  if (exhausted_) throw BudgetSignal{};
  if (budget_.steps != 0) {
    if (steps_ >= budget_.steps)
      exhaust("evaluation took more than " + std::to_string(budget_.steps) + " steps");
    nextCheck_ = std::min(nextCheck_, budget_.steps);
  }
  if (budget_.wallTime.count() != 0 && std::chrono::steady_clock::now() > deadline_) {
    exhaust("evaluation took longer than " + std::to_string(budget_.wallTime.count()) + "ms");
  }
  if (budget_.memoryBytes != 0 && arena.used() + symbols.bytes() > budget_.memoryBytes) {
    outOfMemory();
    throw BudgetSignal{};
  }
}

void Context::outOfMemory() {
  if (exhausted_) return;
  const bool limited = budget_.memoryBytes != 0;
  exhausted_.emplace(
      ErrorCode::ResourceExhausted,
      limited ? "evaluation took more than " + std::to_string(budget_.memoryBytes) + " bytes of memory"
              : "evaluation took more memory than there is");
}

void Context::enterDepth() {
  if (++nesting_ > maxNesting_) {
    --nesting_;
    exhaust("evaluation is nested more than " + std::to_string(maxNesting_) + " deep");
  }
}

Vertex* Context::derefRoot(Vertex* v) const {
  if (v == nullptr || v->overlays == 0) return v;
  for (auto frame = overlays.rbegin(); frame != overlays.rend(); ++frame) {
    auto it = frame->map->map.find(v);
    if (it != frame->map->map.end()) return it->second;
  }
  return v;
}

Environment* Context::spawn(Environment* up, Vertex* v, std::uint32_t compId) {
  auto* e = make<Environment>();
  e->up = up;
  e->vertex = v;
  e->compId = compId;
  return e;
}

Vertex* Context::newArc(Vertex* parent, Feature label, ArcType type) {
  Vertex* arc = make<Vertex>();
  arc->parent = parent;
  arc->label = label;
  arc->arcType = type;
  arc->nonRooted = parent->isDynamic || parent->nonRooted;
  arc->anonymous = parent->anonymous || parent->label.isLet();
  return arc;
}

Vertex* Context::newInlineVertex(Node* base, std::initializer_list<Conjunct> conjuncts) {
  auto* v = make<Vertex>();
  v->base = base;
  v->isDynamic = true;
  for (const Conjunct& c : conjuncts) v->conjuncts.push(arena, c);
  v->anonymous = inDetached > 0;
  return v;
}

Conjunct Context::conjunct(Environment* e, Node* x, const CloseInfo& ci) {
  return {e != nullptr ? e : make<Environment>(), x, ci};
}

Conjunct Context::anonymousConjunct(Environment* e, Node* x, RefNode* refs) {
  CloseInfo ci;
  ci.refs = refs;
  return conjunct(e, x, ci);
}

NodeState* Context::bareState(Vertex* v) {
  if (v->status == VertexStatus::Finalized) return nullptr;
  if (v->state == nullptr) {
    void* place = arena.allocate(sizeof(NodeState), alignof(NodeState));
    v->state = new (place) NodeState(*this, *v);
    v->state->initBare();
  }
  return v->state;
}

NodeState* Context::state(Vertex* v) {
  NodeState* s = bareState(v);
  if (s != nullptr && !s->isInitialized) s->scheduleConjuncts();
  return s;
}

Value* Context::getDefault(Value* v, bool& ok) {
  ok = true;
  for (;;) {
    ir::Disjunction* d = nullptr;
    if (v == nullptr) return nullptr;
    if (v->kind == NodeKind::Vertex) {
      auto* x = static_cast<Vertex*>(v);
      if (x->base == nullptr) return v;
      if (x->base->kind == NodeKind::Vertex) {
        v = x->base;
        continue;
      }
      d = x->base->as<ir::Disjunction>();
    } else {
      d = v->as<ir::Disjunction>();
    }
    if (d == nullptr) return v;
    if (d->numDefaults != 1) {
      addErrf(Code::Incomplete, src, "unresolved disjunction {} (type {})",
              {d, ErrorArg::ofKinds(kindOf(d))});
      ok = false;
      return nullptr;
    }
    v = d->values[0];
  }
}

bool Context::acceptsPattern(Vertex* v, Feature f) {
  v = v->deref();
  if (v->patterns == nullptr) return false;
  for (const PatternConstraint& pc : v->patterns->pairs) {
    if (matchPattern(pc.pattern, f)) return true;
  }
  return false;
}

bool Context::accept(Vertex* v, Feature f) {
  if (f.isDef() || f.isHidden() || f.isLet()) return true;
  v = v->deref();
  if (v->base != nullptr && v->base->kind == NodeKind::Disjunction) {
    for (Value* x : static_cast<ir::Disjunction*>(v->base)->values) {
      if (auto* alternative = x->as<Vertex>(); alternative != nullptr && accept(alternative, f)) return true;
    }
    return false;
  }
  if (f.isInt()) {
    if (v->isList()) return f.index() < v->length() || !v->isClosedList();
    return (kindOf(v) & kList) != 0;
  }
  std::uint16_t k = kindOf(v);
  if ((k & kStruct) == 0 && f.isString() && (k != kBottom || v->structs.empty())) return false;
  if (v->isOpenStruct() || v->lookupRaw(f) != nullptr) return true;
  return acceptsPattern(v, f);
}

Vertex* Context::importInstance(const Program* program) {
  Vertex*& v = imports_[program];
  if (v == nullptr) v = instantiateProgram(*this, *program);
  return v;
}

void Context::addConjunct(Vertex* v, const Conjunct& c) {
  switch (c.x->kind) {
    case NodeKind::PatternField:
    case NodeKind::Ellipsis:
      break;
    case NodeKind::Field:
      updateArcType(v, static_cast<ir::Field*>(c.x)->arcType);
      break;
    case NodeKind::DynamicField:
      updateArcType(v, static_cast<ir::DynamicField*>(c.x)->arcType);
      break;
    default:
      v->arcType = ArcType::Member;
  }
  for (const Conjunct& x : v->conjuncts) {
    if (x.x == c.x && sameEnv(x.env, c.env)) return;
  }
  v->conjuncts.push(arena, c);
}

void Context::addStruct(Vertex* v, ir::StructLit* s, std::uint32_t compId) {
  for (StructInfo& known : v->structs) {
    if (known.literal == s) {
      ++known.repeats;
      known.initialized = true;
      return;
    }
  }
  v->structs.push(arena, {s, 0, compId, true});
}

void Context::updateArcType(Vertex* v, ArcType t) {
  if (v->arcType == ArcType::Pending && v->state != nullptr && (v->state->frozen & kArcTypeKnown) != 0) {
    const char* message = "cyclic reference to field {}";
    fieldError(v->parent, src, v->label, message, message);
    return;
  }
  if (t >= v->arcType || v->arcType == ArcType::NotPresent) return;
  if (v->parent != nullptr && v->parent->arcType == ArcType::Pending && v->parent->state != nullptr) {
    v->parent->state->unshare();
  }
  v->arcType = t;
}

void Context::setValue(Vertex* v, Node* base) {
  v->base = base;
  v->status = VertexStatus::Finalized;
}

std::string_view Context::labelText(Feature f) const {
  if (f.isLet() || f.isInt()) return {};
  std::string_view text = symbols.text(f.index());
  if (f.isHidden()) text = text.substr(0, text.find('\0'));
  return text;
}

std::string Context::selectorText(Feature f) const {
  if (f.isInt()) return std::to_string(f.index());
  if (f.isLet()) return "let[]";
  std::string text(labelText(f));
  if (f.isString()) return quoteLabel(text);
  return text;
}

std::string Context::pathText(const Vertex* v) const {
  std::vector<const Vertex*> chain;
  for (; v != nullptr && v->parent != nullptr; v = v->parent) {
    if (v->label.valid() && v->parent->base != v) chain.push_back(v);
  }
  std::string out;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    if (!out.empty()) out += '.';
    out += selectorText((*it)->label);
  }
  return out;
}

Value* Context::labelValue(Feature f) {
  if (f.isInt()) return newInt(f.index());
  auto* s = make<ir::String>();
  s->text = labelText(f);
  return s;
}

Feature Context::labelFromValue(Expr* source, Value* v) {
  bool ok = true;
  v = getDefault(v, ok);
  if (isError(v)) return {};
  switch (kindOf(v)) {
    case kInt:
    case kNumber: {
      Value* u = unwrap(v);
      auto* x = u == nullptr ? nullptr : u->as<ir::Num>();
      if (x == nullptr) {
        addErrf(Code::Incomplete, v->origin(), "invalid non-ground value {} (must be concrete int)", {v});
        return {};
      }
      auto i = number::toInt64(x->value);
      if (!i || !x->value.isInt() || *i > static_cast<std::int64_t>(Feature::kMaxIndex) - 1) {
        addErrf("invalid index {}", {source != nullptr ? source : v});
        return {};
      }
      if (*i < 0) {
        if (source == nullptr || source->kind == NodeKind::Num || source->kind == NodeKind::UnaryExpr) {
          addErrf("invalid index {} (index must be non-negative)", {x});
        } else {
          addErrf("index {} out of range [{}]", {source, x});
        }
        return {};
      }
      return intLabel(*i);
    }
    case kString: {
      Value* u = unwrap(v);
      auto* x = u == nullptr ? nullptr : u->as<ir::String>();
      if (x == nullptr) {
        addErrf(Code::Incomplete, v->origin(), "invalid non-ground value {} (must be concrete string)", {v});
        return {};
      }
      return stringLabel(x->text);
    }
    default:
      if (source != nullptr) {
        addErrf("invalid index {} (invalid type {})", {source, ErrorArg::ofKinds(kindOf(v))});
      } else {
        addErrf("invalid index type {}", {ErrorArg::ofKinds(kindOf(v))});
      }
      return {};
  }
}

}  // namespace puppis::cue::eval
