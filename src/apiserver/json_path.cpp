// SPDX-License-Identifier: Apache-2.0
#include "apiserver/json_path.h"

#include <charconv>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

Error bad(std::string_view text) {
  return Error(ErrorCode::Invalid, "cannot read the JSON path " + std::string(text));
}

std::string unquote(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

std::string plain(const Value& value) {
  return value.isString() ? value.asString() : data::toJson(value);
}

const Value& lookUp(const Value& value, const std::string& path) {
  const Value* at = &value;
  for (const std::string& part : split(path, '.')) at = &at->get(part);
  return *at;
}

}  // namespace

Result<JsonPath> JsonPath::parse(std::string_view text) {
  JsonPath out;
  std::string_view rest = trim(text);
  if (rest.size() >= 2 && rest.front() == '{' && rest.back() == '}') rest = rest.substr(1, rest.size() - 2);
  if (!rest.empty() && rest.front() == '$') rest.remove_prefix(1);
  if (!rest.empty() && rest.front() != '.' && rest.front() != '[') return fail(bad(text));
  while (!rest.empty()) {
    if (rest.front() == '.') {
      rest.remove_prefix(1);
      std::string name;
      std::size_t at = 0;
      for (; at < rest.size() && rest[at] != '.' && rest[at] != '['; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        name += rest[at];
      }
      rest.remove_prefix(at);
      if (name == "*") {
        out.steps_.push_back({Step::Kind::All, "", 0, "", ""});
      } else if (!name.empty()) {
        out.steps_.push_back({Step::Kind::Field, name, 0, "", ""});
      }
      continue;
    }
    if (rest.front() != '[') return fail(bad(text));
    std::size_t close = rest.find(startsWith(rest, "[?(") ? ")]" : "]");
    if (close == std::string_view::npos) return fail(bad(text));
    if (startsWith(rest, "[?(")) {
      std::string_view condition = trim(rest.substr(3, close - 3));
      rest.remove_prefix(close + 2);
      if (!startsWith(condition, "@.")) return fail(bad(text));
      condition.remove_prefix(2);
      std::size_t op = condition.find_first_of("=!<>");
      if (op == std::string_view::npos || condition[op] == '<' || condition[op] == '>' ||
          op + 1 >= condition.size())
        return fail(bad(text));
      out.steps_.push_back({Step::Kind::Filter, std::string(trim(condition.substr(0, op))), 0,
                            std::string(condition.substr(op, 2)), unquote(condition.substr(op + 2))});
      continue;
    }
    std::string_view inside = trim(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
    std::int64_t index = 0;
    if (inside == "*" || inside == ":") {
      out.steps_.push_back({Step::Kind::All, "", 0, "", ""});
    } else if (auto [end, code] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
               code == std::errc{} && end == inside.data() + inside.size()) {
      out.steps_.push_back({Step::Kind::Index, "", index, "", ""});
    } else if (!inside.empty() && (inside.front() == '\'' || inside.front() == '"')) {
      out.steps_.push_back({Step::Kind::Field, unquote(inside), 0, "", ""});
    } else {
      return fail(bad(text));
    }
  }
  return out;
}

std::vector<Value> JsonPath::find(const Value& root) const {
  std::vector<Value> now{root};
  for (const Step& step : steps_) {
    std::vector<Value> next;
    for (const Value& value : now) {
      switch (step.kind) {
        case Step::Kind::Field:
          if (const Value* field = value.find(step.name)) next.push_back(*field);
          break;
        case Step::Kind::Index: {
          std::int64_t at =
              step.index < 0 ? static_cast<std::int64_t>(value.size()) + step.index : step.index;
          if (value.isArray() && at >= 0 && at < static_cast<std::int64_t>(value.size()))
            next.push_back(value.at(static_cast<std::size_t>(at)));
          break;
        }
        case Step::Kind::All:
          for (const Value& element : value.elements()) next.push_back(element);
          for (const data::Member& member : value.members()) next.push_back(member.value);
          break;
        case Step::Kind::Filter:
          for (const Value& element : value.elements()) {
            bool same = plain(lookUp(element, step.name)) == step.operand;
            if (same == (step.op == "==")) next.push_back(element);
          }
          break;
      }
    }
    now = std::move(next);
  }
  return now;
}

}  // namespace puppis::apiserver
