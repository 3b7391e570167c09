// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/strings.h"
#include "cue/builtin/builtin.h"
#include "cue/compile/compiler.h"
#include "cue/eval/builtin.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

namespace {
// Whether a language version ("v0.9.0") is before v0.<minor>; no version is the newest.
bool isOlder(const std::string& version, int minor) {
  if (!version.starts_with("v0.")) return false;
  return std::atoi(version.c_str() + 3) < minor;
}
}  // namespace

ir::Expr* Compiler::reference(const Ident& x) {
  auto it = names_.idents.find(&x);
  if (it == names_.idents.end()) return unresolved(x);
  const Resolution& r = it->second;
  if (const auto* spec = r.node->as<ImportSpec>()) {
    usedImports_.insert(spec);
    auto* out = make<ir::ImportReference>(&x);
    out->path = program_->arena.copy(importPathOf(*spec));
    out->package = imports_[spec];
    return out;
  }
  if (x.name == "_") return make<ir::Top>(&x);
  if (const auto* f = r.scope->as<Field>()) return fieldScoped(x, *f, r.node);

  std::int32_t upCount = 0;
  std::size_t k = stack_.size();
  for (; k > 0; --k) {
    if (stack_[k - 1].scope == r.scope) {
      if (stack_[k - 1].isComprehensionVar) refersToForVariable_ = true;
      break;
    }
    upCount += stack_[k - 1].upCount;
  }
  if (k == 0) return fail(&x, "reference " + quoteString(x.name) + " is not in scope here");
  --k;
  if (r.node->is<LetClause>()) {
    AliasEntry entry = lookupAlias(k, &x);
    auto* out = make<ir::LetReference>(&x);
    out->upCount = upCount;
    out->label = entry.feature;
    out->x = entry.expr;
    return out;
  }
  Feature f = label(&x);
  if (const auto* field = r.node->as<Field>()) {
    const Node* lab = field->label;
    const Ident* ident = nullptr;
    if (const auto* alias = lab->as<Alias>()) {
      if (field->alias != nullptr) return fail(field, "field has both label alias and postfix alias");
      ident = alias->ident;
      lab = alias->expr;
    } else if (field->alias != nullptr && field->alias->field != nullptr) {
      ident = field->alias->field;
    } else {
      return fail(&x, "illegal reference " + std::string(x.name));
    }
    AliasEntry entry = lookupAlias(k, ident);
    if (!lab->is<Ident>() && !lab->is<BasicLit>()) {
      if (entry.expr == nullptr) return fail(&x, "cyclic reference in field alias");
      auto* out = make<ir::DynamicReference>(&x);
      out->upCount = upCount;
      out->label = entry.expr;
      return out;
    }
    f = label(lab);
  }
  auto* out = make<ir::FieldReference>(&x);
  out->upCount = upCount;
  out->label = f;
  return out;
}

// Names bound by a field itself: its label, or its value.
ir::Expr* Compiler::fieldScoped(const Ident& x, const Field& f, const Node* node) {
  std::int32_t upCount = 0;
  std::size_t k = stack_.size();
  for (; k > 0; --k) {
    if (stack_[k - 1].field == &f) break;
    upCount += stack_[k - 1].upCount;
  }
  auto* out = make<ir::LabelReference>(&x);
  out->upCount = upCount;
  if (f.alias != nullptr && f.alias->label != nullptr && node == f.alias->label) {
    if (const auto* id = f.label->as<Ident>()) {
      if (id->name.starts_with("_") || id->name.starts_with("#")) {
        return fail(node, "label alias cannot reference definition or hidden field");
      }
      auto* s = make<ir::String>(&x);
      s->text = program_->arena.copy(id->name);
      return s;
    }
    if (const auto* lit = f.label->as<BasicLit>()) return expr(lit);
    return out;
  }
  if (k == 0) return fail(&x, "reference " + quoteString(x.name) + " is not in scope here");
  --k;
  if (const auto* field = node->as<Field>()) {
    const Ident* ident = nullptr;
    if (const auto* alias = field->label->as<Alias>()) {
      ident = alias->ident;
    } else if (field->alias != nullptr) {
      ident = field->alias->field;
    } else {
      return fail(&x, "label reference has no alias");
    }
    lookupAlias(k, ident);
    out->upCount = 0;
    auto* dynamic = make<ir::DynamicReference>(&x);
    dynamic->upCount = upCount;
    dynamic->label = out;
    return dynamic;
  }
  if (const auto* alias = node->as<Alias>()) {
    lookupAlias(k, alias->ident);
    auto* value = make<ir::ValueReference>(&x);
    value->upCount = upCount;
    value->label = label(alias->ident);
    return value;
  }
  return out;
}

ir::Expr* Compiler::unresolved(const Ident& x) {
  if (x.name == "_") return make<ir::Top>(&x);
  Feature f = label(&x);
  std::int32_t upCount = 0;
  for (const Frame& frame : stack_) upCount += frame.upCount;
  auto field = [&] {
    auto* out = make<ir::FieldReference>(&x);
    out->upCount = upCount;
    out->label = f;
    return out;
  };
  if (fileScope_.contains(f.bits())) return field();
  if (std::find(scopeLabels_.begin(), scopeLabels_.end(), f) != scopeLabels_.end()) {
    upCount += upCountOffset_;
    return field();
  }
  if (ir::Expr* known = predeclared(x)) return known;
  if (ir::Expr* package = inferredPackage(x)) return package;
  std::string message = "reference " + quoteString(x.name) + " not found";
  ir::Node* out = fail(&x, message);
  if (std::string near = nearestName(x.name); !near.empty()) errors_.back().suggest(near);
  return out;
}

