// SPDX-License-Identifier: Apache-2.0
#include "data/path.h"

#include <charconv>

#include "data/json.h"

namespace puppis::data {

namespace {

bool isPlainKey(std::string_view key) {
  return !key.empty() && key.find_first_of(".[]\"' \t\n") == std::string_view::npos;
}

Error pathFault(std::string_view text, std::size_t at, std::string message) {
  Location where;
  where.line = 1;
  where.column = static_cast<std::uint32_t>(at + 1);
  where.lineText = std::string(text);
  return Error(ErrorCode::InvalidArgument, std::move(message)).at(std::move(where));
}

/// The end of the quoted key that begins at `open`, or npos.
std::size_t closingQuote(std::string_view text, std::size_t open) {
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[open]) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
  std::vector<Step> steps;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '[') {
      std::size_t close = text.find(']', at);
      bool quoted = at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\'');
      if (quoted) {
        std::size_t end = closingQuote(text, at + 1);
        if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != ']') {
          return fail(pathFault(text, at, "the quoted key in this path is not closed").expected("\"]"));
        }
        std::string key(text.substr(at + 2, end - at - 2));
        if (text[at + 1] == '"') {
          TRY(Value parsed, parseJson(text.substr(at + 1, end - at)));
          key = parsed.asString();
        }
        steps.emplace_back(std::move(key));
        close = end + 1;
      } else {
        std::size_t index = 0;
        const char* stop = close == std::string_view::npos ? nullptr : text.data() + close;
        auto [end, error] =
            std::from_chars(text.data() + at + 1, stop == nullptr ? text.data() + text.size() : stop, index);
        if (stop == nullptr || error != std::errc() || end != stop) {
          return fail(
              pathFault(text, at, "this path has no list index here").expected("[0], [1], ... or [\"key\"]"));
        }
        steps.emplace_back(index);
      }
      at = close + 1;
      if (at < text.size() && text[at] != '.' && text[at] != '[') {
        return fail(pathFault(text, at, "a step of a path begins with '.' or '['"));
      }
      if (at < text.size() && text[at] == '.') ++at;
      continue;
    }
    std::size_t end = text.find_first_of(".[", at);
    if (end == std::string_view::npos) end = text.size();
    if (end == at) return fail(pathFault(text, at, "a step of this path is empty").expected("a name"));
    steps.emplace_back(std::string(text.substr(at, end - at)));
    at = end;
    if (at < text.size() && text[at] == '.' && ++at == text.size()) {
      return fail(pathFault(text, at - 1, "the path ends with a dot").expected("a name"));
    }
  }
  return Path(std::move(steps));
}

Path Path::operator/(std::string key) const {
  Path out(*this);
  out.steps_.emplace_back(std::move(key));
  return out;
}

Path Path::operator/(std::size_t index) const {
  Path out(*this);
  out.steps_.emplace_back(index);
  return out;
}

std::string Path::str() const {
  std::string out;
  for (const Step& step : steps_) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      out += "[" + std::to_string(*index) + "]";
      continue;
    }
    const auto& key = std::get<std::string>(step);
    if (isPlainKey(key)) {
      if (!out.empty()) out.push_back('.');
      out += key;
    } else {
      out += "[" + toJson(Value(key)) + "]";
    }
  }
  return out;
}

const Value* find(const Value& root, const Path& path) {
  const Value* at = &root;
  for (const Path::Step& step : path.steps()) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      auto all = at->elements();
      if (*index >= all.size()) return nullptr;
      at = &all[*index];
    } else {
      at = at->find(std::get<std::string>(step));
      if (at == nullptr) return nullptr;
    }
  }
  return at;
}

Status assign(Value& root, const Path& path, Value value) {
  Value* at = &root;
  Path done;
  for (const Path::Step& step : path.steps()) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      if (at->isNull()) *at = Value::array();
      if (!at->isArray() || *index > at->size()) {
        return fail(Error(ErrorCode::InvalidArgument, "there is no element " + std::to_string(*index))
                        .path(done.str())
                        .found(std::string(kindName(at->kind()))));
      }
      if (*index == at->size()) at->push(Value());
      at = &at->mutableAt(*index);
      done = done / *index;
    } else {
      const auto& key = std::get<std::string>(step);
      if (!at->isNull() && !at->isObject()) {
        return fail(Error(ErrorCode::InvalidArgument, "there can be no member \"" + key + "\"")
                        .path(done.str())
                        .expected("an object")
                        .found(std::string(kindName(at->kind()))));
      }
      at = &(*at)[key];
      done = done / key;
    }
  }
  *at = std::move(value);
  return {};
}

bool remove(Value& root, const Path& path) {
  if (path.empty() || find(root, path) == nullptr) return false;
  Value* at = &root;
  for (std::size_t i = 0; i + 1 < path.steps().size(); ++i) {
    const Path::Step& step = path.steps()[i];
    const auto* index = std::get_if<std::size_t>(&step);
    at = index != nullptr ? &at->mutableAt(*index) : at->mutableFind(std::get<std::string>(step));
  }
  const Path::Step& last = path.steps().back();
  if (const auto* index = std::get_if<std::size_t>(&last)) {
    at->eraseAt(*index);
    return true;
  }
  return at->erase(std::get<std::string>(last));
}

Mark markAt(const Value& root, const Path& path) {
  const Value* at = &root;
  Mark best = root.mark();
  for (const Path::Step& step : path.steps()) {
    if (const auto* index = std::get_if<std::size_t>(&step)) {
      auto all = at->elements();
      if (*index >= all.size()) return best;
      at = &all[*index];
      if (at->mark().known()) best = at->mark();
      continue;
    }
    const Member* member = at->findMember(std::get<std::string>(step));
    if (member == nullptr) return best;
    if (member->keyMark.known()) best = member->keyMark;
    at = &member->value;
  }
  return best;
}

}  // namespace puppis::data
