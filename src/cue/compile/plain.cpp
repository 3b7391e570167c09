// SPDX-License-Identifier: Apache-2.0
#include "cue/compile/plain.h"

#include <algorithm>
#include <unordered_set>

namespace puppis::cue {

namespace {

bool isPlainValue(const ir::Node* x) {
  if (x->kind <= ir::NodeKind::Bytes) return true;
  if (const auto* s = x->as<ir::StructLit>()) return s->isPlain;
  const auto* l = x->as<ir::ListLit>();
  return l != nullptr && l->isPlain;
}

bool hasDistinctLabels(std::span<ir::Decl* const> fields) {
  constexpr std::size_t kFew = 12;
  auto labelOf = [](const ir::Decl* d) { return static_cast<const ir::Field*>(d)->label; };
  if (fields.size() > kFew) {
    std::unordered_set<std::uint32_t> seen;
    return std::all_of(fields.begin(), fields.end(),
                       [&](const ir::Decl* d) { return seen.insert(labelOf(d).bits()).second; });
  }
  for (std::size_t i = 1; i < fields.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (labelOf(fields[i]) == labelOf(fields[j])) return false;
    }
  }
  return true;
}

bool isScalarOrType(const ir::Node* x) {
  return x->kind <= ir::NodeKind::BasicType;
}

bool isSoundValue(const ir::Node* x) {
  if (isScalarOrType(x)) return true;
  if (const auto* s = x->as<ir::StructLit>()) return s->isSound;
  if (const auto* l = x->as<ir::ListLit>()) return l->isSound;
  const auto* d = x->as<ir::DisjunctionExpr>();
  return d != nullptr && std::all_of(d->values.begin(), d->values.end(),
                                     [](const ir::Disjunct& v) { return isScalarOrType(v.value); });
}

}  // namespace

bool isPlain(const ir::StructLit& literal) {
  return literal.isStatic && std::all_of(literal.decls.begin(), literal.decls.end(), [](const ir::Decl* d) {
           return isPlainValue(static_cast<const ir::Field*>(d)->value);
         });
}

bool isStatic(const ir::StructLit& literal) {
  for (const ir::Decl* d : literal.decls) {
    const auto* f = d->as<ir::Field>();
    if (f == nullptr || f->arcType != ir::ArcType::Member || !f->label.isString()) return false;
  }
  return hasDistinctLabels(literal.decls);
}

bool isSound(const ir::StructLit& literal) {
  for (const ir::Decl* d : literal.decls) {
    const auto* f = d->as<ir::Field>();
    if (f == nullptr || !isSoundValue(f->value)) return false;
  }
  return hasDistinctLabels(literal.decls);
}

bool isSound(const ir::ListLit& literal) {
  return std::all_of(literal.elements.begin(), literal.elements.end(), [](const ir::Node* e) {
    const auto* rest = e->as<ir::Ellipsis>();
    return isSoundValue(rest != nullptr ? rest->value : e);
  });
}

bool isPlain(const ir::ListLit& literal) {
  return std::all_of(literal.elements.begin(), literal.elements.end(), isPlainValue);
}

}  // namespace puppis::cue
