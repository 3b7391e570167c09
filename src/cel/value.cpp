// SPDX-License-Identifier: Apache-2.0
#include "cel/value.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"

namespace puppis::cel {
namespace {

/// Orders two numbers of any kinds exactly.
int compareNumbers(const Val& a, const Val& b) {
  auto wide = [](const Val& v) -> long double {
    if (v.kind == TypeKind::Int) return static_cast<long double>(v.integer);
    if (v.kind == TypeKind::Uint) return static_cast<long double>(v.natural);
    return static_cast<long double>(v.real);
  };
  long double left = wide(a);
  long double right = wide(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

const Type* elementOf(const Type* type) {
  return type != nullptr && type->element != nullptr ? type->element : simple(TypeKind::Dyn);
}

const Type* memberType(const Type* type, std::string_view name) {
  if (type == nullptr || type->kind != TypeKind::Object) return elementOf(type);
  auto it = type->fields.find(name);
  return it == type->fields.end() ? simple(TypeKind::Dyn) : it->second;
}

}  // namespace

Val Val::ofBool(bool value) {
  Val out;
  out.kind = TypeKind::Bool;
  out.boolean = value;
  return out;
}

Val Val::ofInt(std::int64_t value) {
  Val out;
  out.kind = TypeKind::Int;
  out.integer = value;
  return out;
}

Val Val::ofUint(std::uint64_t value) {
  Val out;
  out.kind = TypeKind::Uint;
  out.natural = value;
  return out;
}

Val Val::ofDouble(double value) {
  Val out;
  out.kind = TypeKind::Double;
  out.real = value;
  return out;
}

Val Val::ofString(std::string value) {
  Val out;
  out.kind = TypeKind::String;
  out.text = std::move(value);
  return out;
}

Val Val::ofList(std::vector<Val> elements) {
  Val out;
  out.kind = TypeKind::List;
  out.list = std::make_shared<const std::vector<Val>>(std::move(elements));
  return out;
}

Val Val::ofOptional(std::optional<Val> value) {
  Val out;
  out.kind = TypeKind::Optional;
  std::vector<Val> inner;
  if (value) inner.push_back(std::move(*value));
  out.list = std::make_shared<const std::vector<Val>>(std::move(inner));
  return out;
}

Val Val::ofJson(const data::Value& value, const Type* type) {
  TypeKind wanted = type != nullptr ? type->kind : TypeKind::Dyn;
  Val out;
  switch (value.kind()) {
    case data::Kind::Null:
      return out;
    case data::Kind::Bool:
      return ofBool(value.asBool());
    case data::Kind::Int:
      return wanted == TypeKind::Double ? ofDouble(static_cast<double>(value.asInt())) : ofInt(value.asInt());
    case data::Kind::Number:
      return ofDouble(value.asDouble());
    case data::Kind::String: {
      const std::string& text = value.asString();
      if (wanted == TypeKind::Timestamp || wanted == TypeKind::Duration) {
        auto parsed = wanted == TypeKind::Timestamp ? parseTimestamp(text) : parseGoDuration(text);
        if (!parsed) return ofString(text);
        out = ofInt(*parsed);
        out.kind = wanted;
        return out;
      }
      out = ofString(text);
      if (wanted != TypeKind::Bytes) return out;
      out.kind = TypeKind::Bytes;
      out.text = base64Decode(text).value_or(text);
      return out;
    }
    case data::Kind::Array:
      out.kind = TypeKind::List;
      break;
    case data::Kind::Object:
      out.kind = wanted == TypeKind::Object ? TypeKind::Object : TypeKind::Map;
      break;
  }
  out.json = value;
  out.type = type;
  return out;
}

std::size_t Val::size() const {
  return list ? list->size() : map ? map->size() : json.size();
}

Val Val::at(std::size_t index) const {
  return list ? (*list)[index] : ofJson(json.at(index), elementOf(type));
}

std::vector<Val> Val::keys() const {
  std::vector<Val> out;
  if (map) {
    for (const auto& entry : *map) out.push_back(entry.first);
  }
  for (const auto& member : json.members()) out.push_back(ofString(member.key.str()));
  return out;
}

std::optional<Val> Val::find(const Val& key) const {
  if (map) {
    for (const auto& entry : *map) {
      if (equal(entry.first, key)) return entry.second;
    }
    return std::nullopt;
  }
  return key.kind == TypeKind::String ? field(key.text) : std::nullopt;
}

std::optional<Val> Val::field(const std::string& name) const {
  if (map) return find(ofString(name));
  const data::Value* member = json.find(name);
  if (member == nullptr) return std::nullopt;
  return ofJson(*member, memberType(type, name));
}

bool equal(const Val& a, const Val& b) {
  if (a.isNumber() && b.isNumber()) {
    bool nan = (a.kind == TypeKind::Double && std::isnan(a.real)) ||
               (b.kind == TypeKind::Double && std::isnan(b.real));
    return !nan && compareNumbers(a, b) == 0;
  }
  if (a.isMap() && b.isMap()) {
    if (a.size() != b.size()) return false;
    for (const auto& key : a.keys()) {
      auto other = b.find(key);
      if (!other || !equal(*a.find(key), *other)) return false;
    }
    return true;
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case TypeKind::Null:
      return true;
    case TypeKind::Bool:
      return a.boolean == b.boolean;
    case TypeKind::Timestamp:
    case TypeKind::Duration:
      return a.integer == b.integer;
    case TypeKind::Quantity:
      return a.quantity == b.quantity;
    case TypeKind::List:
    case TypeKind::Optional:
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (!equal(a.at(i), b.at(i))) return false;
      }
      return true;
    default:
      return a.text == b.text;
  }
}

std::optional<int> compare(const Val& a, const Val& b) {
  if (a.isNumber() && b.isNumber()) return compareNumbers(a, b);
  if (a.kind != b.kind) return std::nullopt;
  switch (a.kind) {
    case TypeKind::Bool:
      return static_cast<int>(a.boolean) - static_cast<int>(b.boolean);
    case TypeKind::String:
    case TypeKind::Bytes: {
      int order = a.text.compare(b.text);
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    case TypeKind::Timestamp:
    case TypeKind::Duration:
      return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> parseTimestamp(const std::string& text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6)
    return std::nullopt;
  auto date = std::chrono::year(y) / std::chrono::month(static_cast<unsigned>(mo)) /
              std::chrono::day(static_cast<unsigned>(d));
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  std::size_t at = static_cast<std::size_t>(used);
  std::int64_t nanos = 0;
  if (at < text.size() && text[at] == '.') {
    std::string digits;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) digits += text[at];
    digits.resize(9, '0');
    nanos = std::strtoll(digits.c_str(), nullptr, 10);
  }
  int offset = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    int oh = 0, om = 0;
    if (std::sscanf(text.c_str() + at + 1, "%2d:%2d", &oh, &om) != 2) return std::nullopt;
    offset = (oh * 60 + om) * (text[at] == '-' ? -1 : 1);
  } else if (text.substr(at) != "Z") {
    return std::nullopt;
  }
  Nanos time = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(h) +
               std::chrono::minutes(mi - offset) + std::chrono::seconds(s);
  return time.count() + nanos;
}

std::optional<std::int64_t> parseGoDuration(const std::string& text) {
  std::string_view rest = text;
  double sign = 1;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    sign = rest[0] == '-' ? -1 : 1;
    rest.remove_prefix(1);
  }
  if (rest == "0") return 0;
  if (rest.empty()) return std::nullopt;
  double total = 0;
  while (!rest.empty()) {
    std::string digits;
    while (!rest.empty() && ((rest[0] >= '0' && rest[0] <= '9') || rest[0] == '.')) {
      digits += rest[0];
      rest.remove_prefix(1);
    }
    if (digits.empty() || digits == ".") return std::nullopt;
    double unit = 0;
    std::size_t length = 2;
    if (startsWith(rest, "ns"))
      unit = 1;
    else if (startsWith(rest, "us"))
      unit = 1e3;
    else if (startsWith(rest, "ms"))
      unit = 1e6;
    else
      length = 1;
    if (length == 1)
      unit = startsWith(rest, "s") ? 1e9 : startsWith(rest, "m") ? 60e9 : startsWith(rest, "h") ? 3600e9 : 0;
    if (unit == 0) return std::nullopt;
    rest.remove_prefix(length);
    total += std::strtod(digits.c_str(), nullptr) * unit;
  }
  return static_cast<std::int64_t>(std::llround(total * sign));
}

std::optional<std::string> textOf(const Val& value) {
  switch (value.kind) {
    case TypeKind::Bool:
      return value.boolean ? "true" : "false";
    case TypeKind::Int:
      return std::to_string(value.integer);
    case TypeKind::Uint:
      return std::to_string(value.natural);
    case TypeKind::Double:
      return data::Value(value.real).numberText();
    case TypeKind::String:
    case TypeKind::Bytes:
    case TypeKind::TypeOf:
    case TypeKind::Ip:
    case TypeKind::Cidr:
    case TypeKind::Url:
      return value.text;
    case TypeKind::Timestamp:
      return formatRfc3339(Nanos(value.integer));
    case TypeKind::Duration: {
      std::string seconds = data::Value(static_cast<double>(value.integer) / 1e9).numberText();
      return seconds + "s";
    }
    case TypeKind::Quantity:
      return value.quantity.str();
    case TypeKind::Null:
      return "null";
    default:
      return std::nullopt;
  }
}

}  // namespace puppis::cel
