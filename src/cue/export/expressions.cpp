// SPDX-License-Identifier: Apache-2.0
// The exporter's expressions: the compiled language as syntax.
#include <algorithm>

#include "base/stack.h"
#include "cue/eval/state.h"
#include "cue/export/exporter.h"
#include "cue/load/input_file.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

using IrKind = ir::NodeKind;

Expr* Exporter::withOptionalMark(Expr* x, bool optional) {
  if (!optional) return x;
  auto* out = build_.make<PostfixExpr>();
  out->x = x;
  out->op = Token::Option;
  return out;
}

Expr* Exporter::language(eval::Environment* env, const ir::Node* node) {
  ctx_.step();
  eval::Nesting nesting(ctx_);
  return deeper([&] { return written(env, node); });
}

Expr* Exporter::written(eval::Environment* env, const ir::Node* node) {
  switch (node->kind) {
    case IrKind::ListLit:
      return listLanguage(env, *static_cast<const ir::ListLit*>(node));
    case IrKind::StructLit:
      return structLanguage(env, *static_cast<const ir::StructLit*>(node));
    case IrKind::LabelReference:
      return labelReference(env, *static_cast<const ir::LabelReference*>(node));
    case IrKind::SliceExpr: {
      const auto* x = static_cast<const ir::SliceExpr*>(node);
      auto* out = build_.make<SliceExpr>();
      out->low = innerExpr(env, x->low);
      out->high = innerExpr(env, x->high);
      out->x = innerExpr(env, x->x);
      return out;
    }
    case IrKind::Interpolation:
      return interpolation(env, *static_cast<const ir::Interpolation*>(node));
    case IrKind::BoundExpr: {
      const auto* x = static_cast<const ir::BoundExpr*>(node);
      return build_.unary(tokenOf(x->op), innerExpr(env, x->expr));
    }
    case IrKind::UnaryExpr: {
      const auto* x = static_cast<const ir::UnaryExpr*>(node);
      return build_.unary(tokenOf(x->op), innerExpr(env, x->x));
    }
    case IrKind::OpenExpr: {
      auto* out = build_.make<PostfixExpr>();
      out->x = innerExpr(env, static_cast<const ir::OpenExpr*>(node)->x);
      out->op = Token::Ellipsis;
      return out;
    }
    case IrKind::BinaryExpr: {
      const auto* x = static_cast<const ir::BinaryExpr*>(node);
      if (x->op == ir::Op::And || x->op == ir::Op::Or) return sortedBinary(env, *x);
      Expr* left = innerExpr(env, x->x);
      return build_.binary(tokenOf(x->op), left, innerExpr(env, x->y));
    }
    case IrKind::CallExpr: {
      const auto* x = static_cast<const ir::CallExpr*>(node);
      std::vector<Expr*> args;
      for (const ir::Expr* argument : x->args) args.push_back(innerExpr(env, argument));
      return build_.call(innerExpr(env, x->fun), args);
    }
    case IrKind::DisjunctionExpr: {
      std::vector<Expr*> operands;
      for (const ir::Disjunct& d : static_cast<const ir::DisjunctionExpr*>(node)->values) {
        Expr* operand = expr(env, d.value);
        operands.push_back(d.isDefault ? build_.unary(Token::Mul, operand) : operand);
      }
      return build_.chain(Token::Or, operands);
    }
    case IrKind::Comprehension:
      return comprehension(env, *static_cast<const ir::Comprehension*>(node));
    default:
      if (node->isResolver()) return resolver(env, node);
      return expr(env, node);
  }
}

Expr* Exporter::listLanguage(eval::Environment* env, const ir::ListLit& l) {
  eval::Environment* inner = child(env, topNode());
  std::vector<Expr*> out;
  for (const ir::Node* each : l.elements) out.push_back(element(inner, each));
  return build_.list(out);
}

Expr* Exporter::structLanguage(eval::Environment* env, const ir::StructLit& s) {
  StructLit* literal = newStruct();
  eval::Environment* inner = child(env, topNode());
  for (const ir::Node* each : s.decls) {
    Alias* made = nullptr;
    const auto* source = each->syntax == nullptr ? nullptr : each->syntax->as<Field>();
    if (const auto* alias = source == nullptr ? nullptr : source->value->as<Alias>()) {
      made = build_.make<Alias>();
      made->ident = build_.ident(alias->ident->name);
      valueAliases_.emplace_back(alias, made);
    }
    Decl* decl = declaration(inner, each);
    if (decl == nullptr) continue;  // a let; it is written when it is used
    if (profile_.showDocs) copyDocs(*decl, each->syntax);
    if (auto* field = decl->as<Field>(); field != nullptr && made != nullptr) {
      made->expr = field->value;
      field->value = made;
    }
    elements(literal).push_back(decl);
  }
  return literal;
}