/// A standard package by its name alone, where that is allowed and only one has it.
ir::Expr* Compiler::inferredPackage(const Ident& x) {
  if (!infersPackages_) return nullptr;
  const builtin::Package* found = nullptr;
  for (const builtin::Package* each : builtin::packages()) {
    if (each->name() != x.name) continue;
    if (found != nullptr) return nullptr;
    found = each;
  }
  if (found == nullptr) return nullptr;
  std::shared_ptr<const Program> package = standardPackage(runtime_, found->path);
  auto* out = make<ir::ImportReference>(&x);
  out->path = found->path;
  out->package = package.get();
  program_->imports.push_back(std::move(package));
  return out;
}

ir::Expr* Compiler::predeclared(const Ident& x) {
  static constexpr struct {
    std::string_view name;
    std::uint16_t kinds;
  } kTypes[] = {{"string", kString}, {"bytes", kBytes}, {"bool", kBool},
                {"int", kInt},       {"float", kFloat}, {"number", kNumber}};
  std::string_view name = x.name;
  if (name.starts_with("__")) name.remove_prefix(2);
  for (const auto& type : kTypes) {
    if (type.name != name) continue;
    auto* out = make<ir::BasicType>(&x);
    out->kinds = type.kinds;
    return out;
  }
  if (name == "self") {
    if (!unit_->experiments.aliasV2) {
      return fail(&x, "predeclared identifier " + quoteString(x.name) + " requires @experiment(aliasv2)");
    }
    auto* out = make<ir::ValueReference>(&x);
    out->upCount = 1;
    out->label = Feature(LabelType::String, runtime_.impl().symbols.intern(x.name));
    return out;
  }
  if (x.name == "__no_sharing") {
    auto* out = make<eval::Bottom>(&x);
    out->noShare = true;
    return out;
  }
  if (const eval::Builtin* f = eval::predeclaredBuiltin(x.name)) {
    if (f->core == eval::Core::Error && isOlder(file_->languageVersion, 14)) {
      return fail(&x, "builtin \"error\" is not available in version " + file_->languageVersion +
                          "; it was added in version \"v0.14.0\"");
    }
    // A function is compared by address, and never changed.
    return const_cast<eval::Builtin*>(f);
  }
  return range(x);
}

// int8 and its kin are an int within bounds.
ir::Expr* Compiler::range(const Ident& x) {
  static constexpr struct {
    std::string_view name;
    std::string_view low;
    std::string_view high;
  } kRanges[] = {
      {"rune", "0", "1114111"},
      {"int8", "-128", "127"},
      {"int16", "-32768", "32767"},
      {"int32", "-2147483648", "2147483647"},
      {"int64", "-9223372036854775808", "9223372036854775807"},
      {"int128", "-170141183460469231731687303715884105728", "170141183460469231731687303715884105727"},
      {"uint", "0", ""},
      {"uint8", "0", "255"},
      {"uint16", "0", "65535"},
      {"uint32", "0", "4294967295"},
      {"uint64", "0", "18446744073709551615"},
      {"uint128", "0", "340282366920938463463374607431768211455"},
      {"float32", "-3.40282346638528859811704183484516925440e+38",
       "3.40282346638528859811704183484516925440e+38"},
      {"float64", "-1.797693134862315708145274237317043567981e+308",
       "1.797693134862315708145274237317043567981e+308"},
  };
  std::string_view name = x.name;
  if (name.starts_with("__")) name.remove_prefix(2);
  for (const auto& r : kRanges) {
    if (r.name != name) continue;
    std::vector<ir::Node*> values;
    if (!name.starts_with("float")) {
      auto* type = make<ir::BasicType>(&x);
      type->kinds = kInt;
      values.push_back(type);
    }
    auto bound = [&](ir::Op op, std::string_view text) {
      auto* n = make<ir::Num>(&x);
      n->value = *number::parseDecimal(text, program_->arena);
      auto* b = make<ir::BoundValue>(&x);
      b->op = op;
      b->value = n;
      values.push_back(b);
    };
    bound(ir::Op::GreaterEqual, r.low);
    if (!r.high.empty()) bound(ir::Op::LessEqual, r.high);
    auto* out = make<ir::Conjunction>(&x);
    out->values = span(values);
    return out;
  }
  return nullptr;
}

std::string Compiler::nearestName(std::string_view name) const {
  std::vector<std::string> names;
  for (const Frame& f : stack_) {
    for (const auto& alias : f.aliases) names.emplace_back(alias.first);
  }
  walk(file_, [&](const Node& n) {
    if (const auto* field = n.as<Field>()) {
      if (const auto* id = field->label->as<Ident>()) names.emplace_back(id->name);
    }
    return true;
  });
  return nearest(name, names).value_or("");
}

}  // namespace puppis::cue
