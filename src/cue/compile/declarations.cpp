// SPDX-License-Identifier: Apache-2.0
#include "cue/compile/compiler.h"
#include "cue/compile/plain.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

ir::ArcType arcTypeOf(Token constraint) {
  if (constraint == Token::Option) return ir::ArcType::Optional;
  if (constraint == Token::Not) return ir::ArcType::Required;
  return ir::ArcType::Member;
}

bool isNamed(const Ident* id) {
  return id != nullptr && id->name != "_";
}

std::string labelString(const Field& x) {
  const Node* label = x.label;
  if (const auto* alias = label->as<Alias>()) label = alias->expr;
  if (const auto* id = label->as<Ident>()) return std::string(id->name);
  if (const auto* lit = label->as<BasicLit>()) {
    if (lit->token == Token::String) {
      if (auto s = unquote(lit->text)) return quoteLabel(s->text);
    }
    return std::string(lit->text);
  }
  if (label->is<ListLit>()) return "[]";
  if (label->is<Interpolation>()) return "?";
  return "<unknown>";
}

}  // namespace

void Compiler::addDecls(ir::StructLit* st, NodeList<Decl> decls) {
  for (const Decl* d : decls) markAlias(d);
  for (const Decl* d : decls) addLetDecl(d);
  std::vector<ir::Node*> out;
  out.reserve(decls.size());
  for (const Decl* d : decls) {
    ir::Node* n = decl(d);
    if (n == nullptr) continue;
    out.push_back(n);
    if (n->isExpr() || n->is<ir::Comprehension>()) st->hasEmbedding = true;
  }
  st->decls = span(out);
  st->isStatic = isStatic(*st);
  st->isPlain = isPlain(*st);
  st->isSound = isSound(*st);
}

void Compiler::markAlias(const Decl* d) {
  if (const auto* x = d->as<Field>()) {
    if (const auto* a = x->label->as<Alias>()) {
      AliasEntry entry;
      entry.source = a;
      insertAlias(a->ident, entry);
    }
    if (x->alias != nullptr && isNamed(x->alias->field)) {
      AliasEntry entry;
      entry.source = x->alias;
      insertAlias(x->alias->field, entry);
    }
  } else if (const auto* let = d->as<LetClause>()) {
    AliasEntry entry;
    entry.source = let;
    entry.let = let;
    entry.letExpr = let->expr;
    entry.feature = Feature(LabelType::Let, runtime_.impl().symbols.nextLet());
    insertAlias(let->ident, entry);
  } else if (d->is<Alias>()) {
    fail(d, "old-style alias no longer supported: use let clause; use cue fix to update.");
  }
}

void Compiler::addLetDecl(const Decl* d) {
  const auto* x = d->as<Field>();
  if (x == nullptr) return;
  const Node* label = x->label;
  const Ident* ident = nullptr;
  if (const auto* a = label->as<Alias>()) {
    if (x->alias != nullptr) {
      fail(x, "field has both label alias and postfix alias");
      return;
    }
    label = a->expr;
    ident = a->ident;
  } else if (x->alias != nullptr && isNamed(x->alias->field)) {
    ident = x->alias->field;
  } else {
    return;
  }
  if (label->is<Ident>() || label->is<BasicLit>() || label->is<ListLit>()) return;
  ir::Expr* key = expr(label);
  auto it = stack_.back().aliases.find(ident->name);
  if (it != stack_.back().aliases.end()) it->second.expr = key;
}

ir::Node* Compiler::decl(const Decl* d) {
  switch (d->kind) {
    case NodeKind::Field:
      return fieldDecl(static_cast<const Field&>(*d));
    case NodeKind::LetClause: {
      const auto& x = static_cast<const LetClause&>(*d);
      bool saved = refersToForVariable_;
      refersToForVariable_ = false;
      ir::Expr* value = labeledExpr(d, "let[]", x.expr);
      bool refers = refersToForVariable_;
      refersToForVariable_ = saved || refers;
      auto it = stack_.back().aliases.find(x.ident->name);
      if (it == stack_.back().aliases.end() || it->second.let != &x) return nullptr;
      auto* out = make<ir::LetField>(d);
      out->label = it->second.feature;
      out->isMulti = refers;
      out->value = value;
      return out;
    }
    case NodeKind::Ellipsis: {
      auto* out = make<ir::Ellipsis>(d);
      const auto& x = static_cast<const Ellipsis&>(*d);
      out->value = x.type != nullptr ? expr(x.type) : make<ir::Top>(d);
      return out;
    }
    case NodeKind::Comprehension:
      return comprehension(static_cast<const Comprehension&>(*d), false);
    case NodeKind::EmbedDecl:
      return expr(static_cast<const EmbedDecl&>(*d).expr);
    case NodeKind::BadDecl:
      return fail(d, "invalid declaration");
    default:
      return nullptr;  // package clause, imports, attributes, comments
  }
}

