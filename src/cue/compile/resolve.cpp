// SPDX-License-Identifier: Apache-2.0
#include "cue/compile/resolve.h"

#include <memory>

#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

struct Entry {
  const Node* node = nullptr;
  const Node* link = nullptr;    ///< Alias, PostfixAlias, LetClause or Field that declares it
  const Field* field = nullptr;  ///< for label aliases
};

struct Scope {
  Scope* outer = nullptr;
  const Node* node = nullptr;
  std::unordered_map<std::string_view, Entry> names;
  bool inField = false;
};

bool isUnique(const Scope& s, const Entry& e) {
  if (s.node->is<Field>() || (e.link != nullptr && e.link->is<PostfixAlias>())) return true;
  switch (e.node->kind) {
    case NodeKind::LetClause:
    case NodeKind::TryClause:
    case NodeKind::Alias:
    case NodeKind::Field:
      return true;
    default:
      return false;
  }
}

class NameResolver {
 public:
  explicit NameResolver(Resolutions& out) : out_(out) {}

  void file(const File& f) {
    Scope s;
    s.node = &f;
    declare(s, f.decls);
    for (const Decl* d : f.decls) node(s, d);
  }

 private:
  void error(const Node* at, std::string message) { out_.errors.push_back({at, std::move(message)}); }

  static std::string_view labelName(const Node* label) {
    if (const auto* id = label->as<Ident>()) return id->name;
    if (const auto* lit = label->as<BasicLit>(); lit != nullptr && lit->token != Token::String)
      return lit->text;
    return {};
  }

  static Entry* lookup(Scope* s, std::string_view name, Scope*& found) {
    if (name == "_") return nullptr;
    for (; s != nullptr; s = s->outer) {
      if (auto it = s->names.find(name); it != s->names.end() && it->second.node != nullptr) {
        found = s;
        return &it->second;
      }
    }
    return nullptr;
  }

  void insert(Scope& s, std::string_view name, const Node* n, const Node* link, const Field* field) {
    if (name.empty()) return;
    Entry entry{n, link, field};
    Scope* holder = nullptr;
    if (Entry* known = lookup(&s, name, holder)) {
      if (isUnique(s, entry) != isUnique(*holder, *known) && !known->node->is<ImportSpec>() &&
          !n->is<ImportSpec>()) {
        error(n, "cannot have both alias and field with name " + quoteString(name) + " in same scope");
        return;
      }
      bool unique = isUnique(s, entry) || n->is<ImportSpec>() || isUnique(*holder, *known) ||
                    known->node->is<ImportSpec>();
      if (unique && holder == &s) {
        if (!known->node->is<ImportSpec>())
          error(n, "alias " + quoteString(name) + " redeclared in same scope");
        return;
      }
    }
    s.names[name] = entry;
  }

  void declare(Scope& s, NodeList<Decl> decls) {
    for (const Decl* d : decls) {
      if (const auto* x = d->as<Field>()) {
        const Node* label = x->label;
        if (const auto* alias = label->as<Alias>()) {
          if (!alias->expr->is<ListLit>()) insert(s, alias->ident->name, x, alias, nullptr);
          if (x->alias != nullptr) error(x, "field has both label alias and postfix alias");
          label = alias->expr;
        } else if (!label->is<ListLit>() && x->alias != nullptr) {
          postfixAliases(s, *x, x->alias->label);
        }
        if (label->is<Ident>()) {
          const Node* value = x->value;
          if (const auto* alias = value->as<Alias>()) value = alias->expr;
          insert(s, label->as<Ident>()->name, value, x, nullptr);
        }
      } else if (const auto* let = d->as<LetClause>()) {
        insert(s, let->ident->name, let, let, nullptr);
      } else if (const auto* imports = d->as<ImportDecl>()) {
        for (const ImportSpec* spec : imports->specs) {
          importNames_.push_back(std::make_unique<std::string>(importName(*spec)));
          insert(s, *importNames_.back(), spec, spec, nullptr);
        }
      }
    }
  }

  void postfixAliases(Scope& s, const Field& x, const Node* expr) {
    const PostfixAlias& a = *x.alias;
    bool hasField = a.field != nullptr && a.field->name != "_";
    if (a.label == nullptr) {
      if (hasField) {
        insert(s, a.field->name, &x, &a, nullptr);
      } else {
        error(&a, "single postfix alias \"_\" field cannot be the blank identifier");
      }
      return;
    }
    bool hasLabel = a.label->name != "_";
    if (!hasField && !hasLabel) {
      error(&a, "both label and field in postfix alias cannot be the blank identifier");
      return;
    }
    if (hasLabel) insert(s, a.label->name, expr, &a, &x);
    if (hasField) insert(s, a.field->name, &x, &a, nullptr);
  }

