// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/support.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "cue/builtin/unicode.h"

namespace puppis::cue::builtin {

namespace {

std::string_view kindWord(const Value& value) {
  switch (value.type) {
    case Value::Type::Null:
      return "null";
    case Value::Type::Bool:
      return "bool";
    case Value::Type::Number:
      return value.num.isInt() ? "int" : "float";
    case Value::Type::String:
      return "string";
    case Value::Type::Bytes:
      return "bytes";
    case Value::Type::List:
      return "list";
    case Value::Type::Struct:
      return "struct";
    case Value::Type::Handle:
      return "_";
  }
  return "_";
}

std::string shown(const Value& value) {
  switch (value.type) {
    case Value::Type::Null:
      return "null";
    case Value::Type::Bool:
      return value.boolean ? "true" : "false";
    case Value::Type::Number:
      return number::toText(value.num);
    case Value::Type::String:
      return '"' + std::string(value.str()) + '"';
    case Value::Type::Bytes:
      return '\'' + std::string(value.str()) + '\'';
    default:
      return "value";
  }
}

Answer wrongType(Call& call, std::size_t index, std::string_view wanted) {
  const Value& value = call[index];
  return bad(call, "cannot use " + shown(value) + " (type " + std::string(kindWord(value)) + ") as " +
                       std::string(wanted) + " in argument " + std::to_string(index));
}

template <typename T>
T* newArray(Call& call, std::span<const T> items) {
  auto* out =
      static_cast<T*>(call.arena().allocate(sizeof(T) * std::max<std::size_t>(items.size(), 1), alignof(T)));
  std::copy(items.begin(), items.end(), out);
  return out;
}

std::string notConcrete(Call& call, std::size_t index, std::size_t element, std::string_view word) {
  return "non-concrete value " + call.host().text(call[index].list()[element].handle) + " for element " +
         std::to_string(element) + " of " + std::string(word) + " list argument " + std::to_string(index);
}

/// The concrete scalar at each place of a list argument, which must be of one of `kinds`.
Reading readScalars(Call& call, std::size_t index, std::uint16_t kinds, std::string_view word,
                    std::vector<Value>& out) {
  std::span<const Value> items = call[index].list();
  out.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    Value element = items[i];
    if (element.type == Value::Type::Handle) {
      Handle handle = element.handle;
      Answer scalar = call.host().scalar(handle);
      const bool isScalar = scalar.ok() || scalar.state == Answer::State::Passed;
      if (!isScalar && (call.host().possibleKinds(handle) & kinds) == 0) {
        return bad(call, "invalid list element " + std::to_string(i) + " in argument " +
                             std::to_string(index) + " to call: cannot use value " +
                             call.host().text(handle) + " (" + kindText(call.host().kind(handle)) + ") as " +
                             std::string(word));
      }
      if (!isScalar) {
        return incomplete(call, notConcrete(call, index, i, word));
      }
      if (!scalar.ok()) return scalar;
      element = scalar.value;
    }
    bool right = (element.type == Value::Type::String && (kinds & kString) != 0) ||
                 (element.type == Value::Type::Number && (kinds & kNumber) != 0);
    if (!right && items[i].type == Value::Type::Handle &&
        (call.host().possibleKinds(items[i].handle) & kinds) != 0) {
      return incomplete(call, notConcrete(call, index, i, word));
    }
    if (!right) {
      return bad(call, "invalid list element " + std::to_string(i) + " in argument " + std::to_string(index) +
                           " to call: cannot use value " + shown(element) + " (" +
                           std::string(kindWord(element)) + ") as " + std::string(word));
    }
    out.push_back(element);
  }
  return std::nullopt;
}

Reading readInteger(Call& call, std::size_t index, std::string_view type, std::int64_t low, std::int64_t high,
                    std::int64_t& out) {
  if (call[index].type != Value::Type::Number) return wrongType(call, index, type);
  auto value = number::toInt64(call[index].num);
  if (value && *value >= low && *value <= high) {
    out = *value;
    return std::nullopt;
  }
  if (!number::isWhole(call[index].num)) return wrongType(call, index, type);
  return bad(call, "int " + number::toText(call[index].num) + " overflows " + std::string(type) +
                       " in argument " + std::to_string(index));
}

}  // namespace

Value text(Call& call, std::string_view s) {
  if (!firstInvalidUtf8(s)) return Value::string(keep(call, s));
  std::string out;
  bool inRun = false;
  for (std::size_t at = 0; at < s.size();) {
    unicode::Decoded next = unicode::decode(s, at);
    if (next.valid) {
      out += s.substr(at, next.length);
    } else if (!inRun) {
      unicode::append(out, unicode::kReplacement);
    }
    inRun = !next.valid;
    at += next.length;
  }
  return Value::string(keep(call, out));
}

Value list(Call& call, std::span<const Value> items) {
  return Value::list({newArray(call, items), items.size()});
}

