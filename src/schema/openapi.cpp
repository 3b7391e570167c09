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
  explicit Generator(bool onlyNeeded) : onlyNeeded_(onlyNeeded) {}
  Value schemaOf(const cue::Value& value, Stated stated = {});

 private:
  void single(const cue::Value& value, Value& out, Stated stated);
  void structure(const cue::Value& value, Value& out, Stated stated);
  void alternatives(const Shape& shape, bool typeStated, Stated stated, Value& out);
  static Value shared(const Value& a, const Value& b);
  void list(const cue::Value& value, Value& out);
  void bound(const cue::Expression& e, Value& out);
  void validator(const cue::Expression& e, Value& out);
  Value property(const std::string& name, const cue::Value& value);

  bool onlyNeeded_;     ///< `required` holds what must be given, and not all that is not optional
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
    alternatives(shape, !type.empty(), stated, out);
  }
  if (shape.nullable) out.set("nullable", true);
  bool emptyList = shape.standard && shape.standard->isArray() && shape.standard->empty();
  if (shape.standard && !shape.standard->isNull() && !emptyList) out.set("default", *shape.standard);
  open_.pop_back();
  return out;
}

/// Whether a field need not be given: it has a default, or is finished without it.
bool canBeLeftOut(const cue::Value& value) {
  return shapeOf(value).hasDefault || value.validate({.concrete = true, .final = true}).empty();
}

void Generator::alternatives(const Shape& shape, bool typeStated, Stated stated, Value& out) {
  bool objects = shape.kinds == cue::kStruct;
  std::vector<Value> choices;
  Value properties = Value::object();
  std::vector<std::string> differing;
  for (const cue::Value& alternative : shape.alternatives) {
    choices.push_back(schemaOf(alternative, {.type = typeStated, .properties = objects}));
    if (!objects) continue;
    for (const cue::FieldView& f : alternative.fields({.optional = true, .required = true})) {
      Value one = property(f.name(), f.value);
      const Value* there = properties.find(f.name());
      if (there == nullptr) {
        properties.set(f.name(), std::move(one));
      } else if (*there != one) {
        properties.set(f.name(), shared(*there, one));
        differing.push_back(f.name());
      }
    }
  }
  // What the alternatives see differently each of them states itself.
  for (std::size_t i = 0; objects && i < shape.alternatives.size(); ++i) {
    Value own = Value::object();
    for (const cue::FieldView& f : shape.alternatives[i].fields({.optional = true, .required = true})) {
      if (std::find(differing.begin(), differing.end(), f.name()) != differing.end())
        own.set(f.name(), property(f.name(), f.value));
    }
    if (!own.empty()) choices[i].set("properties", std::move(own));
  }
  if (!shape.constants.empty())
    choices.insert(choices.begin(), Value::object({{"enum", Value::array(shape.constants)}}));
  out.set("oneOf", Value::array(std::move(choices)));
  if (objects && !properties.empty() && !stated.properties) out.set("properties", std::move(properties));
}

/// What two schemas of a field have in common, and all choices of both.
Value Generator::shared(const Value& a, const Value& b) {
  Value out = Value::object();
  for (const data::Member& m : a.members()) {
    if (b.get(m.key.str()) == m.value) out.set(m.key.str(), m.value);
  }
  if (a.get("title") == b.get("title") && a.has("description") && !out.has("description"))
    out.set("description", a.get("description"));
  if (a.has("enum") && b.has("enum")) {
    Value all = a.get("enum");
    for (const Value& choice : b.get("enum").elements()) {
      auto known = all.elements();
      if (std::find(known.begin(), known.end(), choice) == known.end()) all.push(choice);
    }
    out.set("enum", std::move(all));
  }
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
    if (f.presence == cue::Presence::Optional) continue;
    if (onlyNeeded_ && f.presence == cue::Presence::Regular && canBeLeftOut(f.value)) continue;
    required.push(f.name());
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

namespace {

Result<Value> generated(const cue::Value& parameter, bool onlyNeeded) {
  if (!parameter.exists()) return Value::object({{"type", "object"}});
  for (Error& e : parameter.validate()) return fail(std::move(e).context("schema of the parameters"));
  return Generator(onlyNeeded).schemaOf(parameter);
}

}  // namespace

Result<Value> openApiSchema(const cue::Value& parameter) {
  return generated(parameter, false);
}

Result<Value> inputSchema(const cue::Value& parameter) {
  return generated(parameter, true);
}

}  // namespace puppis::schema