  void field(Scope& outer, const Field& x) {
    Scope* s = &outer;
    Scope patternScope;
    Scope aliasScope;
    const Node* label = x.label;
    const auto* alias = label->as<Alias>();
    if (alias != nullptr) label = alias->expr;
    if (label->is<ParenExpr>() || label->is<Interpolation>()) {
      node(*s, label);
    } else if (const auto* list = label->as<ListLit>(); list != nullptr && list->elements.size() == 1) {
      patternScope.outer = s;
      patternScope.node = &x;
      s = &patternScope;
      if (alias != nullptr) insert(*s, alias->ident->name, &x, alias, nullptr);
      const Node* expr = list->elements[0];
      if (const auto* a = expr->as<Alias>()) {
        if (x.alias != nullptr) error(&x, "pattern constraint has both label alias and postfix alias");
        expr = a->expr;
        insert(*s, a->ident->name, a->expr, a, &x);
      } else if (x.alias != nullptr) {
        postfixAliases(*s, x, expr);
      }
      walk(expr, [&](const Node& n) {
        const auto* id = n.as<Ident>();
        if (id == nullptr) return true;
        for (Scope* p = s; p != nullptr && !p->inField; p = p->outer) {
          if (p->names.contains(id->name)) {
            error(id, "reference " + quoteString(id->name) +
                          " in label expression refers to field against which it would be matched");
          }
        }
        return true;
      });
      node(*s, expr);
    }
    const Node* value = x.value;
    if (value == nullptr) return;
    if (const auto* a = value->as<Alias>()) {
      aliasScope.outer = s;
      aliasScope.node = &x;
      s = &aliasScope;
      insert(*s, a->ident->name, a, &x, nullptr);
      value = a->expr;
    }
    s->inField = true;
    node(*s, value);
    s->inField = false;
  }

  void comprehension(Scope& outer, const Comprehension& x) {
    std::vector<std::unique_ptr<Scope>> scopes;
    Scope* s = &outer;
    auto open = [&](const Node* clause) {
      scopes.push_back(std::make_unique<Scope>());
      scopes.back()->outer = s;
      scopes.back()->node = clause;
      s = scopes.back().get();
    };
    for (const Clause* c : x.clauses) {
      if (const auto* f = c->as<ForClause>()) {
        node(*s, f->source);
        open(f);
        if (f->key != nullptr) insert(*s, f->key->name, f->key, f, nullptr);
        insert(*s, f->value->name, f->value, f, nullptr);
      } else if (const auto* let = c->as<LetClause>()) {
        node(*s, let->expr);
        open(let);
        insert(*s, let->ident->name, let->ident, let, nullptr);
      } else if (const auto* t = c->as<TryClause>(); t != nullptr && t->ident != nullptr) {
        node(*s, t->expr);
        open(t);
        insert(*s, t->ident->name, t->ident, t, nullptr);
      } else if (const auto* i = c->as<IfClause>()) {
        node(*s, i->condition);
      }
    }
    node(*s, x.value);
    if (x.fallback != nullptr) node(outer, x.fallback->body);
  }

  void node(Scope& s, const Node* n) {
    if (n == nullptr) return;
    switch (n->kind) {
      case NodeKind::StructLit: {
        Scope inner;
        inner.outer = &s;
        inner.node = n;
        const auto& x = static_cast<const StructLit&>(*n);
        declare(inner, x.elements);
        for (const Decl* d : x.elements) node(inner, d);
        break;
      }
      case NodeKind::Comprehension:
        comprehension(s, static_cast<const Comprehension&>(*n));
        break;
      case NodeKind::Field:
        field(s, static_cast<const Field&>(*n));
        break;
      case NodeKind::LetClause: {
        // A let cannot refer to itself.
        const auto& x = static_cast<const LetClause&>(*n);
        Entry saved = s.names[x.ident->name];
        s.names.erase(x.ident->name);
        s.inField = true;
        node(s, x.expr);
        s.inField = false;
        s.names[x.ident->name] = saved;
        break;
      }
      case NodeKind::Alias: {
        const auto& x = static_cast<const Alias&>(*n);
        Entry saved = s.names[x.ident->name];
        s.names.erase(x.ident->name);
        node(s, x.expr);
        s.names[x.ident->name] = saved;
        break;
      }
      case NodeKind::ImportDecl:
      case NodeKind::Package:
      case NodeKind::Attribute:
        break;
      case NodeKind::SelectorExpr:
        node(s, static_cast<const SelectorExpr&>(*n).x);
        break;
      case NodeKind::Ident: {
        const auto* id = static_cast<const Ident*>(n);
        Scope* holder = nullptr;
        if (const Entry* e = lookup(&s, id->name, holder)) {
          const Node* scope = e->field != nullptr ? e->field : holder->node;
          if (e->node->is<ImportSpec>()) scope = nullptr;
          out_.idents[id] = {e->node, scope};
        }
        break;
      }
      default:
        forEachChild(*n, [&](const Node& child) { node(s, &child); });
    }
  }

  Resolutions& out_;
  std::vector<std::unique_ptr<std::string>> importNames_;
};

}  // namespace

Resolutions resolveNames(const File& file) {
  Resolutions out;
  NameResolver(out).file(file);
  return out;
}

std::string importPathOf(const ImportSpec& spec) {
  auto value = unquote(spec.path->text);
  return value ? value->text : std::string(spec.path->text);
}

std::string importName(const ImportSpec& spec) {
  if (spec.name != nullptr) return std::string(spec.name->name);
  std::string path = importPathOf(spec);
  if (auto colon = path.rfind(':'); colon != std::string::npos) return path.substr(colon + 1);
  if (auto at = path.rfind('@'); at != std::string::npos) path.resize(at);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace puppis::cue