Expr* Exporter::labelReference(eval::Environment* env, const ir::LabelReference& ref) {
  Frame* frame = frameAt(ref.upCount, true);
  // The label that matched, when there is one.
  eval::Environment* at = env;
  for (int i = 0; i < ref.upCount && at != nullptr; ++i) at = at->up;
  if (at != nullptr && at->dynamicLabel.valid()) return value(ctx_.labelValue(at->dynamicLabel));
  if (frame == nullptr) return build_.ident("string");
  auto* list = frame->field->label->as<ListLit>();
  if (list == nullptr || list->elements.size() != 1) return build_.ident("string");
  std::string name;
  if (const auto* alias = list->elements[0]->as<Alias>()) {
    name = alias->ident->name;
  } else {
    if (ref.syntax != nullptr) {
      if (const auto* ident = ref.syntax->as<Ident>()) name = ident->name;
    }
    name = uniqueAlias(name);
    auto* made = build_.make<Alias>();
    made->ident = build_.ident(name);
    made->expr = list->elements[0];
    list->elements[0] = made;
  }
  Ident* ident = build_.ident(name);
  links_.nodes[ident] = frame->labelExpr;
  return ident;
}

Expr* Exporter::interpolation(eval::Environment* env, const ir::Interpolation& x) {
  const auto textOf = [](const ir::Node* part) -> std::string_view {
    if (const auto* string = part->as<ir::String>()) return string->text;
    if (const auto* bytes = part->as<ir::Bytes>()) return bytes->text;
    return {};
  };
  bool multiline = false;
  for (std::size_t i = 0; i < x.parts.size(); i += 2) {
    multiline = multiline || textOf(x.parts[i]).find('\n') != std::string_view::npos;
  }
  const char quote = x.bytes ? '\'' : '"';
  const std::string indent(multiline ? stack_.size() : 0, '\t');
  const std::string quotes(multiline ? 3 : 1, quote);
  auto* out = build_.make<Interpolation>();
  std::vector<Expr*> parts;
  for (std::size_t i = 0; i < x.parts.size(); ++i) {
    if (i % 2 == 1) {
      parts.push_back(innerExpr(env, x.parts[i]));
      continue;
    }
    std::string text = i == 0 ? quotes : ")";
    if (i == 0 && multiline) text += "\n" + indent;
    text += escapedText(textOf(x.parts[i]), x.bytes, multiline, static_cast<int>(stack_.size()));
    if (i + 1 == x.parts.size()) {
      if (multiline) text += "\n" + indent;
      text += quotes;
    } else {
      if (text.ends_with('\n')) text += indent;
      text += "\\(";
    }
    parts.push_back(build_.literal(Token::String, text));
  }
  out->elements = build_.nodes(parts);
  return out;
}

Expr* Exporter::sortedBinary(eval::Environment* env, const ir::BinaryExpr& x) {
  std::vector<const ir::Expr*> operands;
  const auto flatten = [&](const auto& self, const ir::Expr* node) -> void {
    const auto* binary = node->as<ir::BinaryExpr>();
    if (binary != nullptr && binary->op == x.op) {
      self(self, binary->x);
      self(self, binary->y);
    } else {
      operands.push_back(node);
    }
  };
  flatten(flatten, &x);
  std::stable_sort(operands.begin(), operands.end(),
                   [](const ir::Expr* a, const ir::Expr* b) { return compareLeaves(a, b) < 0; });
  std::vector<Expr*> out;
  for (const ir::Expr* operand : operands) {
    if (operand->kind == IrKind::Top) continue;
    const auto* type = operand->as<ir::BasicType>();
    if (type != nullptr && type->kinds == kTop) continue;
    out.push_back(innerExpr(env, operand));
  }
  if (out.empty()) return build_.ident("_");
  return build_.chain(tokenOf(x.op), out);
}

Expr* Exporter::resolver(eval::Environment* env, const ir::Node* node) {
  switch (node->kind) {
    case IrKind::FieldReference:
      return fieldReference(env, *static_cast<const ir::FieldReference*>(node));
    case IrKind::ValueReference: {
      const auto* ref = static_cast<const ir::ValueReference*>(node);
      std::string name = identText(ref->label);
      const auto made = std::find_if(valueAliases_.rbegin(), valueAliases_.rend(),
                                     [&](const auto& each) { return each.first->ident->name == name; });
      return build_.ident(made == valueAliases_.rend() ? std::string_view(name) : made->second->ident->name);
    }
    case IrKind::DynamicReference:
      return dynamicReference(*static_cast<const ir::DynamicReference*>(node));
    case IrKind::ImportReference:
      return importReference(*static_cast<const ir::ImportReference*>(node));
    case IrKind::LetReference:
      return letReference(env, *static_cast<const ir::LetReference*>(node));
    case IrKind::SelectorExpr: {
      const auto* x = static_cast<const ir::SelectorExpr*>(node);
      Expr* base = innerExpr(env, x->x);
      return withOptionalMark(build_.selector(base, labelOf(x->label)), x->optional);
    }
    case IrKind::IndexExpr: {
      const auto* x = static_cast<const ir::IndexExpr*>(node);
      auto* out = build_.make<IndexExpr>();
      out->x = innerExpr(env, x->x);
      out->index = innerExpr(env, x->index);
      return withOptionalMark(out, x->optional);
    }
    default:
      return build_.ident("_");
  }
}

