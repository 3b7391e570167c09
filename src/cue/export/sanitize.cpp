// SPDX-License-Identifier: Apache-2.0
#include "cue/export/sanitize.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/stack.h"
#include "cue/load/input_file.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

/// What a name means in a scope: `node` is what identifiers link to, `link` where it is declared.
struct Meaning {
  const Node* node = nullptr;
  Node* link = nullptr;
  const ImportSpec* import = nullptr;
};

struct Scope {
  Node* node = nullptr;
  std::unordered_map<std::string, Meaning> names;
};

std::string importId(const ImportSpec& spec) {
  const auto path = unquote(spec.path->text);
  return path ? path->text : std::string(spec.path->text);
}

std::string importName(const ImportSpec& spec) {
  if (spec.name != nullptr) return std::string(spec.name->name);
  return parseImportPath(importId(spec)).qualifier;
}

class Sanitizer {
 public:
  Sanitizer(File& file, TreeBuilder& build, const IdentLinks& links)
      : file_(file), build_(build), links_(links) {}

  void run() {
    walk(&file_, [&](const Node& node) {
      collect(node);
      return true;
    });
    scopes_.push_back({&file_, {}});
    declare(file_.decls);
    for (Decl* decl : file_.decls) visit(decl);
    scopes_.pop_back();
    insertLets();
    writeImports();
  }

 private:
  void collect(const Node& node) {
    if (const auto* field = node.as<Field>()) {
      if (const auto* alias = field->label->as<Alias>()) {
        names_.use(std::string(alias->ident->name));
        if (const auto* ident = alias->expr->as<Ident>()) names_.use(std::string(ident->name));
      } else if (const auto* ident = field->label->as<Ident>()) {
        names_.use(std::string(ident->name));
      }
    } else if (const auto* let = node.as<LetClause>()) {
      names_.use(std::string(let->ident->name));
    } else if (const auto* loop = node.as<ForClause>()) {
      if (loop->key != nullptr) names_.use(std::string(loop->key->name));
      names_.use(std::string(loop->value->name));
    } else if (const auto* alias = node.as<Alias>()) {
      names_.use(std::string(alias->ident->name));
    }
  }

  void insert(std::string_view name, const Node* node, Node* link) {
    if (!name.empty()) scopes_.back().names[std::string(name)] = {node, link, nullptr};
  }

  void declare(std::span<Decl* const> decls) {
    for (Decl* decl : decls) {
      if (auto* field = decl->as<Field>()) {
        Label* label = field->label;
        const Expr* value = field->value;
        if (value != nullptr) {
          if (const auto* alias = value->as<Alias>()) value = alias->expr;
        }
        if (auto* alias = label->as<Alias>()) {
          if (!alias->expr->is<ListLit>()) insert(alias->ident->name, field, alias);
          label = alias->expr;
        }
        if (const auto* ident = label->as<Ident>()) insert(ident->name, value, field);
      } else if (auto* let = decl->as<LetClause>()) {
        insert(let->ident->name, let, let);
      }
    }
  }