ir::Node* Compiler::fieldDecl(const Field& x) {
  const Node* lab = x.label;
  if (const auto* alias = lab->as<Alias>()) lab = alias->expr;
  const Node* source = x.value;
  ir::Expr* value = nullptr;
  if (const auto* a = source->as<Alias>()) {
    push(a, 0);
    AliasEntry entry;
    entry.source = a;
    insertAlias(a->ident, entry);
    value = labeledExpr(&x, labelString(x), a->expr);
    pop();
  } else {
    value = labeledExpr(&x, labelString(x), source);
  }
  switch (lab->kind) {
    case NodeKind::Ident:
    case NodeKind::BasicLit: {
      Feature f = label(lab);
      if (!f.valid()) return fail(&x, "cannot use _ as label");
      if (f.isDef() || f.isString()) {
        if (runtime_.impl().symbols.text(f.index()) == "#do") program_->mayCallProviders_ = true;
      }
      auto* out = make<ir::Field>(&x);
      out->label = f;
      out->arcType = arcTypeOf(x.constraint);
      out->value = value;
      return out;
    }
    case NodeKind::ListLit: {
      const auto& list = static_cast<const ListLit&>(*lab);
      if (list.elements.size() != 1) return fail(&x, "list label must have one element");
      const Node* element = list.elements[0];
      auto* out = make<ir::PatternField>(&x);
      if (const auto* a = element->as<Alias>()) {
        out->label = label(a->ident);
        element = a->expr;
      }
      if (x.alias != nullptr && isNamed(x.alias->label)) out->label = label(x.alias->label);
      out->filter = expr(element);
      out->value = value;
      return out;
    }
    case NodeKind::ParenExpr:
    case NodeKind::Interpolation: {
      auto* out = make<ir::DynamicField>(&x);
      out->key = expr(lab);
      out->arcType = arcTypeOf(x.constraint);
      out->value = value;
      out->hasLabelAlias = x.alias != nullptr && x.alias->label != nullptr;
      return out;
    }
    default:
      return fail(&x, "invalid label");
  }
}

