// SPDX-License-Identifier: Apache-2.0
// The exporter's evaluated values.
#include <algorithm>
#include <unordered_set>

#include "base/stack.h"
#include "cue/eval/builtin.h"
#include "cue/eval/errors.h"
#include "cue/export/exporter.h"
#include "cue/load/input_file.h"
#include "cue/number/decimal.h"
#include "cue/syntax/literal.h"

namespace puppis::cue {

using IrKind = ir::NodeKind;

Expr* Exporter::bareValue(ir::Value* v) {
  if (v->kind == IrKind::Vertex) return vertex(*static_cast<eval::Vertex*>(v));
  auto* wrapper = ctx_.make<eval::Vertex>();
  wrapper->base = v;
  wrapper->status = eval::VertexStatus::Finalized;
  return vertex(*wrapper);
}

// The same value may be shown at many places, so the output can be much more than what was evaluated.
Expr* Exporter::vertex(eval::Vertex& v) {
  constexpr std::size_t kBytesPerValue = 400;  // of a field: label, value, their lists, and the text of all
  ctx_.step();
  ctx_.arena.charge(kBytesPerValue);
  eval::Nesting nesting(ctx_);
  return deeper([&] { return shown(v); });
}

Expr* Exporter::shown(eval::Vertex& v) {
  for (const Frame& frame : stack_) {
    if (frame.node == &v) return build_.ident("_");  // a value that contains itself
  }
  std::vector<Attribute*> attributes;
  if (profile_.showAttributes) attributes = declAttributes(v);

  StructLit* scope = pushFrame(&v).scope;
  ++top().upCount;
  for (const eval::Conjunct& c : v.conjuncts) markLets(eval::toExpr(c.x)->syntax);

  Expr* out = nullptr;
  const bool asStruct = showsArcs(v) || !attributes.empty();
  const auto hasElements = [&] { return !v.arcs.empty() && v.arcs[0]->label.isInt(); };
  if (v.base == nullptr) {
    // Nothing is known: shown by what it is made of.
  } else if (v.base->kind == IrKind::StructMarker) {
    out = structComposite(v, attributes);
  } else if (v.base->kind == IrKind::ListMarker) {
    out = asStruct ? structComposite(v, attributes) : listComposite(v);
  } else if (const auto* failure = v.base->as<eval::Bottom>()) {
    if (v.arcType == ir::ArcType::Optional) {
      // Optional fields may always be what was written.
    } else if (profile_.showErrors && failure->childError) {
      out = hasElements() && !asStruct ? listComposite(v) : structComposite(v, attributes);
    } else if (!failure->isIncomplete() || v.conjuncts.empty() || profile_.final) {
      out = bottom(*failure);
    }
  } else if (asStruct) {
    out = structComposite(v, attributes);
  } else {
    out = value(v.base, v.conjuncts.span());
  }
  if (out == nullptr) out = unfinished(v);

  dropUnusedLets(elements(scope));
  // Lets that a value other than a struct refers to have no place there: the original expressions are shown.
  if (out != scope && !elements(scope).empty()) out = language(nullptr, &v);
  --top().upCount;
  popFrame();
  return out;
}

/// What is not evaluated to a value is the conjunction of what was written.
Expr* Exporter::unfinished(eval::Vertex& v) {
  std::vector<eval::Conjunct> parts(v.conjuncts.begin(), v.conjuncts.end());
  std::stable_sort(parts.begin(), parts.end(), [](const eval::Conjunct& a, const eval::Conjunct& b) {
    return compareLeaves(eval::toExpr(a.x), eval::toExpr(b.x)) < 0;
  });
  std::unordered_set<const ir::Node*> seen;
  std::vector<Expr*> operands;
  for (const eval::Conjunct& c : parts) {
    ir::Node* element = eval::elemOf(c.x);
    if (!seen.insert(element).second) continue;
    if (Expr* operand = expr(c.env, element)) operands.push_back(operand);
  }
  Expr* out = build_.chain(Token::And, operands);
  return out != nullptr ? out : build_.ident("_");
}

Expr* Exporter::value(const ir::Value* v, std::span<const eval::Conjunct> origins) {
  if (profile_.takeDefaults) v = eval::defaultOf(ctx_, const_cast<ir::Value*>(v));
  switch (v->kind) {
    case IrKind::Bottom:
      return bottom(*static_cast<const eval::Bottom*>(v));
    case IrKind::Null:
      return build_.null();
    case IrKind::Bool:
      return build_.boolean(static_cast<const ir::Bool*>(v)->value);
    case IrKind::Num:
      return numberValue(*static_cast<const ir::Num*>(v), origins);
    case IrKind::String:
      return textValue(static_cast<const ir::String*>(v)->text, false, origins);
    case IrKind::Bytes:
      return textValue(static_cast<const ir::Bytes*>(v)->text, true, origins);
    case IrKind::BasicType:
      return build_.ident(kindText(static_cast<const ir::BasicType*>(v)->kinds));
    case IrKind::Top:
      return build_.ident("_");
    case IrKind::BoundValue: {
      const auto* bound = static_cast<const ir::BoundValue*>(v);
      return build_.unary(tokenOf(bound->op), value(bound->value));
    }
    case IrKind::Builtin:
      return builtin(*static_cast<const eval::Builtin*>(v));
    case IrKind::BuiltinValidator:
      return validator(*static_cast<const eval::BuiltinValidator*>(v));
    case IrKind::Vertex:
      return vertex(*const_cast<eval::Vertex*>(static_cast<const eval::Vertex*>(v)));
    case IrKind::Conjunction:
      return conjunction(*static_cast<const ir::Conjunction*>(v));
    case IrKind::Disjunction:
      return disjunction(*static_cast<const ir::Disjunction*>(v));
    default:
      return expr(nullptr, v);
  }
}

Expr* Exporter::bottom(const eval::Bottom& b) {
  auto* out = build_.make<BottomLit>(Pos{});
  const std::vector<eval::ErrorReport> reports = eval::reportErrors(ctx_, b);
  if (!reports.empty()) {
    std::string message =
        reports[0].path.empty() ? reports[0].message : reports[0].path + ": " + reports[0].message;
    if (reports.size() > 1) message += " (and " + std::to_string(reports.size() - 1) + " more errors)";
    out->comments = build_.comments({"// " + message}, false, true, 2);
  }
  return out;
}

namespace {

/// The literal of the source that a scalar was written as.
const BasicLit* literalOf(std::span<const eval::Conjunct> origins) {
  for (const eval::Conjunct& c : origins) {
    if (c.x->syntax == nullptr) continue;
    if (const auto* literal = c.x->syntax->as<BasicLit>()) return literal;
  }
  return nullptr;
}

}  // namespace

Expr* Exporter::numberValue(const ir::Num& n, std::span<const eval::Conjunct> origins) {
  if (const BasicLit* literal = literalOf(origins)) return build_.literal(literal->token, literal->text);
  std::string text = number::toText(n.value);
  if (!n.value.isInt() && text.find_first_of("eE.") == std::string::npos) text += '.';
  return build_.literal(n.value.isInt() ? Token::Int : Token::Float, text);
}

Expr* Exporter::textValue(std::string_view text, bool bytes, std::span<const eval::Conjunct> origins) {
  if (const BasicLit* literal = literalOf(origins)) return build_.literal(literal->token, literal->text);
  return build_.literal(Token::String, quoteMultiline(text, bytes, static_cast<int>(stack_.size())));
}

bool Bounds::add(ir::Value* v) {
  if (const auto* type = v->as<ir::BasicType>()) {
    if (type->kinds != kInt) return false;
    isInt = true;
    return true;
  }
  auto* bound = v->as<ir::BoundValue>();
  if (bound == nullptr) return false;
  const auto* number = bound->value->as<ir::Num>();
  if (number == nullptr) return false;
  const auto against = [&](const ir::BoundValue* other) {
    return number::compare(other->value->as<ir::Num>()->value, number->value);
  };
  switch (bound->op) {
    case ir::Op::Greater:
      if (min == nullptr || against(min) != 1) min = bound;
      return true;
    case ir::Op::GreaterEqual:
      if (min == nullptr || against(min) == -1) min = bound;
      return true;
    case ir::Op::Less:
      if (max == nullptr || against(max) != -1) max = bound;
      return true;
    case ir::Op::LessEqual:
      if (max == nullptr || against(max) == 1) max = bound;
      return true;
    default:
      return false;
  }
}

Expr* Exporter::conjunction(const ir::Conjunction& c) {
  if (c.values.empty()) return build_.ident("_");
  if (c.values.size() == 1) return profile_.simplify ? expr(nullptr, c.values[0]) : bareValue(c.values[0]);
  if (profile_.simplify) {
    if (const std::string name = rangeName(c); !name.empty()) return build_.ident(name);
  }
  std::vector<ir::Value*> rest;
  Bounds bounds;
  for (ir::Value* v : c.values) {
    if (!profile_.simplify || !bounds.add(v)) rest.push_back(v);
  }
  Expr* out = nullptr;
  if (bounds.min != nullptr && bounds.max != nullptr) {
    bool showMin = true;
    if (bounds.isInt) {
      const int sign = bounds.min->value->as<ir::Num>()->value.sign();
      out = build_.ident(sign < 0 ? "int" : "uint");
      showMin = !(sign == 0 && bounds.min->op == ir::Op::GreaterEqual);
    }
    if (showMin) out = build_.binary(Token::And, out, expr(nullptr, bounds.min));
    out = build_.binary(Token::And, out, expr(nullptr, bounds.max));
  } else {
    rest.assign(c.values.begin(), c.values.end());
  }
  std::stable_sort(rest.begin(), rest.end(),
                   [](const ir::Value* a, const ir::Value* b) { return compareLeaves(a, b) < 0; });
  for (ir::Value* v : rest) out = build_.binary(Token::And, out, bareValue(v));
  return out;
}

Expr* Exporter::disjunction(const ir::Disjunction& d) {
  std::vector<Expr*> operands;
  for (std::size_t i = 0; i < d.values.size(); ++i) {
    Expr* operand = profile_.simplify ? bareValue(d.values[i]) : expr(nullptr, d.values[i]);
    if (i < d.numDefaults) operand = build_.unary(Token::Mul, operand);
    operands.push_back(operand);
  }
  return build_.chain(Token::Or, operands);
}

Expr* Exporter::builtin(const eval::Builtin& b) {
  Ident* name = build_.ident(b.name);
  if (b.package.empty()) {
    links_.nodes[name] = nullptr;  // predeclared
    return name;
  }
  Ident* package = build_.ident(parseImportPath(b.package).qualifier);
  links_.imports[package] = build_.importSpec(b.package);
  return build_.selector(package, name);
}

Expr* Exporter::validator(const eval::BuiltinValidator& v) {
  std::vector<Expr*> args;
  for (ir::Value* argument : v.args) args.push_back(value(argument));
  return build_.call(builtin(*v.builtin), args);
}

Expr* Exporter::listComposite(eval::Vertex& v) {
  std::vector<Expr*> out;
  for (eval::Vertex* arc : v.arcs) {
    if (!arc->label.isInt()) continue;
    Expr* element = vertex(*arc);
    if (profile_.showDocs) setDocs(*element, docsOf(*arc));
    out.push_back(element);
  }
  const auto* marker = v.base == nullptr ? nullptr : v.base->as<ir::ListMarker>();
  if (!profile_.takeDefaults && marker != nullptr && marker->open) {
    auto* ellipsis = build_.make<Ellipsis>(Pos{});
    if (eval::Vertex* type = anyElement(v); type != nullptr && eval::kindOf(type) != kTop) {
      ellipsis->type = value(type);
    }
    out.push_back(ellipsis);
  }
  return build_.list(out);
}

/// What elements past the declared ones of an open list must be, or null.
eval::Vertex* Exporter::anyElement(eval::Vertex& v) {
  if (v.patterns == nullptr || v.patterns->pairs.empty()) return nullptr;
  auto* out = ctx_.make<eval::Vertex>();
  out->parent = &v;
  for (const eval::PatternConstraint& pair : v.patterns->pairs) {
    for (const eval::Conjunct& c : pair.constraint->conjuncts) out->conjuncts.push(ctx_.arena, c);
  }
  ctx_.finalize(out);
  return out;
}

bool Exporter::showsArcs(const eval::Vertex& v) const {
  if (!profile_.showHidden && !profile_.showDefinitions) return false;
  for (const eval::Vertex* arc : v.arcs) {
    if (arc->label.isDef() && profile_.showDefinitions) return true;
    if (arc->label.isHidden() && profile_.showHidden) return true;
  }
  return false;
}

Expr* Exporter::structComposite(eval::Vertex& v, const std::vector<Attribute*>& attributes) {
  StructLit* scope = top().scope;
  bool showRegular = false;
  bool listBehind = false;  // lists may be long: they come last
  if (v.base->kind == IrKind::StructMarker) {
    showRegular = true;
  } else if (v.base->kind == IrKind::ListMarker) {
    listBehind = true;
  } else if (const auto* failure = v.base->as<eval::Bottom>()) {
    if (!profile_.showErrors || !failure->childError) {
      elements(scope).push_back(bottom(*failure));
      return scope;
    }
    showRegular = true;
    for (const eval::Vertex* arc : v.arcs) listBehind = listBehind || arc->label.isInt();
  } else {
    Expr* embedded = value(v.base);
    elements(scope).push_back(embedded);
  }
  for (Attribute* attribute : attributes) elements(scope).push_back(attribute);

  for (const Feature label : eval::orderedFeatures(ctx_, &v)) {
    bool show = false;
    switch (label.type()) {
      case LabelType::String:
        show = showRegular;
        break;
      case LabelType::Definition:
        show = profile_.showDefinitions;
        break;
      case LabelType::Hidden:
      case LabelType::HiddenDefinition:
        show = profile_.showHidden && isOwnHidden(label);
        break;
      default:
        break;
    }
    if (!show) continue;
    Field* field = build_.field(labelOf(label), nullptr);
    setEntry(label, field, nullptr);
    eval::Vertex* arc = v.lookupRaw(label);
    if (arc == nullptr) continue;
    if (arc->arcType == ir::ArcType::Optional && !profile_.showOptional) continue;
    field->constraint = constraintOf(arc->arcType);
    field->value = vertex(*arc->deref());
    if (profile_.showAttributes) {
      std::vector<Attribute*> own;
      for (const eval::Conjunct& c : arc->conjuncts) addFieldAttributes(own, c.x->syntax);
      field->attributes = build_.nodes(own);
    }
    if (profile_.showDocs) setDocs(*field, docsOf(*arc));
    elements(scope).push_back(field);
  }
  if (listBehind) {
    Expr* list = listComposite(v);
    elements(scope).push_back(list);
  }
  return scope;
}

namespace {

int rankOf(const ir::Node* x) {
  switch (x->kind) {
    case IrKind::Top:
      return 0;
    case IrKind::BasicType:
      return 1;
    case IrKind::FieldReference:
      return 2;
    case IrKind::Bool:
    case IrKind::Null:
    case IrKind::Num:
    case IrKind::String:
    case IrKind::Bytes:
      return 10;
    case IrKind::BoundValue:
      return 20;
    case IrKind::StructLit:
    case IrKind::ListLit:
      return 500;
    default:
      return x->isExpr() ? 25 : 100;
  }
}

std::string_view sourceName(const ir::Unit* unit) {
  if (unit == nullptr) return {};
  if (unit->file != nullptr) return unit->file->source->name();
  return unit->source != nullptr ? std::string_view(unit->source->name()) : std::string_view();
}

}  // namespace

int compareLeaves(const ir::Node* a, const ir::Node* b) {
  if (rankOf(a) != rankOf(b)) return rankOf(a) < rankOf(b) ? -1 : 1;
  if (a->syntax == nullptr || b->syntax == nullptr) return 0;
  const ir::Origin x = a->origin();
  const ir::Origin y = b->origin();
  if (!x.known() || !y.known()) return x.known() == y.known() ? 0 : x.known() ? -1 : 1;
  if (const int order = sourceName(x.unit).compare(sourceName(y.unit)); order != 0) return order;
  return x.at == y.at ? 0 : x.at < y.at ? -1 : 1;
}

std::string rangeName(const ir::Conjunction& c) {
  bool isInt = false;
  const ir::Num* low = nullptr;
  const ir::Num* high = nullptr;
  for (const ir::Value* v : c.values) {
    if (const auto* type = v->as<ir::BasicType>()) {
      if (type->kinds != kInt || isInt) return {};
      isInt = true;
      continue;
    }
    const auto* bound = v->as<ir::BoundValue>();
    const auto* number = bound == nullptr ? nullptr : bound->value->as<ir::Num>();
    if (number == nullptr) return {};
    if (bound->op == ir::Op::GreaterEqual && low == nullptr) {
      low = number;
    } else if (bound->op == ir::Op::LessEqual && high == nullptr) {
      high = number;
    } else {
      return {};
    }
  }
  if (low != nullptr && high == nullptr && isInt && low->value.isZero()) return "uint";
  if (low == nullptr || high == nullptr) return {};
  struct Range {
    const char* name;
    const char* low;
    const char* high;
  };
  constexpr Range kIntRanges[] = {
      {"int8", "-128", "127"},
      {"int16", "-32768", "32767"},
      {"int32", "-2147483648", "2147483647"},
      {"int64", "-9223372036854775808", "9223372036854775807"},
      {"int128", "-170141183460469231731687303715884105728", "170141183460469231731687303715884105727"},
      {"uint8", "0", "255"},
      {"uint16", "0", "65535"},
      {"uint32", "0", "4294967295"},
      {"uint64", "0", "18446744073709551615"},
      {"uint128", "0", "340282366920938463463374607431768211455"},
  };
  constexpr Range kFloatRanges[] = {
      {"float32", "-3.40282346638528859811704183484516925440e+38",
       "3.40282346638528859811704183484516925440e+38"},
      {"float64", "-1.797693134862315708145274237317043567981e+308",
       "1.797693134862315708145274237317043567981e+308"},
  };
  Arena arena;
  const auto equals = [&](const ir::Num* number, const char* text) {
    const auto parsed = number::parseDecimal(text, arena);
    return parsed && number::equal(*parsed, number->value);
  };
  const std::span<const Range> ranges =
      isInt ? std::span<const Range>(kIntRanges) : std::span<const Range>(kFloatRanges);
  for (const Range& range : ranges) {
    if (equals(low, range.low) && equals(high, range.high)) return range.name;
  }
  return {};
}

}  // namespace puppis::cue