  Meaning lookup(const std::string& name) const {
    if (name == "_") return {};
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const auto found = scope->names.find(name);
      if (found != scope->names.end()) return found->second;
    }
    return {};
  }

  void visit(Node* node) {
    deeper([&] { visitHere(node); });
  }

  void visitHere(Node* node) {
    if (node == nullptr) return;
    switch (node->kind) {
      case NodeKind::StructLit: {
        auto* literal = static_cast<StructLit*>(node);
        scopes_.push_back({literal, {}});
        declare(literal->elements);
        for (Decl* decl : literal->elements) visit(decl);
        scopes_.pop_back();
        return;
      }
      case NodeKind::Comprehension: {
        auto* comprehension = static_cast<Comprehension*>(node);
        std::size_t opened = 0;
        const auto open = [&](Node* clause) {
          scopes_.push_back({clause, {}});
          ++opened;
        };
        for (Clause* clause : comprehension->clauses) {
          if (auto* loop = clause->as<ForClause>()) {
            visit(loop->source);
            open(loop);
            if (loop->key != nullptr) insert(loop->key->name, loop, loop);
            insert(loop->value->name, loop, loop);
          } else if (auto* let = clause->as<LetClause>()) {
            visit(let->expr);
            open(let);
            insert(let->ident->name, let, let);
          } else if (auto* attempt = clause->as<TryClause>()) {
            visit(attempt->expr);
            if (attempt->ident != nullptr) {
              open(attempt);
              insert(attempt->ident->name, attempt, attempt);
            }
          } else {
            visit(static_cast<IfClause*>(clause)->condition);
          }
        }
        visit(comprehension->value);
        scopes_.resize(scopes_.size() - opened);
        if (comprehension->fallback != nullptr) visit(comprehension->fallback->body);
        return;
      }
      case NodeKind::Field:
        visitField(static_cast<Field*>(node));
        return;
      case NodeKind::LetClause:
        visit(static_cast<LetClause*>(node)->expr);
        return;
      case NodeKind::Alias:
        visit(static_cast<Alias*>(node)->expr);
        return;
      case NodeKind::SelectorExpr:
        visit(static_cast<SelectorExpr*>(node)->x);
        return;
      case NodeKind::Ident:
        visitIdent(static_cast<Ident*>(node));
        return;
      case NodeKind::ImportDecl:
      case NodeKind::Package:
        return;
      default:
        forEachChild(*node, [&](const Node& each) { visit(const_cast<Node*>(&each)); });
    }
  }

  void visitField(Field* field) {
    Label* label = field->label;
    if (auto* alias = label->as<Alias>()) label = alias->expr;
    std::size_t opened = 0;
    if (label->is<ParenExpr>() || label->is<Interpolation>()) {
      visit(label);
    } else if (auto* list = label->as<ListLit>(); list != nullptr && list->elements.size() == 1) {
      scopes_.push_back({field, {}});
      ++opened;
      if (auto* outer = field->label->as<Alias>()) insert(outer->ident->name, field, outer);
      Expr* pattern = list->elements[0];
      if (auto* alias = pattern->as<Alias>()) {
        insert(alias->ident->name, alias->expr, alias);
        pattern = alias->expr;
      }
      visit(pattern);
    }
    Expr* value = field->value;
    if (value != nullptr) {
      if (auto* alias = value->as<Alias>()) {
        scopes_.push_back({field, {}});
        ++opened;
        insert(alias->ident->name, alias, field);
        value = alias->expr;
      }
      visit(value);
    }
    scopes_.resize(scopes_.size() - opened);
  }

  void visitIdent(Ident* ident) {
    const std::string name(ident->name);
    if (const auto import = links_.imports.find(ident); import != links_.imports.end()) {
      return visitImport(ident, *import->second);
    }
    const auto link = links_.nodes.find(ident);
    if (link == links_.nodes.end()) return;
    const Meaning meaning = lookup(name);
    if (link->second == nullptr) {  // a predeclared name
      if (meaning.node != nullptr || meaning.import != nullptr) rename(*ident, "__" + name);
      return;
    }
    if (meaning.node == nullptr && meaning.import == nullptr) return;  // not of this file
    if (meaning.node == link->second) return;
    unshadow(*ident, name, link->second);
  }

  void visitImport(Ident* ident, const ImportSpec& spec) {
    const std::string id = importId(spec);
    const std::string name(ident->name);
    const Meaning meaning = lookup(name);
    const auto used = imports_.find({id, name});
    if (meaning.node == nullptr && meaning.import == nullptr) {
      addImport(id, name, spec.name != nullptr ? name : std::string());
      return;
    }
    if (meaning.import != nullptr && used != imports_.end() && importId(*meaning.import) == id) return;
    // The name means something else here: the package gets another.
    auto& other = renamed_[id];
    if (other.empty()) {
      other = names_.numbered(importName(spec));
      addImport(id, other, other);
    }
    rename(*ident, other);
  }

  void addImport(const std::string& id, const std::string& name, const std::string& explicitName) {
    ImportSpec* spec = build_.importSpec(id, explicitName);
    imports_[{id, name}] = spec;
    order_.push_back(spec);
    scopes_.front().names[name] = {nullptr, nullptr, spec};
  }

  void rename(Ident& ident, const std::string& name) { ident.name = build_.text(name); }

  /// The declaration is hidden by another of its name: it gets a second name.
  void unshadow(Ident& ident, const std::string& name, const Node* target) {
    for (std::size_t i = scopes_.size(); i-- > 0;) {
      const auto found = scopes_[i].names.find(name);
      if (found == scopes_[i].names.end() || found->second.node != target) continue;
      rename(ident, secondName(*scopes_[i].node, found->second.link, name));
      return;
    }
    // Declared in another file, or not at all.
    const std::string other = names_.numbered(name);
    lets_.push_back({&file_, nullptr, other, name});
    rename(ident, other);
  }

  std::string secondName(Node& scope, Node* link, const std::string& name) {
    auto& other = second_[link];
    if (!other.empty()) return other;
    other = names_.numbered(name);
    auto* field = link->as<Field>();
    if (field != nullptr && field->label->is<Ident>()) {
      auto* alias = build_.make<Alias>();
      alias->ident = build_.ident(other);
      alias->ident->pos = field->label->pos;
      alias->ident->comments = field->label->comments;
      field->label->pos = Pos{};
      field->label->comments = nullptr;
      alias->expr = field->label;
      field->label = alias;
      return other;
    }
    if (field != nullptr) {
      if (auto* alias = field->label->as<Alias>()) {
        link = alias;
      }
    }
    lets_.push_back({&scope, link, other, name});
    return other;
  }

  /// Writes `let other = name` in front of what it stands for.
  void insertLets() {
    for (const PendingLet& pending : lets_) {
      auto* let = build_.make<LetClause>();
      let->ident = build_.ident(pending.name);
      let->expr = build_.ident(pending.base);
      auto* literal = pending.scope->as<StructLit>();
      std::span<Decl*>& decls = literal != nullptr ? literal->elements : file_.decls;
      std::vector<Decl*> list(decls.begin(), decls.end());
      const auto place = std::find_if(list.begin(), list.end(), [&](Decl* decl) {
        const auto* field = decl->as<Field>();
        return decl == pending.link || (field != nullptr && field->label == pending.link);
      });
      if (place != list.begin()) let->pos = Pos::spaced(Space::NewSection);
      list.insert(pending.link == nullptr ? list.end() : place, let);
      decls = build_.nodes(list);
    }
  }

  void writeImports() {
    if (order_.empty()) return;
    auto* decl = build_.make<ImportDecl>();
    decl->pos = Pos::spaced(Space::NewSection);
    decl->specs = build_.nodes(order_);
    std::vector<Decl*> decls(file_.decls.begin(), file_.decls.end());
    const auto place =
        std::find_if(decls.begin(), decls.end(), [](const Decl* each) { return !each->is<Package>(); });
    decls.insert(place, decl);
    file_.decls = build_.nodes(decls);
  }

  struct PendingLet {
    Node* scope;
    Node* link;
    std::string name;
    std::string base;
  };

  File& file_;
  TreeBuilder& build_;
  const IdentLinks& links_;
  UniqueNames names_;
  std::vector<Scope> scopes_;
  std::map<std::pair<std::string, std::string>, ImportSpec*> imports_;
  std::vector<ImportSpec*> order_;
  std::unordered_map<std::string, std::string> renamed_;
  std::unordered_map<const Node*, std::string> second_;
  std::vector<PendingLet> lets_;
};

}  // namespace

void sanitize(File& file, TreeBuilder& builder, const IdentLinks& links) {
  Sanitizer(file, builder, links).run();
}

}  // namespace puppis::cue
