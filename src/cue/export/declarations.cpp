// SPDX-License-Identifier: Apache-2.0
// The exporter's declarations and comprehensions.
#include "cue/eval/state.h"
#include "cue/export/exporter.h"

namespace puppis::cue {

using IrKind = ir::NodeKind;

namespace {

std::string aliasOf(const ir::Node* decl) {
  const auto* field = decl->syntax == nullptr ? nullptr : decl->syntax->as<Field>();
  const auto* alias = field == nullptr ? nullptr : field->label->as<Alias>();
  return alias == nullptr ? std::string() : std::string(alias->ident->name);
}

}  // namespace

eval::Environment* Exporter::child(eval::Environment* up, eval::Vertex* v) {
  auto* out = ctx_.make<eval::Environment>();
  out->up = up;
  out->vertex = v;
  return out;
}

Node* Exporter::element(eval::Environment* env, const ir::Node* node) {
  if (const auto* ellipsis = node->as<ir::Ellipsis>()) {
    auto* out = build_.make<Ellipsis>(Pos{});
    if (ellipsis->value != nullptr && ellipsis->value->kind != IrKind::Top)
      out->type = expr(env, ellipsis->value);
    return out;
  }
  if (const auto* c = node->as<ir::Comprehension>()) return comprehension(env, *c);
  return expr(env, node);
}

/// A declaration; null for a let.
Decl* Exporter::declaration(eval::Environment* env, const ir::Node* decl) {
  switch (decl->kind) {
    case IrKind::Field:
      return fieldDecl(env, *static_cast<const ir::Field*>(decl));
    case IrKind::LetField:
      return nullptr;
    case IrKind::PatternField:
      return patternDecl(env, *static_cast<const ir::PatternField*>(decl));
    case IrKind::DynamicField:
      return dynamicDecl(env, *static_cast<const ir::DynamicField*>(decl));
    default:
      return element(env, decl);
  }
}

Decl* Exporter::fieldDecl(eval::Environment* env, const ir::Field& f) {
  Field* field = nullptr;
  if (f.syntax != nullptr) {
    if (const auto* source = f.syntax->as<Field>()) {
      const auto prepared = aliasedFields_.find(source);
      if (prepared != aliasedFields_.end()) field = prepared->second.field;
    }
  }
  if (field == nullptr) field = build_.field(labelOf(f.label), nullptr);
  field->constraint = constraintOf(f.arcType);
  if (Frame* frame = frameAt(0, false)) {
    Entry& entry = frame->fields[f.label];
    entry.field = field;
    entry.node = field->value;
  }
  std::vector<Attribute*> attributes;
  addFieldAttributes(attributes, f.syntax);
  field->attributes = build_.nodes(attributes);

  if (f.value->kind != IrKind::StructLit) {
    field->value = expr(env, f.value);
    return field;
  }
  Frame* frame = frameAt(0, false);
  eval::Vertex* node = frame == nullptr ? nullptr : frame->node;
  eval::Vertex* source = node == nullptr ? nullptr : node->lookupRaw(f.label);
  if (source != nullptr) source = source->deref();
  eval::Conjunct c;
  c.env = env;
  c.x = f.value;
  field->value = merge(source, {{c, 0}});
  if (source != nullptr) linkField(source, field);
  return field;
}

Decl* Exporter::patternDecl(eval::Environment* env, const ir::PatternField& p) {
  Expr* filter = innerExpr(env, p.filter);
  Frame* frame = frameAt(0, false);
  if (frame != nullptr) frame->labelExpr = filter;
  Expr* label = filter;
  if (p.label.valid()) {
    markUsed(p.value);
    auto* alias = build_.make<Alias>();
    alias->ident = build_.ident(uniqueAlias(identText(p.label)));
    alias->expr = filter;
    label = alias;
  }
  Field* field = build_.field(build_.list({label}), nullptr);
  if (frame != nullptr) {
    frame->field = field;
    if (const std::string alias = aliasOf(&p); !alias.empty()) frame->dynamicFields.push_back({alias, field});
  }
  field->value = expr(env, p.value);
  std::vector<Attribute*> attributes;
  addFieldAttributes(attributes, p.syntax);
  field->attributes = build_.nodes(attributes);
  return field;
}

Decl* Exporter::dynamicDecl(eval::Environment* env, const ir::DynamicField& d) {
  Field* field = build_.field(nullptr, nullptr, constraintOf(d.arcType));
  const ir::Expr* key = d.key;
  if (env != nullptr) {
    // A key that is known by now is shown as what it is.
    eval::StateFrame state(ctx_, env, d.key->origin());
    const ir::Value* known =
        ctx_.evalState(d.key, {.mode = eval::RunMode::Finalize, .status = eval::VertexStatus::Partial});
    state.pop();
    if (known != nullptr && known->kind == IrKind::String) key = known;
  }
  Expr* label = innerExpr(env, key);
  if (!label->is<Interpolation>() && !label->is<BasicLit>()) label = build_.paren(label);
  field->label = label;
  if (Frame* frame = frameAt(0, false)) frame->dynamicFields.push_back({aliasOf(&d), field});
  field->value = expr(env, d.value);
  std::vector<Attribute*> attributes;
  addFieldAttributes(attributes, d.syntax);
  field->attributes = build_.nodes(attributes);
  return field;
}

Comprehension* Exporter::comprehension(eval::Environment* env, const ir::Comprehension& c) {
  auto* out = build_.make<Comprehension>();
  eval::Environment* outer = env;
  std::vector<Clause*> clauses;
  int pushed = 0;
  const auto scoped = [&] {
    pushFrame(nothing_);
    ++pushed;
  };
  for (const ir::Node* each : c.clauses) {
    Clause* clause = nullptr;
    switch (each->kind) {
      case IrKind::ForClause: {
        const auto* x = static_cast<const ir::ForClause*>(each);
        env = child(env, nothing_);
        auto* loop = build_.make<ForClause>();
        loop->value = identOf(x->value);
        loop->source = innerExpr(env, x->source);
        scoped();
        const auto* source = x->syntax == nullptr ? nullptr : x->syntax->as<ForClause>();
        if (x->key.valid() || (source != nullptr && source->key != nullptr)) {
          loop->key = identOf(x->key);
          setEntry(x->key, nullptr, loop);
        }
        setEntry(x->value, nullptr, loop);
        clause = loop;
        break;
      }
      case IrKind::IfClause: {
        auto* guard = build_.make<IfClause>();
        guard->condition = innerExpr(env, static_cast<const ir::IfClause*>(each)->condition);
        clause = guard;
        break;
      }
      case IrKind::LetClause: {
        const auto* x = static_cast<const ir::LetClause*>(each);
        env = child(env, nothing_);
        auto* let = build_.make<LetClause>();
        let->expr = innerExpr(env, x->expr);
        let->ident = identOf(x->label);
        scoped();
        setEntry(x->label, nullptr, let);
        clause = let;
        break;
      }
      case IrKind::TryClause: {
        const auto* x = static_cast<const ir::TryClause*>(each);
        auto* attempt = build_.make<TryClause>();
        if (x->label.valid()) {
          env = child(env, nothing_);
          attempt->ident = identOf(x->label);
          attempt->expr = innerExpr(env, x->expr);
          scoped();
          setEntry(x->label, nullptr, attempt);
        }
        clause = attempt;
        break;
      }
      default:
        break;
    }
    if (clause == nullptr) continue;
    copyDocs(*clause, each->syntax);
    // Clauses stand as they stood.
    if (each->syntax != nullptr) clause->pos = Pos{Pos::kNoOffset, each->syntax->pos.space, false, false};
    clauses.push_back(clause);
  }
  out->clauses = build_.nodes(clauses);
  copyDocs(*out, c.syntax);
  if (!clauses.empty() && c.syntax != nullptr) clauses.front()->pos.space = c.syntax->pos.space;
  Expr* body = expr(env, c.value);
  if (!body->is<StructLit>()) body = structOf({build_.embed(body)});
  out->value = body;
  for (; pushed > 0; --pushed) popFrame();
  if (c.fallback != nullptr) {
    if (auto* literal = expr(outer, c.fallback)->as<StructLit>()) {
      auto* clause = build_.make<FallbackClause>();
      clause->body = literal;
      out->fallback = clause;
    }
  }
  return out;
}

}  // namespace puppis::cue
