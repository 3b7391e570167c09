// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/tree_host.h"

#include <algorithm>
#include <vector>

#include "cue/builtin/json_text.h"

namespace puppis::cue::builtin {

std::uint16_t kindOf(const Value& value) {
  switch (value.type) {
    case Value::Type::Null:
      return kNull;
    case Value::Type::Bool:
      return kBool;
    case Value::Type::Number:
      return value.num.isInt() ? kInt : kFloat;
    case Value::Type::String:
      return kString;
    case Value::Type::Bytes:
      return kBytes;
    case Value::Type::List:
      return kList;
    case Value::Type::Struct:
      return kStruct;
    case Value::Type::Handle:
      return kTop;
  }
  return kBottom;
}

bool equalValues(const Value& a, const Value& b) {
  if (a.type != b.type) return false;
  switch (a.type) {
    case Value::Type::Null:
      return true;
    case Value::Type::Bool:
      return a.boolean == b.boolean;
    case Value::Type::Number:
      return a.num.kind() == b.num.kind() && number::equal(a.num, b.num);
    case Value::Type::String:
    case Value::Type::Bytes:
      return a.str() == b.str();
    case Value::Type::List:
      return std::equal(a.list().begin(), a.list().end(), b.list().begin(), b.list().end(), equalValues);
    case Value::Type::Struct:
      return a.count == b.count &&
             std::all_of(a.structure().begin(), a.structure().end(), [&](const Field& field) {
               return std::any_of(b.structure().begin(), b.structure().end(), [&](const Field& other) {
                 return field.label == other.label && equalValues(field.value, other.value);
               });
             });
    case Value::Type::Handle:
      return a.handle.node == b.handle.node;
  }
  return false;
}

std::uint16_t TreeHost::kind(Handle value) {
  return kindOf(at(value));
}

Answer TreeHost::scalar(Handle value) {
  constexpr std::uint16_t kComposite = kList | kStruct;
  if ((kind(value) & kComposite) != 0) return Answer::error(Answer::State::Failed, "not a scalar");
  return at(value);
}

Handle TreeHost::handleOf(const Value& value) {
  return Handle{arena_.make<Value>(value)};
}

Answer TreeHost::elements(Handle value, bool* open) {
  if (kind(value) != kList) return Answer::error(Answer::State::Failed, "cannot use value as list");
  if (open != nullptr) *open = false;
  std::span<const Value> items = at(value).list();
  auto* out = arena_.array<Value>(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) out[i] = Value::of(Handle{&items[i]});
  return Value::list({out, items.size()});
}

Answer TreeHost::data(Handle value) {
  return at(value);
}

Answer TreeHost::shape(Handle value, StructShape& out) {
  if (kind(value) != kStruct) return Answer::error(Answer::State::Failed, "cannot use value as struct");
  out = {at(value).count, 0, false};
  return Value::of(true);
}

Handle TreeHost::lookup(Handle value, std::string_view label) {
  if (kind(value) != kStruct) return {};
  for (const Field& field : at(value).structure()) {
    if (field.label == label) return Handle{&field.value};
  }
  return {};
}

bool TreeHost::equal(Handle a, Handle b) {
  return equalValues(at(a), at(b));
}

bool TreeHost::accepts(Handle constraint, const Value& data) {
  return equalValues(at(constraint), data);
}

Answer TreeHost::validate(const Value& data, Handle schema, Strictness) {
  if (equalValues(data, at(schema))) return Value::of(true);
  return Answer::error(Answer::State::Failed, "conflicting values");
}

Answer TreeHost::less(Handle, Handle, Handle) {
  return Answer::error(Answer::State::Failed, "no comparer");
}

std::string TreeHost::text(Handle value) {
  std::string out;
  json::append(out, at(value));
  return out;
}

Value TreeHost::plain(const Value& value) {
  if (value.type == Value::Type::Handle) return at(value.handle);
  if (value.type != Value::Type::List) return value;
  auto* items = arena_.array<Value>(value.count);
  for (std::size_t i = 0; i < value.count; ++i) items[i] = plain(value.elements[i]);
  return Value::list({items, value.count});
}

Answer TreeHost::call(const Function& entry, std::span<const Value> arguments) {
  std::vector<Value> passed;
  for (std::size_t i = 0; i < entry.params.size(); ++i) {
    const Param& param = entry.params[i];
    if (i >= arguments.size()) {
      if (param.fallback == nullptr) return Answer::error(Answer::State::Failed, "not enough arguments");
      passed.push_back(Value::string(param.fallback));
      continue;
    }
    const Value& argument = arguments[i];
    if ((kindOf(argument) & param.kinds) == 0)
      return Answer::error(Answer::State::Failed, "wrong kind of argument");
    switch (param.passing) {
      case Passing::Scalar:
        passed.push_back(argument);
        break;
      case Passing::List:
        passed.push_back(elements(handleOf(argument), nullptr).value);
        break;
      case Passing::Handle:
        passed.push_back(Value::of(handleOf(argument)));
        break;
    }
  }
  if (arguments.size() > entry.params.size())
    return Answer::error(Answer::State::Failed, "too many arguments");
  Call call(*this, arena_, passed, false);
  Answer answer = entry.call(call);
  if (answer.ok()) answer.value = plain(answer.value);
  return answer;
}

}  // namespace puppis::cue::builtin
