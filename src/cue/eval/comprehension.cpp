// SPDX-License-Identifier: Apache-2.0
#include "cue/eval/state.h"

// The clauses of a comprehension, evaluated to the Environments its body is to be inserted in.

namespace puppis::cue::eval {

namespace {

class Clauses {
 public:
  Clauses(Context& c, ir::Comprehension* x, VertexStatus status, bool onlyFinished, Vec<Environment*>& out)
      : c_(c), x_(x), status_(status), onlyFinished_(onlyFinished), out_(out), compId_(++c.nextCompId) {}

  void run() { clause(0); }
  /// Something was not finished that should have been.
  [[nodiscard]] bool isUndecided() const { return undecided_; }

 private:
  // Goes on with the next clause in `env`; false when a failure ends it all.
  bool next(std::size_t i, Environment* env) {
    if (i >= x_->clauses.size()) {
      if (c_.yields != nullptr) c_.yields->emplace(x_->origin().unit, x_->origin().at);
      out_.push(c_.arena, env);
      return true;
    }
    StateFrame frame(c_, env, x_->clauses[i]->origin());
    clause(i);
    if (Bottom* b = frame.pop()) {
      c_.addBottom(b);
      return false;
    }
    return c_.errs == nullptr && !undecided_;
  }

  // The answer of comparisons with `_|_` about finished data, also of several joined, which most conditions
  // are.
  [[nodiscard]] std::optional<bool> presenceTest(const Expr* x) const {
    const auto* b = x->as<ir::BinaryExpr>();
    if (b == nullptr) return std::nullopt;
    if (b->op == Op::BoolAnd || b->op == Op::BoolOr) {
      auto left = presenceTest(b->x);
      auto right = left ? presenceTest(b->y) : std::nullopt;
      if (!right) return std::nullopt;
      return b->op == Op::BoolAnd ? *left && *right : *left || *right;
    }
    if ((b->op != Op::Equal && b->op != Op::NotEqual) || isLiteralBottom(b->x) || !isLiteralBottom(b->y))
      return std::nullopt;
    auto present = c_.presenceOfFinished(b->x);
    if (!present) return std::nullopt;
    return *present == (b->op == Op::NotEqual);
  }

  // Whether the clause may be evaluated as far as `x` is concerned.
  bool decides(Expr* x) {
    if (onlyFinished_ && !c_.dependsOnFinished(x)) undecided_ = true;
    return !undecided_;
  }

  void clause(std::size_t i) {
    Node* x = x_->clauses[i];
    switch (x->kind) {
      case NodeKind::ForClause:
        if (decides(static_cast<ir::ForClause*>(x)->source)) forClause(i, static_cast<ir::ForClause*>(x));
        break;
      case NodeKind::IfClause: {
        if (auto known =
                onlyFinished_ ? presenceTest(static_cast<ir::IfClause*>(x)->condition) : std::nullopt) {
          c_.step();
          if (*known) next(i + 1, c_.env);
          break;
        }
        if (!decides(static_cast<ir::IfClause*>(x)->condition)) break;
        Value* v = c_.value(static_cast<ir::IfClause*>(x)->condition,
                            {.condition = kScalarKnown, .mode = RunMode::Yield, .status = status_});
        if (c_.boolValue(v)) next(i + 1, c_.env);
        break;
      }
      case NodeKind::LetClause: {
        auto* let = static_cast<ir::LetClause*>(x);
        next(i + 1, bind(let->label, let->expr));
        break;
      }
      case NodeKind::TryClause:
        undecided_ = onlyFinished_;
        if (!undecided_) tryClause(i, static_cast<ir::TryClause*>(x));
        break;
      default:
        break;
    }
  }

  Environment* bind(Feature label, Expr* expr) {
    auto* variable = c_.make<Vertex>();
    variable->label = label;
    variable->isDynamic = true;
    variable->anonymous = true;
    variable->conjuncts.push(c_.arena, {c_.env, expr, c_.info});
    auto* scope = c_.make<Vertex>();
    scope->arcs.push(c_.arena, variable);
    return c_.spawn(c_.env, scope, compId_);
  }

