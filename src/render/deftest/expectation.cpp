// SPDX-License-Identifier: Apache-2.0
#include "render/deftest/expectation.h"

#include <utility>

#include "data/json.h"

namespace puppis::render::deftest {

namespace {

using data::Path;
using data::Value;

constexpr std::size_t kShown = 200;

std::string shown(const Value& value) {
  std::string text = data::toJson(value);
  if (text.size() > kShown) text = text.substr(0, kShown) + "...";
  return text;
}

/// The argument of a one-word demand such as {$only: V}; null when `want` is no such demand.
const Value* demand(const Value& want, std::string_view word) {
  if (!want.isObject() || want.size() != 1) return nullptr;
  return want.find(word);
}

Mismatch fault(const Value& want, const Path& at, std::string text) {
  return {at, std::move(text), want.mark()};
}

/// The content of a string that holds a JSON object. The order of keys in such a text says nothing.
std::optional<Value> jsonIn(const Value& value) {
  if (!value.isString() || value.asString().empty() || value.asString().front() != '{') return std::nullopt;
  auto parsed = data::parseJson(std::string_view(value.asString()));
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

bool same(const Value& want, const Value& got) {
  if (want == got) return true;
  if (want.isObject() && got.isObject()) {
    if (want.size() != got.size()) return false;
    for (const data::Member& member : want.members()) {
      const Value* there = got.find(member.key.str());
      if (there == nullptr || !same(member.value, *there)) return false;
    }
    return true;
  }
  if (want.isArray() && got.isArray()) {
    if (want.size() != got.size()) return false;
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (!same(want.at(i), got.at(i))) return false;
    }
    return true;
  }
  std::optional<Value> a = jsonIn(want);
  std::optional<Value> b = jsonIn(got);
  return a && b && *a == *b;
}

std::optional<Mismatch> contains(const Value& wanted, const Value& got, const Path& at) {
  for (const Value& element : wanted.elements()) {
    bool found = false;
    for (const Value& candidate : got.elements()) found = found || !mismatch(element, &candidate, at);
    if (!found) return fault(element, at, "no element like " + shown(element) + " in " + shown(got));
  }
  return std::nullopt;
}

}  // namespace

std::string Mismatch::str() const {
  std::string where = path.str();
  return where.empty() ? text : where + ": " + text;
}

bool wantsAbsence(const Value& want) {
  return demand(want, "$absent") != nullptr;
}

std::optional<Mismatch> mismatch(const Value& want, const Value* got, const Path& at) {
  if (wantsAbsence(want)) {
    if (got == nullptr) return std::nullopt;
    return fault(want, at, "should not be there, is " + shown(*got));
  }
  if (got == nullptr) return fault(want, at, "is missing");
  if (const Value* only = demand(want, "$only")) {
    if (same(*only, *got)) return std::nullopt;
    return fault(want, at, "wanted only " + shown(*only) + ", is " + shown(*got));
  }
  if (const Value* some = demand(want, "$contains")) return contains(*some, *got, at);
  if (want.isObject() && got->isObject()) {
    for (const data::Member& member : want.members()) {
      auto found = mismatch(member.value, got->find(member.key.str()), at / member.key.str());
      if (found) return found;
    }
    return std::nullopt;
  }
  if (want.isArray() && got->isArray() && want.size() == got->size()) {
    for (std::size_t i = 0; i < want.size(); ++i) {
      auto found = mismatch(want.at(i), &got->at(i), at / i);
      if (found) return found;
    }
    return std::nullopt;
  }
  if (same(want, *got)) return std::nullopt;
  return fault(want, at, "wanted " + shown(want) + ", is " + shown(*got));
}

}  // namespace puppis::render::deftest
