// SPDX-License-Identifier: Apache-2.0
#include "schema/openapi.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "schema/comments.h"
#include "schema/shape.h"

namespace puppis::schema {

namespace {

using data::Value;
using Op = cue::Expression::Op;

constexpr std::size_t kDeepest = 64;

/// What a schema's surroundings state already, so that it need not.
struct Stated {
  bool type = false;
  bool properties = false;
};

class Generator {
 public:
  Value schemaOf(const cue::Value& value, Stated stated = {});

 private:
  void single(const cue::Value& value, Value& out, Stated stated);
  void structure(const cue::Value& value, Value& out, Stated stated);
  void list(const cue::Value& value, Value& out);
  void bound(const cue::Expression& e, Value& out);
  void validator(const cue::Expression& e, Value& out);
  Value property(const std::string& name, const cue::Value& value);

  bool titles_ = true;  ///< whether fields get their names as titles: not below additionalProperties
  std::vector<std::string> open_;  ///< references being expanded
};

Value Generator::schemaOf(const cue::Value& value, Stated stated) {
  Value out = Value::object();
  std::string reference = referenceName(value);
  bool recursive = std::find(open_.begin(), open_.end(), reference) != open_.end();
  if (open_.size() > kDeepest || (!reference.empty() && recursive)) {
    std::string type = typeOf(value.incompleteKind());
    if (!type.empty() && !stated.type) out.set("type", type);
    return out;
  }
  open_.push_back(reference);
  Shape shape = shapeOf(value);
  std::string type = shape.kinds == cue::kTop ? "" : typeOf(shape.kinds);
  if (!type.empty() && !stated.type) {
    out.set("type", type);
    if (shape.kinds == cue::kBytes) out.set("format", "binary");
  }
  if (shape.alternatives.empty()) {
    if (!shape.constants.empty()) out.set("enum", Value::array(shape.constants));
  } else if (shape.alternatives.size() == 1 && shape.constants.empty()) {
    single(shape.alternatives[0], out, {.type = true, .properties = stated.properties});
  } else {
    Value oneOf = Value::array();
    bool objects = shape.kinds == cue::kStruct;
    if (!shape.constants.empty()) oneOf.push(Value::object({{"enum", Value::array(shape.constants)}}));
    Value properties = Value::object();
    for (const cue::Value& alternative : shape.alternatives) {
      oneOf.push(schemaOf(alternative, {.type = !type.empty(), .properties = objects}));
      if (!objects) continue;
      for (const cue::FieldView& f : alternative.fields({.optional = true, .required = true})) {
        if (!properties.has(f.name())) properties.set(f.name(), property(f.name(), f.value));
      }
    }
    out.set("oneOf", std::move(oneOf));
    if (objects && !properties.empty() && !stated.properties) out.set("properties", std::move(properties));
  }
  if (shape.nullable) out.set("nullable", true);
  bool emptyList = shape.standard && shape.standard->isArray() && shape.standard->empty();
  if (shape.standard && !shape.standard->isNull() && !emptyList) out.set("default", *shape.standard);
  open_.pop_back();
  return out;
}

void Generator::single(const cue::Value& value, Value& out, Stated stated) {
  for (const cue::Value& part : conjunctsOf(value)) {
    cue::Expression e = part.expression();
    switch (e.op) {
      case Op::Less:
      case Op::LessEqual:
      case Op::Greater:
      case Op::GreaterEqual:
      case Op::NotEqual:
      case Op::Match:
      case Op::NotMatch:
        bound(e, out);
        break;
      case Op::Call:
        validator(e, out);
        break;
      case Op::Or: {
        Value inner = schemaOf(part, stated);
        for (const data::Member& m : inner.members()) {
          if (!out.has(m.key.str())) out.set(m.key.str(), m.value);
        }
        break;
      }
      default:
        if (part.incompleteKind() == cue::kStruct) structure(part, out, stated);
        if (part.incompleteKind() == cue::kList) list(part, out);
    }
  }
}

void Generator::structure(const cue::Value& value, Value& out, Stated stated) {
  Value properties = Value::object();
  Value required = Value::array();
  for (const cue::FieldView& f : value.fields({.optional = true, .required = true})) {
    if (!stated.properties) properties.set(f.name(), property(f.name(), f.value));
    if (f.presence != cue::Presence::Optional) required.push(f.name());
  }
  if (!properties.empty()) out.set("properties", std::move(properties));
  if (!required.empty()) out.set("required", std::move(required));
  if (auto any = value.anyField()) {
    bool titles = std::exchange(titles_, false);
    out.set("additionalProperties", schemaOf(*any));
    titles_ = titles;
  }
}

void Generator::list(const cue::Value& value, Value& out) {
  auto fixed = value.elements();
  auto rest = value.anyElement();
  if (rest) {
    out.set("items", schemaOf(*rest));
    if (!fixed.empty()) out.set("minItems", static_cast<long>(fixed.size()));
    return;
  }
  if (fixed.empty()) return;
  Value items = schemaOf(fixed[0]);
  bool same =
      std::all_of(fixed.begin(), fixed.end(), [&](const cue::Value& v) { return schemaOf(v) == items; });
  out.set("items", same ? items : Value::object());
  out.set("minItems", static_cast<long>(fixed.size()));
  out.set("maxItems", static_cast<long>(fixed.size()));
}

void Generator::bound(const cue::Expression& e, Value& out) {
  if (e.operands.empty()) return;
  auto limit = e.operands[0].toJson();
  if (!limit) return;
  switch (e.op) {
    case Op::Less:
    case Op::LessEqual:
      out.set("maximum", *limit);
      if (e.op == Op::Less) out.set("exclusiveMaximum", true);
      break;
    case Op::Greater:
    case Op::GreaterEqual:
      out.set("minimum", *limit);
      if (e.op == Op::Greater) out.set("exclusiveMinimum", true);
      break;
    case Op::Match:
      out.set("pattern", *limit);
      break;
    case Op::NotMatch:
      out.set("not", Value::object({{"pattern", *limit}}));
      break;
    case Op::NotEqual:
      if (!limit->isNull()) out.set("not", Value::object({{"enum", Value::array({*limit})}}));
      break;
    default:
      break;
  }
}

void Generator::validator(const cue::Expression& e, Value& out) {
  constexpr std::pair<std::string_view, std::string_view> limits[] = {
      {"strings.MinRunes", "minLength"},     {"strings.MaxRunes", "maxLength"},
      {"list.MinItems", "minItems"},         {"list.MaxItems", "maxItems"},
      {"struct.MinFields", "minProperties"}, {"struct.MaxFields", "maxProperties"},
      {"math.MultipleOf", "multipleOf"},
  };
  if (e.name == "list.UniqueItems") {
    out.set("uniqueItems", true);
    return;
  }
  if (e.name == "time.Time" || e.name == "net.IPv4" || e.name == "uuid.Valid") {
    out.set("format", e.name == "time.Time" ? "date-time" : e.name == "net.IPv4" ? "ipv4" : "uuid");
    return;
  }
  for (const auto& [name, key] : limits) {
    if (e.name != name || e.operands.empty()) continue;
    auto limit = e.operands[0].toJson();
    if (limit) out.set(key, *limit);
  }
}

Value Generator::property(const std::string& name, const cue::Value& value) {
  Value out = schemaOf(value);
  if (titles_) out.set("title", name);
  std::string usage = markersOf(value).usage;
  if (!usage.empty()) out.set("description", usage);
  return out;
}

}  // namespace

Result<Value> openApiSchema(const cue::Value& parameter) {
  if (!parameter.exists()) return Value::object({{"type", "object"}});
  for (Error& e : parameter.validate()) return fail(std::move(e).context("schema of the parameters"));
  return Generator().schemaOf(parameter);
}

}  // namespace puppis::schema
