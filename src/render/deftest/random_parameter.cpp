// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/random_parameter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "data/path.h"
#include "render/deftest/matching_text.h"

namespace puppis::render::deftest {

namespace {

using cue::Expression;
using data::Value;

// Recursive schemas stop growing here: fields that may be left out are, lists and maps stay empty.
constexpr int kDeepest = 8;
constexpr std::size_t kMostElements = 3;
// Of a schema without a bound; within what Kubernetes keeps in an int32.
constexpr std::int64_t kSmall = 0;
constexpr std::int64_t kLarge = 1000;

/// The bounds and patterns among the conjuncts of a value.
struct Limits {
  std::optional<std::int64_t> least;
  std::optional<std::int64_t> most;
  std::vector<std::string> patterns;
};

void collect(const cue::Value& value, Limits& into) {
  Expression e = value.expression();
  if (e.op == Expression::Op::And) {
    for (const cue::Value& operand : e.operands) collect(operand, into);
    return;
  }
  if (e.operands.size() != 1) return;
  const cue::Value& operand = e.operands.front();
  if (e.op == Expression::Op::Match) {
    if (auto pattern = operand.asString()) into.patterns.push_back(*pattern);
    return;
  }
  auto number = operand.asInt();
  if (!number) return;
  auto raise = [&](std::int64_t n) { into.least = std::max(into.least.value_or(n), n); };
  auto lower = [&](std::int64_t n) { into.most = std::min(into.most.value_or(n), n); };
  if (e.op == Expression::Op::GreaterEqual) raise(*number);
  if (e.op == Expression::Op::Greater) raise(*number + 1);
  if (e.op == Expression::Op::LessEqual) lower(*number);
  if (e.op == Expression::Op::Less) lower(*number - 1);
}

/// Puts `value` at a path of fields and indices. False when the path has other parts, or does not fit.
bool put(Value& into, std::span<const cue::Selector> path, Value value) {
  data::Path to;
  for (const cue::Selector& s : path) {
    if (s.type == cue::Selector::Type::String) {
      to = to / s.name;
    } else if (s.type == cue::Selector::Type::Index) {
      to = to / static_cast<std::size_t>(s.index);
    } else {
      return false;
    }
  }
  return data::assign(into, to, std::move(value)).has_value();
}

}  // namespace

std::string RandomParameter::word() {
  static constexpr std::array kWords = {"a", "web", "x-1", "data", "B2", "a.b/c", "", "0", "true", "é"};
  std::string out = kWords[random_.below(kWords.size())];
  // Mostly different from each other: two volumes of one name and different content are the user's mistake.
  if (chance(80)) out += std::to_string(random_.below(100'000));
  return out;
}

Value RandomParameter::drawAny(int depth) {
  switch (random_.below(depth < kDeepest ? 5 : 3)) {
    case 0:
      return word();
    case 1:
      return static_cast<std::int64_t>(random_.below(100));
    case 2:
      return chance(50);
    case 3:
      return Value::array({word()});
    default:
      return Value::object({{"k", word()}});
  }
}

Value RandomParameter::drawInt(const cue::Value& schema) {
  Limits limits;
  collect(schema, limits);
  std::int64_t least = limits.least.value_or(std::min(kSmall, limits.most.value_or(kSmall)));
  std::int64_t most = limits.most.value_or(std::max(kLarge, least));
  if (most < least) return {};
  switch (random_.below(3)) {
    case 0:
      return least;
    case 1:
      return most;
    default:
      return least + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most - least) + 1));
  }
}

Value RandomParameter::drawScalar(const cue::Value& schema) {
  std::uint16_t kinds = schema.incompleteKind();
  if (kinds == cue::kTop) return drawAny(0);
  std::vector<std::uint16_t> possible;
  for (std::uint16_t kind : {cue::kString, cue::kInt, cue::kFloat, cue::kBool, cue::kNull, cue::kBytes}) {
    if ((kinds & kind) != 0) possible.push_back(kind);
  }
  if (possible.empty()) return {};
  switch (possible[random_.below(possible.size())]) {
    case cue::kString: {
      Limits limits;
      collect(schema, limits);
      if (limits.patterns.empty()) return word();
      return matchingText(limits.patterns.front(), random_).value_or("");
    }
    case cue::kInt:
      return drawInt(schema);
    case cue::kFloat:
      return Value::number("0.5");
    case cue::kBool:
      return chance(50);
    case cue::kBytes:
      return "AA==";
    default:
      return {};
  }
}

Value RandomParameter::drawStruct(const cue::Value& schema, int depth) {
  Value out = Value::object();
  for (const cue::FieldView& field : schema.fields({.optional = true, .required = true})) {
    bool canLeave = field.presence == cue::Presence::Optional || field.value.defaultValue().has_value();
    if (canLeave && (depth >= kDeepest || chance(50))) continue;
    Value value = draw(field.value, depth + 1);
    // Null stands for "nothing found" unless the schema allows it.
    if (value.isNull() && (field.value.incompleteKind() & cue::kNull) == 0) continue;
    out.set(field.name(), std::move(value));
  }
  std::optional<cue::Value> others = schema.anyField();
  if (!others || depth >= kDeepest) return out;
  for (std::size_t i = random_.below(kMostElements); i > 0; --i) {
    std::string key = "key-" + std::to_string(i);
    if (!out.has(key)) out.set(key, draw(*others, depth + 1));
  }
  return out;
}

Value RandomParameter::drawList(const cue::Value& schema, int depth) {
  Value out = Value::array();
  for (const cue::Value& element : schema.elements()) out.push(draw(element, depth + 1));
  std::optional<cue::Value> others = schema.anyElement();
  if (!others || depth >= kDeepest) return out;
  for (std::size_t i = random_.below(kMostElements + 1); i > 0; --i) out.push(draw(*others, depth + 1));
  return out;
}

Value RandomParameter::draw(const cue::Value& schema, int depth) {
  Expression e = schema.expression();
  if (e.op == Expression::Op::Or && !e.operands.empty()) {
    return draw(e.operands[random_.below(e.operands.size())], depth);
  }
  if (schema.isConcrete()) {
    std::uint16_t kind = schema.kind();
    if (kind != cue::kStruct && kind != cue::kList) {
      auto value = schema.toJson();
      return value ? *value : Value();
    }
  }
  std::uint16_t kinds = schema.incompleteKind();
  if (kinds == cue::kStruct) return drawStruct(schema, depth);
  if (kinds == cue::kList) return drawList(schema, depth);
  return drawScalar(schema);
}

bool RandomParameter::complete(const cue::Value& evaluated, Value& input) {
  std::vector<cue::Selector> root = evaluated.path();
  bool added = false;
  auto visit = [&](const cue::Value& value) {
    std::uint16_t kinds = value.incompleteKind();
    if (kinds == cue::kStruct || kinds == cue::kList) return true;
    if (value.isConcrete() || value.defaultValue()) return false;
    std::vector<cue::Selector> path = value.path();
    if (path.size() <= root.size()) return false;
    Value drawn = draw(value, kDeepest);
    if (put(input, std::span(path).subspan(root.size()), std::move(drawn))) added = true;
    return false;
  };
  evaluated.walk(visit);
  return added;
}

}  // namespace puppis::render::deftest