Expr* Exporter::fieldReference(eval::Environment* env, const ir::FieldReference& ref) {
  const auto* source = ref.syntax == nullptr ? nullptr : ref.syntax->as<Ident>();
  if (source != nullptr && source->name != ctx_.labelText(ref.label)) {
    // The reference was written by an alias of the field.
    for (const auto& [field, entry] : aliasedFields_) {
      if (entry.alias != source->name) continue;
      const auto* alias = field->label->as<Alias>();
      const auto* name = alias->expr->as<Ident>();
      if (name != nullptr && name->name != ctx_.labelText(ref.label)) continue;
      Ident* ident = build_.ident(entry.alias);
      links_.nodes[ident] = entry.field;
      return withOptionalMark(ident, ref.optional);
    }
  }
  Ident* ident = fieldIdent(source, ref.label, ref.upCount);
  eval::Environment* at = env;
  for (int i = 0; i < ref.upCount && at != nullptr; ++i) at = at->up;
  if (at != nullptr && at->vertex != nullptr) {
    eval::Vertex* v = ctx_.vertexOf(at);
    if (!v->isDynamic) {
      if (eval::Vertex* arc = v->lookupRaw(ref.label)) linkIdent(arc->deref(), ident);
    }
  }
  return withOptionalMark(ident, ref.optional);
}

Ident* Exporter::fieldIdent(const Ident* source, Feature label, int upCount) {
  Frame* frame = frameAt(upCount, false);
  std::string name = identText(label);
  Entry* entry = frame == nullptr ? nullptr : &frame->fields[label];
  if (entry != nullptr && !entry->alias.empty()) {
    name = entry->alias;
  } else if (!isIdentifier(name)) {
    name = uniqueAlias(source == nullptr ? "X" : std::string(source->name));
    if (entry != nullptr) entry->alias = name;
  }
  Ident* ident = build_.ident(name);
  if (entry != nullptr) entry->references.push_back(ident);
  return ident;
}

Expr* Exporter::letReference(eval::Environment* env, const ir::LetReference& ref) {
  const auto found = ref.x == nullptr || ref.x->syntax == nullptr ? lets_.end() : lets_.find(ref.x->syntax);
  if (found == lets_.end()) {
    eval::Environment* at = env;
    for (int i = 0; i < ref.upCount && at != nullptr; ++i) at = at->up;
    return expr(at, ref.x);
  }
  LetClause* let = found->second;
  if (let->expr == nullptr) {
    let->ident = build_.ident(letName(ref));
    let->expr = build_.ident("_");  // while it is made, so that a cycle ends
    let->expr = expr(env, ref.x);
  }
  Ident* ident = build_.ident(let->ident->name);
  links_.nodes[ident] = let;
  return ident;
}

std::string Exporter::letName(const ir::LetReference& ref) {
  const auto* source = ref.syntax == nullptr ? nullptr : ref.syntax->as<Ident>();
  const std::string name = source == nullptr ? "X" : std::string(source->name);
  const auto [entry, isNew] = letUse_.emplace(ref.label, ref.x);
  return isNew || entry->second != ref.x ? names_.fresh(name) : name;
}

Expr* Exporter::dynamicReference(const ir::DynamicReference& ref) {
  const auto* source = ref.syntax == nullptr ? nullptr : ref.syntax->as<Ident>();
  std::string name = source == nullptr ? "X" : std::string(source->name);
  Field* field = nullptr;
  for (std::size_t i = stack_.size(); i-- > 0 && field == nullptr;) {
    for (const DynamicEntry& entry : stack_[i].dynamicFields) {
      if (entry.alias == name) field = entry.field;
    }
  }
  Ident* ident = nullptr;
  if (field != nullptr) {
    if (!field->label->is<Alias>()) {
      auto* alias = build_.make<Alias>();
      alias->ident = build_.ident(uniqueAlias(name));
      alias->expr = field->label;
      field->label = alias;
    }
    ident = build_.ident(field->label->as<Alias>()->ident->name);
    links_.nodes[ident] = field;
    return ident;
  }
  return build_.ident(name);
}

Expr* Exporter::importReference(const ir::ImportReference& ref) {
  const ImportPath path = parseImportPath(ref.path);
  const auto* source = ref.syntax == nullptr ? nullptr : ref.syntax->as<Ident>();
  const std::string name = source == nullptr ? path.qualifier : std::string(source->name);
  Ident* ident = build_.ident(name);
  links_.imports[ident] = build_.importSpec(ref.path, name == path.qualifier ? std::string_view() : name);
  return ident;
}

}  // namespace puppis::cue