  void forClause(std::size_t i, ir::ForClause* x) {
    Environment* env = c_.env;
    Vertex* source = c_.forSource(x->source);
    if (NodeState* s = c_.state(source)) s->freeze(kFieldSetKnown);
    for (std::uint32_t k = 0; k < source->arcs.size(); ++k) {
      Vertex* a = source->arcs[k];
      if (!a->label.isRegular()) continue;
      c_.step();  // nested loops multiply without evaluating anything, so each turn counts
      if (NodeState* s = c_.state(a)) s->process(kArcTypeKnown, RunMode::AttemptOnly);
      if (a->arcType == ArcType::Required) {
        ErrorEntry* e = c_.newf("missing required field in for comprehension: {}", {a->label});
        c_.addPlaces(e->more, x);
        for (const Conjunct& conjunct : a->conjuncts) c_.addPlaces(e->more, conjunct.x);
        c_.addBottom(c_.bottomOf(e, Code::Incomplete));
        continue;
      }
      if (a->arcType != ArcType::Member) continue;
      auto* scope = c_.make<Vertex>();
      scope->parent = c_.vertexOf(env);
      scope->status = VertexStatus::Finalized;
      scope->isDynamic = true;
      scope->anonymous = true;
      if (x->value.valid()) {
        auto* v = c_.make<Vertex>();
        v->label = x->value;
        v->base = a;
        v->isDynamic = true;
        v->anonymous = true;
        v->arcType = ArcType::Pending;
        scope->arcs.push(c_.arena, v);
      }
      if (x->key.valid()) {
        auto* v = c_.make<Vertex>();
        v->label = x->key;
        v->isDynamic = true;
        v->anonymous = true;
        Value* key = c_.labelValue(a->label);
        Context::setOrigin(*key, c_.src);
        v->conjuncts.push(c_.arena, c_.conjunct(env, key));
        c_.setValue(v, key);
        scope->arcs.push(c_.arena, v);
      }
      if (!next(i + 1, c_.spawn(env, scope, compId_))) break;
    }
  }

  // The body is evaluated on its own first; where one of its optional references finds nothing, there is
  // none.
  void tryClause(std::size_t i, ir::TryClause* x) {
    Environment* env = c_.env;
    Expr* body = x->expr != nullptr ? x->expr : x_->value;
    Vertex* v = c_.newInlineVertex(nullptr, {c_.conjunct(env, body, c_.info)});
    bool skip = false;
    c_.state(v)->trySkip = &skip;
    c_.finalize(v);
    if (v->state != nullptr) v->state->trySkip = nullptr;
    if (skip) return;
    next(i + 1, x->expr != nullptr ? bind(x->label, x->expr) : env);
  }

  Context& c_;
  ir::Comprehension* x_;
  VertexStatus status_;
  bool onlyFinished_;
  bool undecided_ = false;
  Vec<Environment*>& out_;
  std::uint32_t compId_;
};

}  // namespace

Bottom* Context::yieldClauses(Vertex* node, Environment* e, ir::Comprehension* c, const Flags& flags,
                              Vec<Environment*>& out) {
  StateFrame frame(*this, e, c->clauses[0]->origin());
  Restore arc(vertex, node != nullptr ? node : vertex);
  Clauses(*this, c, flags.status, false, out).run();
  return frame.pop();
}

bool Context::yieldFinished(Vertex* node, Environment* e, ir::Comprehension* c, Vec<Environment*>& out) {
  // Elsewhere the order in which fields come to be can be seen in messages.
  if (bound_.labels.empty()) return false;
  StateFrame frame(*this, e, c->clauses[0]->origin());
  Restore arc(vertex, node);
  Clauses clauses(*this, c, VertexStatus::Unprocessed, true, out);
  clauses.run();
  return frame.pop() == nullptr && !clauses.isUndecided();
}

// The struct or list a `for` goes over.
Vertex* Context::forSource(Expr* x) {
  constexpr Flags kFields{
      .condition = kNeedFieldSetKnown, .mode = RunMode::AttemptOnly, .status = VertexStatus::Conjuncts};
  Value* v = nullptr;
  {
    Restore detached(inDetached, inDetached + 1);
    v = unifyNode(x, kFields);
  }
  if (auto* n = v == nullptr ? nullptr : v->as<Vertex>()) {
    unify(n, {.condition = kFields.condition, .mode = RunMode::Finalize, .checkTypos = true});
  }
  bool ok = true;
  v = getDefault(v, ok);
  if (!ok) return emptyNode;
  if (Value* w = unwrap(v); !isCyclePlaceholder(w)) v = w;
  auto* found = v == nullptr ? nullptr : v->as<Vertex>();
  if (found != nullptr && !isCyclePlaceholder(found->base)) v = found->value();
  auto incomplete = [&](std::uint16_t k) {
    addErrf(Code::Incomplete, x->origin(), "cannot range over {} (incomplete type {})",
            {x, ErrorArg::ofKinds(k)});
    return emptyNode;
  };
  if (v == nullptr) {
    addErrf(Code::Incomplete, x->origin(), "cannot range over {} (incomplete)", {x});
    return emptyNode;
  }
  if (auto* b = v->as<Bottom>()) {
    addBottom(b);
    return emptyNode;
  }
  std::uint16_t k = kindOf(v);
  if (!v->is<Vertex>()) {
    if ((k & (kStruct | kList)) != 0) return incomplete(k);
    if (found == nullptr) {
      addErrf(Code::Eval, x->origin(), "cannot range over {} (found {}, want list or struct)",
              {x, ErrorArg::ofKinds(k)});
      return emptyNode;
    }
  }
  if ((k & (kStruct | kList)) != 0 && k != kStruct && k != kList) return incomplete(k);
  return found;
}

}  // namespace puppis::cue::eval