ir::Node* Compiler::comprehension(const Comprehension& x, bool inList) {
  std::vector<ir::Node*> clauses;
  std::size_t pushed = 0;
  std::size_t depth = stack_.size();
  bool hasTry = false;
  auto close = [&] {
    for (; pushed > 0; --pushed) pop();
  };
  auto bad = [&](const Node* at, std::string message) {
    close();
    return fail(at, std::move(message));
  };
  // Compiles with a note whether it refers to a variable of a comprehension.
  auto noting = [&](const Expr* e, bool& refers) {
    bool saved = refersToForVariable_;
    refersToForVariable_ = false;
    ir::Expr* out = expr(e);
    refers = refersToForVariable_;
    refersToForVariable_ = saved || refers;
    return out;
  };
  for (const Clause* c : x.clauses) {
    if (const auto* f = c->as<ForClause>()) {
      auto* out = make<ir::ForClause>(f);
      if (f->key != nullptr) out->key = label(f->key);
      out->value = label(f->value);
      out->source = expr(f->source);
      Frame& frame = push(f, 1);
      frame.label = "for[]";
      frame.hasLabel = true;
      frame.isComprehensionVar = !inList;
      ++pushed;
      clauses.push_back(out);
    } else if (const auto* i = c->as<IfClause>()) {
      auto* out = make<ir::IfClause>(i);
      out->condition = expr(i->condition);
      clauses.push_back(out);
    } else if (const auto* let = c->as<LetClause>()) {
      if (clauses.empty()) return bad(&x, "first comprehension clause must be 'if' or 'for'");
      auto* out = make<ir::LetClause>(let);
      bool refers = false;
      out->expr = noting(let->expr, refers);
      out->label = label(let->ident);
      Frame& frame = push(let, 1);
      frame.label = "let[]";
      frame.hasLabel = true;
      frame.isComprehensionVar = !inList && refers;
      ++pushed;
      clauses.push_back(out);
    } else if (const auto* t = c->as<TryClause>()) {
      if (!unit_->experiments.tryClauses) {
        return bad(t, "try clause requires the try experiment (language version v0.16.0 or later)");
      }
      auto* out = make<ir::TryClause>(t);
      if (t->ident == nullptr) {
        hasTry = true;
        if (c != x.clauses.back()) {
          return bad(t, "struct-form try clause must be the last clause in a comprehension");
        }
      } else {
        bool refers = false;
        ++inTry_;
        out->expr = noting(t->expr, refers);
        --inTry_;
        out->label = label(t->ident);
        Frame& frame = push(t, 1);
        frame.label = "try[]";
        frame.hasLabel = true;
        frame.isComprehensionVar = !inList && refers;
        ++pushed;
      }
      clauses.push_back(out);
    }
  }
  if (x.value == nullptr || !x.value->is<StructLit>())
    return bad(x.value, "comprehension value must be a struct");
  if (hasTry) ++inTry_;
  ir::Expr* body = expr(x.value);
  if (hasTry) --inTry_;
  auto* st = body->as<ir::StructLit>();
  if (st == nullptr) {
    close();
    return body;
  }
  if (clauses.empty()) return bad(&x, "comprehension value without clauses");
  auto* out = make<ir::Comprehension>(&x);
  out->clauses = span(clauses);
  out->value = st;
  if (x.fallback != nullptr) {
    if (!unit_->experiments.tryClauses) {
      bool single = x.clauses.size() == 1 && !x.clauses[0]->is<ForClause>();
      return bad(x.fallback, std::string(single ? "else" : "fallback") +
                                 " clause requires the try experiment (language version v0.16.0 or later)");
    }
    // The fallback does not see the variables of the clauses.
    std::vector<Frame> inner(std::make_move_iterator(stack_.begin() + static_cast<std::ptrdiff_t>(depth)),
                             std::make_move_iterator(stack_.end()));
    stack_.resize(depth);
    if (auto* fallback = expr(x.fallback->body)->as<ir::StructLit>()) out->fallback = fallback;
    for (Frame& f : inner) stack_.push_back(std::move(f));
  }
  close();
  return out;
}

ir::Expr* Compiler::labeledExpr(const Node* field, std::string name, const Expr* x) {
  return labeledExprAt(stack_.size() - 1, field, std::move(name), x);
}

// Compiles x as the value of a field declared in the k-th frame.
ir::Expr* Compiler::labeledExprAt(std::size_t k, const Node* field, std::string name, const Expr* x) {
  std::vector<Frame> inner(std::make_move_iterator(stack_.begin() + static_cast<std::ptrdiff_t>(k) + 1),
                           std::make_move_iterator(stack_.end()));
  stack_.resize(k + 1);
  std::string savedLabel = std::move(stack_[k].label);
  bool savedHas = stack_[k].hasLabel;
  const Node* savedField = stack_[k].field;
  stack_[k].label = std::move(name);
  stack_[k].hasLabel = true;
  stack_[k].field = field;
  ir::Expr* out = expr(x);
  stack_[k].label = std::move(savedLabel);
  stack_[k].hasLabel = savedHas;
  stack_[k].field = savedField;
  for (Frame& f : inner) stack_.push_back(std::move(f));
  return out;
}

Feature Compiler::label(const Node* n) {
  Symbols& symbols = runtime_.impl().symbols;
  if (const auto* id = n->as<Ident>()) {
    if (id->name == "_") return {};
    return identLabel(symbols, id->name, options_.importPath);
  }
  const auto* lit = n->as<BasicLit>();
  if (lit == nullptr) {
    fail(n, "unsupported label");
    return {};
  }
  switch (lit->token) {
    case Token::String: {
      auto s = unquote(lit->text);
      if (!s) {
        fail(n, "invalid string label: " + s.error().message());
        return {};
      }
      return {LabelType::String, symbols.intern(s->text)};
    }
    case Token::Int: {
      auto d = number::parseLiteral(lit->text, program_->arena);
      auto i = d ? number::toInt64(*d) : std::nullopt;
      if (!i || *i < 0 || *i > static_cast<std::int64_t>(Feature::kMaxIndex) - 1) {
        fail(n, "invalid int label: " + std::string(lit->text));
        return {};
      }
      return {LabelType::Int, static_cast<std::uint32_t>(*i)};
    }
    case Token::Float:
      fail(n, "float " + std::string(lit->text) + " cannot be used as label");
      return {};
    default:
      return {LabelType::String, symbols.intern(lit->text)};
  }
}

}  // namespace puppis::cue
