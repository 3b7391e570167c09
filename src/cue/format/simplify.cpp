// SPDX-License-Identifier: Apache-2.0
// Which quoted labels can do without their quotes.
#include <unordered_map>

#include "base/stack.h"
#include "cue/format/formatter.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {

/// Quotes may go where the name is an identifier and no reference inside the scope would then mean the field.
class LabelScopes {
 public:
  explicit LabelScopes(std::unordered_map<const Node*, std::string>& plain) : plain_(plain) {}

  void references(const Node& node) {
    switch (node.kind) {
      case NodeKind::File:
        declarations(static_cast<const File&>(node).decls);
        return;
      case NodeKind::StructLit:
        deeper([&] { declarations(static_cast<const StructLit&>(node).elements); });
        return;
      case NodeKind::SelectorExpr:
        references(*static_cast<const SelectorExpr&>(node).x);
        return;
      case NodeKind::Ident: {
        const std::string name(static_cast<const Ident&>(node).name);
        for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
          const auto found = scope->find(name);
          if (found == scope->end()) continue;
          found->second = false;
          break;
        }
        return;
      }
      default:
        forEachChild(node, [&](const Node& child) { references(child); });
    }
  }

 private:
  using Scope = std::unordered_map<std::string, bool>;

  void declarations(NodeList<Decl> decls) {
    scopes_.emplace_back();
    for (const Decl* decl : decls) {
      if (const auto* field = decl->as<Field>()) declare(*field->label);
    }
    for (const Decl* decl : decls) {
      const auto* field = decl->as<Field>();
      if (field == nullptr) {
        references(*decl);
      } else if (field->value != nullptr) {
        references(*field->value);
      }
    }
    for (const Decl* decl : decls) {
      const auto* field = decl->as<Field>();
      const auto* literal = field == nullptr ? nullptr : field->label->as<BasicLit>();
      if (literal == nullptr) continue;
      const std::string name = labelName(*literal);
      const auto found = scopes_.back().find(name);
      if (found != scopes_.back().end() && found->second) plain_.emplace(literal, name);
    }
    scopes_.pop_back();
  }

  void declare(const Label& label) {
    switch (label.kind) {
      case NodeKind::BasicLit: {
        const std::string name = labelName(static_cast<const BasicLit&>(label));
        if (!name.empty() && !labelNeedsQuotes(name)) scopes_.back()[name] = true;
        return;
      }
      case NodeKind::Ident:
        scopes_.back()[std::string(static_cast<const Ident&>(label).name)] = true;
        return;
      case NodeKind::ListLit:
      case NodeKind::Interpolation:
        return;
      default:
        forEachChild(label, [&](const Node& child) { declare(child); });
    }
  }

  /// The name in plain double quotes; empty for other literals.
  static std::string labelName(const BasicLit& literal) {
    if (!literal.text.starts_with('"') || literal.text.starts_with("\"\"\"")) return {};
    const auto value = unquote(literal.text);
    return value ? value->text : std::string();
  }

  std::unordered_map<const Node*, std::string>& plain_;
  std::vector<Scope> scopes_;
};

}  // namespace

void Formatter::findPlainLabels(const Node& root) {
  LabelScopes scopes(plainLabels_);
  scopes.references(root);
}

}  // namespace puppis::cue
