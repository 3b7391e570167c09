// SPDX-License-Identifier: Apache-2.0
#include "data/json_patch.h"

#include <charconv>
#include <optional>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::data {

namespace {

using Tokens = std::vector<std::string>;

Error misfit(std::string message) {
  return Error(ErrorCode::Invalid, std::move(message));
}

/// The element a token names in a list of `size`; `size` itself only where one may be appended.
Result<std::size_t> indexOf(const std::string& token, std::size_t size, bool mayAppend) {
  if (token == "-" && mayAppend) return size;
  std::int64_t index = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  bool leadingZero = token.size() > 1 && token[0] == '0';
  if (token.empty() || error != std::errc() || end != token.data() + token.size() || leadingZero) {
    return fail(misfit("\"" + token + "\" is no index of a list"));
  }
  auto count = static_cast<std::int64_t>(size);
  if (index < 0) index += mayAppend ? count + 1 : count;
  if (index < 0 || index > count || (index == count && !mayAppend)) {
    return fail(misfit("the list has " + std::to_string(size) + " elements, there is no index " + token));
  }
  return static_cast<std::size_t>(index);
}

std::string pointerText(const Tokens& tokens, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += "/" + replaceAll(replaceAll(tokens[i], "~", "~0"), "/", "~1");
  return out.empty() ? "the root" : out;
}

/// The value that holds the last token's member or element.
Result<Value*> parentOf(Value& root, const Tokens& tokens) {
  Value* at = &root;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (at->isArray()) {
      TRY(std::size_t index, indexOf(tokens[i], at->size(), false));
      at = &at->mutableAt(index);
    } else {
      at = at->mutableFind(tokens[i]);
      if (at == nullptr) return fail(misfit(pointerText(tokens, i + 1) + " does not exist"));
    }
  }
  if (!at->isArray() && !at->isObject()) {
    return fail(misfit(pointerText(tokens, tokens.size() - 1) + " is neither an object nor a list")
                    .found(std::string(kindName(at->kind()))));
  }
  return at;
}

Result<const Value*> valueAt(const Value& root, const Tokens& tokens) {
  const Value* at = &root;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (at->isArray()) {
      TRY(std::size_t index, indexOf(tokens[i], at->size(), false));
      at = &at->at(index);
    } else {
      at = at->find(tokens[i]);
      if (at == nullptr) return fail(misfit(pointerText(tokens, i + 1) + " does not exist"));
    }
  }
  return at;
}

Status add(Value& root, const Tokens& tokens, Value value) {
  if (tokens.empty()) {
    root = std::move(value);
    return {};
  }
  TRY(Value * parent, parentOf(root, tokens));
  if (parent->isObject()) {
    parent->set(tokens.back(), std::move(value));
    return {};
  }
  TRY(std::size_t index, indexOf(tokens.back(), parent->size(), true));
  parent->insertAt(index, std::move(value));
  return {};
}

Status removeAt(Value& root, const Tokens& tokens) {
  if (tokens.empty()) {
    root = Value();
    return {};
  }
  TRY(Value * parent, parentOf(root, tokens));
  if (parent->isObject()) {
    if (parent->erase(tokens.back())) return {};
    return fail(misfit(pointerText(tokens, tokens.size()) + " does not exist"));
  }
  TRY(std::size_t index, indexOf(tokens.back(), parent->size(), false));
  parent->eraseAt(index);
  return {};
}

/// A member that is not there is added, as Kubernetes' library has it.
Status replace(Value& root, const Tokens& tokens, Value value) {
  if (tokens.empty()) {
    root = std::move(value);
    return {};
  }
  TRY(Value * parent, parentOf(root, tokens));
  if (parent->isObject()) {
    parent->set(tokens.back(), std::move(value));
    return {};
  }
  TRY(std::size_t index, indexOf(tokens.back(), parent->size(), false));
  parent->mutableAt(index) = std::move(value);
  return {};
}

Status test(const Value& root, const Tokens& tokens, const Value& expected) {
  auto found = valueAt(root, tokens);
  // What is not there equals null, as Kubernetes' library has it.
  if (!found) return expected.isNull() ? Status() : fail(std::move(found).error());
  if (**found == expected) return {};
  return fail(misfit("the test of " + pointerText(tokens, tokens.size()) + " failed")
                  .expected(toJson(expected))
                  .found(toJson(**found)));
}

Result<Tokens> pointerMember(const Value& operation, std::string_view name) {
  const Value* pointer = operation.find(name);
  if (pointer == nullptr || !pointer->isString()) {
    return fail(ErrorCode::InvalidArgument,
                "the operation needs \"" + std::string(name) + "\", a JSON pointer");
  }
  return parsePointer(pointer->asString());
}

Result<Value> valueMember(const Value& operation) {
  const Value* value = operation.find("value");
  if (value == nullptr) return fail(ErrorCode::InvalidArgument, "the operation needs \"value\"");
  return *value;
}

Status applyOne(Value& document, const Value& operation) {
  if (!operation.isObject()) {
    return fail(Error(ErrorCode::InvalidArgument, "an operation is an object")
                    .found(std::string(kindName(operation.kind()))));
  }
  const std::string& op = operation.get("op").asString();
  TRY(Tokens path, pointerMember(operation, "path"));
  if (op == "add") {
    TRY(Value value, valueMember(operation));
    return add(document, path, std::move(value));
  }
  if (op == "remove") return removeAt(document, path);
  if (op == "replace") {
    TRY(Value value, valueMember(operation));
    return replace(document, path, std::move(value));
  }
  if (op == "test") {
    TRY(Value value, valueMember(operation));
    return test(document, path, value);
  }
  if (op == "copy" || op == "move") {
    TRY(Tokens from, pointerMember(operation, "from"));
    TRY(const Value* found, valueAt(document, from));
    Value moved = *found;
    if (op == "move") {
      if (path.size() > from.size() && std::equal(from.begin(), from.end(), path.begin())) {
        return fail(misfit("a value cannot be moved into itself"));
      }
      TRY_VOID(removeAt(document, from));
    }
    return add(document, path, std::move(moved));
  }
  Error error(ErrorCode::InvalidArgument, "unknown operation \"" + op + "\"");
  error.expected("add, remove, replace, move, copy or test");
  if (auto near = nearest(op, {"add", "remove", "replace", "move", "copy", "test"})) error.suggest(*near);
  return fail(std::move(error));
}

}  // namespace

Result<std::vector<std::string>> parsePointer(std::string_view pointer) {
  Tokens out;
  if (pointer.empty()) return out;
  if (pointer[0] != '/') {
    return fail(
        Error(ErrorCode::InvalidArgument, "a JSON pointer begins with '/'").found(std::string(pointer)));
  }
  for (std::string& token : split(pointer.substr(1), '/')) {
    out.push_back(replaceAll(replaceAll(std::move(token), "~1", "/"), "~0", "~"));
  }
  return out;
}

Result<Value> applyJsonPatch(const Value& document, const Value& patch) {
  if (!patch.isArray()) {
    return fail(Error(ErrorCode::InvalidArgument, "a JSON patch is a list of operations")
                    .found(std::string(kindName(patch.kind()))));
  }
  Value out = document;
  for (std::size_t i = 0; i < patch.size(); ++i) {
    auto done = applyOne(out, patch.at(i));
    if (!done) {
      return fail(std::move(done).error().context("JSON patch operation " + std::to_string(i) + " (" +
                                                  patch.at(i).get("op").asString() + " " +
                                                  patch.at(i).get("path").asString() + ")"));
    }
  }
  return out;
}

}  // namespace puppis::data