Value structure(Call& call, std::span<const Field> fields) {
  return Value::structure({newArray(call, fields), fields.size()});
}

Value stringList(Call& call, std::span<const std::string> items) {
  std::vector<Value> values;
  values.reserve(items.size());
  for (const std::string& item : items) values.push_back(text(call, item));
  return list(call, values);
}

Value stringList(Call& call, std::span<const std::string_view> items) {
  std::vector<Value> values;
  values.reserve(items.size());
  for (std::string_view item : items) values.push_back(text(call, item));
  return list(call, values);
}

Answer fromOutcome(Call& call, const number::Outcome& outcome) {
  if (!outcome.ok()) return bad(call, number::faultText(outcome.fault));
  return fromDecimal(call, outcome.value);
}

Answer fromDecimal(Call& call, const number::Decimal& value) {
  if (!value.isFinite() || !number::isWhole(value)) return Value::of(value.withKind(number::Kind::Float));
  if (value.exponent() == 0) return Value::of(value.withKind(number::Kind::Int));
  if (auto small = number::toInt64(value); small && !(value.isZero() && value.negative())) {
    return Value::of(number::Decimal::ofInt(*small));
  }
  return Value::of(number::roundToWhole(value, number::Whole::HalfUp, call.arena()));
}

Reading read(Call& call, std::size_t index, std::string_view& out) {
  if (call[index].type != Value::Type::String) return wrongType(call, index, "string");
  out = call[index].str();
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, Bytes& out) {
  const Value& value = call[index];
  if (value.type != Value::Type::String && value.type != Value::Type::Bytes)
    return wrongType(call, index, "bytes");
  out.data = value.str();
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, bool& out) {
  if (call[index].type != Value::Type::Bool) return wrongType(call, index, "bool");
  out = call[index].boolean;
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, std::int64_t& out) {
  return readInteger(call, index, "int64", std::numeric_limits<std::int64_t>::min(),
                     std::numeric_limits<std::int64_t>::max(), out);
}

Reading read(Call& call, std::size_t index, Rune& out) {
  // The peer checks the bit length of the magnitude, so that values up to 2^32-1 pass and wrap.
  constexpr std::int64_t kLimit = (std::int64_t{1} << 32) - 1;
  std::int64_t wide = 0;
  Reading failure = readInteger(call, index, "rune", -kLimit, kLimit, wide);
  out.value = static_cast<std::int32_t>(static_cast<std::uint32_t>(wide));
  return failure;
}

Reading read(Call& call, std::size_t index, BigInt& out) {
  if (call[index].type != Value::Type::Number) return wrongType(call, index, "int");
  out.number = call[index].num;
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, number::Decimal& out) {
  if (call[index].type != Value::Type::Number) return wrongType(call, index, "Decimal");
  out = call[index].num;
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, double& out) {
  if (call[index].type != Value::Type::Number) return wrongType(call, index, "float64");
  const Value& value = call[index];
  out = number::toDouble(value.num);
  if (std::isinf(out) && value.num.isFinite()) {
    return bad(call, "cannot use " + shown(value) + " (type " + std::string(kindWord(value)) +
                         ") as float64 in argument " + std::to_string(index) + ": value was rounded " +
                         (out > 0 ? "up" : "down"));
  }
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, Elements& out) {
  if (call[index].type != Value::Type::List) return wrongType(call, index, "list");
  out.items = call[index].list();
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, Strings& out) {
  if (call[index].type != Value::Type::List) return wrongType(call, index, "list");
  std::vector<Value> values;
  if (Reading failure = readScalars(call, index, kString, "string", values)) return failure;
  out.items.reserve(values.size());
  for (const Value& value : values) out.items.push_back(value.str());
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, Numbers& out) {
  if (call[index].type != Value::Type::List) return wrongType(call, index, "list");
  std::vector<Value> values;
  if (Reading failure = readScalars(call, index, kNumber, "number", values)) return failure;
  out.items.reserve(values.size());
  for (const Value& value : values) out.items.push_back(value.num);
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, Any& out) {
  if (call[index].type != Value::Type::Handle) return wrongType(call, index, "value");
  out.value = call[index].handle;
  return std::nullopt;
}

Reading read(Call& call, std::size_t index, StructArg& out) {
  if (call[index].type != Value::Type::Handle) return wrongType(call, index, "struct");
  out.value = call[index].handle;
  return std::nullopt;
}

Answer textOf(Call& call, Handle any, std::string_view& out) {
  Answer scalar = call.host().scalar(any);
  if (scalar.state == Answer::State::Failed ||
      (scalar.ok() && scalar.value.type != Value::Type::String && scalar.value.type != Value::Type::Bytes)) {
    return bad(call, "cannot use value " + call.host().text(any) + " (type " +
                         kindText(call.host().kind(any)) + ") as string");
  }
  if (!scalar.ok()) return scalar;
  out = scalar.value.str();
  return Value::of(true);
}

}  // namespace puppis::cue::builtin
