// SPDX-License-Identifier: Apache-2.0
#include "schema/shape.h"

#include <algorithm>
#include <utility>

namespace puppis::schema {

namespace {

struct Operand {
  cue::Value value;
  bool isDefault = false;
};

void flatten(const cue::Value& value, bool isDefault, std::vector<Operand>& out) {
  cue::Expression e = value.expression();
  if (e.op != cue::Expression::Op::Or) {
    out.push_back({value, isDefault});
    return;
  }
  for (std::size_t i = 0; i < e.operands.size(); ++i) {
    flatten(e.operands[i], isDefault || (i < e.defaults.size() && e.defaults[i]), out);
  }
}

/// Whether every instance of `narrow` is one of `wide`, for what occurs in parameters: a constant or a list
/// type against a type or a bound.
bool covers(const cue::Value& wide, const cue::Value& narrow) {
  if ((narrow.incompleteKind() & ~wide.incompleteKind()) != 0) return false;
  if ((narrow.incompleteKind() & cue::kStruct) != 0) return false;
  if (!narrow.isConcrete()) return false;
  return wide.unify(narrow).validate().empty();
}

bool isScalarConstant(const cue::Value& value) {
  std::uint16_t kind = value.incompleteKind();
  return value.isConcrete() && (kind & (cue::kStruct | cue::kList)) == 0;
}

}  // namespace

Shape shapeOf(const cue::Value& value) {
  std::vector<Operand> operands;
  flatten(value, false, operands);
  Shape out;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Operand& o = operands[i];
    out.hasDefault |= o.isDefault;
    bool covered = o.isDefault && std::any_of(operands.begin(), operands.end(), [&](const Operand& other) {
                     return !other.isDefault && covers(other.value, o.value);
                   });
    if (covered) continue;
    if (o.value.incompleteKind() == cue::kNull) {
      out.nullable = true;
      continue;
    }
    out.kinds |= o.value.incompleteKind() & static_cast<std::uint16_t>(~cue::kNull);
    if (isScalarConstant(o.value)) {
      auto json = o.value.toJson();
      if (json && std::find(out.constants.begin(), out.constants.end(), *json) == out.constants.end()) {
        out.constants.push_back(std::move(*json));
      }
      continue;
    }
    out.alternatives.push_back(o.value);
  }
  if (auto chosen = value.defaultValue()) {
    out.hasDefault = true;
    auto json = chosen->toJson();
    if (json) out.standard = std::move(*json);
  }
  return out;
}

std::vector<cue::Value> conjunctsOf(const cue::Value& value) {
  cue::Expression e = value.expression();
  if (e.op != cue::Expression::Op::And) return {value};
  std::vector<cue::Value> out;
  for (const cue::Value& operand : e.operands) {
    auto below = conjunctsOf(operand);
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
}

std::string typeOf(std::uint16_t kinds) {
  switch (kinds) {
    case cue::kBool:
      return "boolean";
    case cue::kInt:
      return "integer";
    case cue::kFloat:
    case cue::kNumber:
      return "number";
    case cue::kString:
    case cue::kBytes:
      return "string";
    case cue::kList:
      return "array";
    case cue::kStruct:
      return "object";
    default:
      return "";
  }
}

std::string referenceName(const cue::Value& value) {
  auto path = value.referencePath();
  return path.empty() ? std::string() : cue::pathText(path);
}

bool hasProperties(const cue::Value& value) {
  Shape shape = shapeOf(value);
  return std::any_of(shape.alternatives.begin(), shape.alternatives.end(), [](const cue::Value& v) {
    return (v.incompleteKind() & cue::kStruct) != 0 && v.incompleteKind() != cue::kTop &&
           !v.fields({.optional = true, .required = true}).empty();
  });
}

}  // namespace puppis::schema
