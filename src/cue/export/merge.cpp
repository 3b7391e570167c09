// SPDX-License-Identifier: Apache-2.0
// The exporter's definitions: a Vertex as what it was made of, with the literal structs among it merged into
// one.
#include <algorithm>
#include <map>
#include <unordered_set>

#include "cue/eval/vertex.h"
#include "cue/export/exporter.h"

namespace puppis::cue {

using IrKind = ir::NodeKind;

namespace {

/// Whether a struct has declarations that cannot be merged with those of others.
bool isComplex(const ir::StructLit& s) {
  for (const ir::Node* decl : s.decls) {
    switch (decl->kind) {
      case IrKind::Field: {
        const auto* field = decl->syntax == nullptr ? nullptr : decl->syntax->as<Field>();
        if (field != nullptr && field->label->is<Alias>()) return true;
        break;
      }
      case IrKind::LetField:
        break;
      case IrKind::Ellipsis:
        // A bare ellipsis has no type of its own.
        if (static_cast<const ir::Ellipsis*>(decl)->value->kind != IrKind::Top) return true;
        break;
      default:
        if (!decl->isExpr()) return true;
    }
  }
  return false;
}

/// Whether an expression needs nothing but itself.
bool isSelfContained(const ir::Node* x) {
  switch (x->kind) {
    case IrKind::BinaryExpr:
      return isSelfContained(static_cast<const ir::BinaryExpr*>(x)->x) &&
             isSelfContained(static_cast<const ir::BinaryExpr*>(x)->y);
    case IrKind::UnaryExpr:
      return isSelfContained(static_cast<const ir::UnaryExpr*>(x)->x);
    case IrKind::BoundExpr:
      return isSelfContained(static_cast<const ir::BoundExpr*>(x)->expr);
    default:
      return x->isValue();
  }
}

bool isTopValue(const ir::Node* x) {
  if (x == nullptr) return false;
  if (x->kind == IrKind::Top) return true;
  const auto* type = x->as<ir::BasicType>();
  return type != nullptr && type->kinds == kTop;
}

/// The rank of each label by a topological sort of the declaration lists: the highest comes first. (The order
/// of evaluated fields is finer; definitions are shown by this one.)
std::unordered_map<Feature, int, FeatureHash> ranks(const std::vector<eval::StructInfo>& structs) {
  std::vector<std::vector<Feature>> fronts;
  for (const eval::StructInfo& info : structs) {
    std::vector<Feature> labels;
    for (const ir::Node* decl : info.literal->decls) {
      if (const auto* field = decl->as<ir::Field>()) labels.push_back(field->label);
    }
    if (labels.empty()) continue;
    for (std::uint32_t i = 0; i <= info.repeats; ++i) fronts.push_back(labels);
  }
  std::unordered_map<Feature, int, FeatureHash> counts;
  for (const auto& front : fronts) {
    for (std::size_t i = 1; i < front.size(); ++i) ++counts[front[i]];
  }
  std::vector<std::size_t> heads(fronts.size(), 0);
  int next = -1;
  for (;;) {
    bool progress = false;
    for (std::size_t i = 0; i < fronts.size() && !progress; ++i) {
      if (heads[i] == fronts[i].size()) continue;
      const Feature label = fronts[i][heads[i]];
      const int count = counts[label];
      if (count > 0) continue;
      ++heads[i];
      if (heads[i] + 1 < fronts[i].size()) {
        int& following = counts[fronts[i][heads[i]]];
        if (following > 0) --following;
      }
      if (count == 0) counts[label] = next--;
      progress = true;
    }
    if (progress) continue;
    bool left = false;
    for (std::size_t i = 0; i < fronts.size() && !left; ++i) {
      if (heads[i] == fronts[i].size()) continue;
      counts[fronts[i][heads[i]]] = 0;  // labels in a circle: begin anywhere
      left = true;
    }
    if (!left) return counts;
  }
}

}  // namespace

Expr* Exporter::innerExpr(eval::Environment* env, const ir::Node* node) {
  ++inExpression_;
  Expr* out = expr(env, node);
  --inExpression_;
  return out;
}

/// A part of the language, or a value, as an expression. Null for what says nothing.
Expr* Exporter::expr(eval::Environment* env, const ir::Node* node) {
  if (node == nullptr) return nullptr;
  auto* mutableNode = const_cast<ir::Node*>(node);
  if (auto* v = mutableNode->as<eval::Vertex>()) {
    if (v->isData()) return value(v);
    std::vector<Part> parts;
    for (const eval::Conjunct& c : v->conjuncts) parts.push_back({c, 0});
    return merge(v, parts);
  }
  if (node->kind == IrKind::StructLit) {
    eval::Conjunct c;
    c.env = env;
    c.x = mutableNode;
    return merge(nullptr, {{c, 0}});
  }
  if (node->isValue()) return value(node);
  return language(env, node);
}

Expr* Exporter::merge(eval::Vertex* source, const std::vector<Part>& parts) {
  Merge m;
  StructLit* scope = pushFrame(source).scope;

  Alias* valueAlias = nullptr;
  for (const Part& part : parts) {
    const ir::Node* declared = part.conjunct.x;
    const auto* field = declared->syntax == nullptr ? nullptr : declared->syntax->as<Field>();
    if (const auto* alias = field == nullptr ? nullptr : field->value->as<Alias>()) {
      if (valueAlias == nullptr) {
        valueAlias = build_.make<Alias>();
        valueAlias->ident = build_.ident(uniqueAlias(std::string(alias->ident->name)));
      }
      valueAliases_.emplace_back(alias, valueAlias);
    }
    markLets(eval::toExpr(part.conjunct.x)->syntax);
  }
  const bool hasAlias = !elements(scope).empty();

  std::unordered_set<const ir::Node*> seen;
  for (const Part& part : parts) {
    top().upCount = part.upCount;
    ir::Node* element = eval::elemOf(part.conjunct.x);
    if (seen.insert(element).second) add(m, part.conjunct.env, source, element, false);
  }
  if (source != nullptr) {
    for (eval::Vertex* arc : source->arcs) {
      const auto found = m.fields.find(arc->label);
      if (found == m.fields.end()) continue;
      found->second.arc = arc;
      found->second.type = arc->arcType;
    }
  }

  const auto finish = [&](Expr* out) -> Expr* {
    dropUnusedLets(elements(scope));
    popFrame();
    if (valueAlias == nullptr) return out;
    valueAlias->expr = out;
    return valueAlias;
  };

  for (Attribute* attribute : m.attributes) elements(scope).push_back(attribute);
  if (!m.values.empty()) {
    auto* joined = ctx_.make<eval::Vertex>();
    for (const eval::Conjunct& c : m.values) joined->conjuncts.push(ctx_.arena, c);
    ctx_.finalize(joined);
    m.embedded.push_back(value(joined, joined->conjuncts.span()));
  }

  if (m.fields.empty() && !m.hasEllipsis) {
    const std::size_t count = m.embedded.size() + m.conjuncts.size();
    if (count == 0 && m.attributes.empty()) {
      if (!m.structs.empty() || m.isData) return finish(closedIfNeeded(m, scope, source));
      return finish(build_.ident("_"));
    }
    if (count == 1) {
      Expr* only = m.conjuncts.empty() ? m.embedded[0] : m.conjuncts[0];
      if (m.attributes.empty() && !hasAlias) return finish(only);
      if (auto* literal = only->as<StructLit>()) {
        for (Decl* decl : std::vector<Decl*>(elements(literal))) elements(scope).push_back(decl);
        return finish(closedIfNeeded(m, scope, source));
      }
    }
  }
  for (Expr* embedded : m.embedded) elements(scope).push_back(build_.embed(embedded));
  writeFields(m, elements(scope));
  if (m.hasEllipsis) elements(scope).push_back(build_.make<Ellipsis>(Pos{}));

  Expr* whole = closedIfNeeded(m, scope, source);
  if (m.conjuncts.empty()) return finish(whole);
  if (!m.structs.empty() || !elements(scope).empty()) m.conjuncts.push_back(whole);
  return finish(build_.chain(Token::And, m.conjuncts));
}

void Exporter::writeFields(Merge& m, std::vector<Decl*>& out) {
  std::vector<Feature> labels;
  for (const auto& [label, field] : m.fields) labels.push_back(label);
  // Labels that no literal ranks come last; their order among each other is settled by name.
  std::sort(labels.begin(), labels.end(), [](Feature a, Feature b) { return a.bits() > b.bits(); });
  auto rank = ranks(m.structs);
  std::stable_sort(labels.begin(), labels.end(), [&](Feature a, Feature b) {
    const int x = rank[a];
    const int y = rank[b];
    if (y == 0) return x != 0;
    return x != 0 && x > y;
  });
  for (const Feature label : labels) {
    if (label.isLet()) continue;
    MergedField& merged = m.fields[label];
    std::vector<eval::Conjunct> conjuncts;
    for (const Part& part : merged.parts) conjuncts.push_back(part.conjunct);
    Field* field = build_.field(labelOf(label), nullptr);
    if (Frame* frame = frameAt(0, false)) {
      const auto entry = frame->fields.find(label);
      if (entry != frame->fields.end() && !entry->second.alias.empty()) {
        setFieldAlias(*field, entry->second.alias);
        entry->second.node = field;
      }
    }
    field->value = merge(merged.arc, merged.parts);
    linkField(merged.arc, field);
    field->constraint = constraintOf(merged.type);
    if (profile_.showDocs) setDocs(*field, docsOf(conjuncts, nullptr));
    if (profile_.showAttributes) {
      std::vector<Attribute*> attributes;
      for (const eval::Conjunct& c : conjuncts) addFieldAttributes(attributes, c.x->syntax);
      field->attributes = build_.nodes(attributes);
    }
    out.push_back(field);
  }
}

Expr* Exporter::closedIfNeeded(const Merge& m, StructLit* literal, eval::Vertex* source) {
  if (m.hasEllipsis || source == nullptr || !source->closedNonRecursive) return literal;
  return build_.call(build_.ident("close"), {literal});
}

void Exporter::add(Merge& m, eval::Environment* env, eval::Vertex* source, ir::Node* x, bool embedded) {
  if (x->kind == IrKind::StructLit) return addStruct(m, env, source, *static_cast<ir::StructLit*>(x));
  if (auto* v = x->as<eval::Vertex>()) return addVertex(m, env, source, *v);
  if (x->isValue()) return addValue(m, env, source, x);
  const auto* binary = x->as<ir::BinaryExpr>();
  if (binary != nullptr && binary->op == ir::Op::And && !embedded) {
    add(m, env, source, binary->x, false);
    add(m, env, source, binary->y, false);
    return;
  }
  if (isSelfContained(x)) return addValue(m, env, source, x);
  Expr* out = expr(env, x);
  if (out == nullptr) return;
  (embedded ? m.embedded : m.conjuncts).push_back(out);
}

void Exporter::addStruct(Merge& m, eval::Environment* env, eval::Vertex* source, ir::StructLit& s) {
  ++top().upCount;
  if (profile_.showAttributes) {
    for (Attribute* attribute : declAttributes(s.syntax)) {
      const auto same = [&](const Attribute* other) { return other->text == attribute->text; };
      if (std::none_of(m.attributes.begin(), m.attributes.end(), same)) m.attributes.push_back(attribute);
    }
  }
  if (isComplex(s)) {
    pushFrame(source);
    m.embedded.push_back(language(env, &s));
    --top().upCount;
    popFrame();
    return;
  }
  m.structs.push_back({&s, 0, 0, false});
  eval::Environment* inner = child(env, topNode());
  for (ir::Node* decl : s.decls) {
    if (auto* field = decl->as<ir::Field>()) {
      addField(m, field->label, field->arcType, inner, field);
    } else if (decl->is<ir::Ellipsis>()) {
      m.hasEllipsis = true;
    } else if (decl->isExpr()) {
      add(m, inner, nullptr, decl, true);
    }
  }
  --top().upCount;
}

void Exporter::addVertex(Merge& m, eval::Environment* env, eval::Vertex* source, eval::Vertex& v) {
  if (eval::Bottom* failure = v.bottom();
      failure != nullptr && (!failure->isIncomplete() || profile_.final)) {
    return addValue(m, env, &v, failure);
  }
  if (!v.isData()) {
    for (const eval::Conjunct& c : v.conjuncts) add(m, c.env, &v, eval::elemOf(c.x), false);
    return;
  }
  for (const eval::StructInfo& info : v.structs) m.structs.push_back(info);
  m.isData = true;
  if (v.base != nullptr && v.base->kind != IrKind::StructMarker && v.base->kind != IrKind::ListMarker) {
    addValue(m, env, source, v.base);
  }
  for (eval::Vertex* arc : v.arcs) {
    ctx_.finalize(arc);
    if (ctx_.isDefined(arc)) addField(m, arc->label, arc->arcType, env, arc);
  }
}

void Exporter::addValue(Merge& m, eval::Environment* env, eval::Vertex* source, ir::Node* x) {
  // A top beside something else says nothing.
  if (source != nullptr && isTopValue(x) && !isTopValue(source->base)) return;
  eval::Conjunct c;
  c.env = env;
  c.x = x;
  m.values.push_back(c);
}

void Exporter::addField(Merge& m, Feature label, ir::ArcType type, eval::Environment* env, ir::Node* decl) {
  MergedField& field = m.fields[label];
  field.type = std::min(field.type, type);
  Part part;
  part.conjunct.env = env;
  part.conjunct.x = decl;
  part.upCount = top().upCount;
  field.parts.push_back(part);
}

}  // namespace puppis::cue
