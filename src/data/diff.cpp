// SPDX-License-Identifier: Apache-2.0
#include "data/diff.h"

#include <set>
#include <string>

namespace puppis::data {

namespace {

constexpr std::string_view kName = "name";

bool isNamed(const Value& list) {
  std::set<std::string> names;
  for (const Value& element : list.elements()) {
    const Value& name = element.get(kName);
    if (!name.isString() || !names.insert(name.asString()).second) return false;
  }
  return !list.empty();
}

const Value* byName(const Value& list, const std::string& name) {
  for (const Value& element : list.elements()) {
    if (element.get(kName).asString() == name) return &element;
  }
  return nullptr;
}

void collect(const Value& before, const Value& after, const Path& path, std::vector<Change>& out) {
  if (before == after) return;
  if (before.isObject() && after.isObject()) {
    for (const Member& m : after.members()) {
      if (const Value* old = before.find(m.key.str())) {
        collect(*old, m.value, path / m.key.str(), out);
      } else {
        out.push_back({path / m.key.str(), std::nullopt, m.value});
      }
    }
    for (const Member& m : before.members()) {
      if (!after.has(m.key.str())) out.push_back({path / m.key.str(), m.value, std::nullopt});
    }
    return;
  }
  if (!before.isArray() || !after.isArray()) {
    out.push_back({path, before, after});
    return;
  }
  if (isNamed(before) && isNamed(after)) {
    std::size_t reported = out.size();
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (const Value* old = byName(before, after.at(i).get(kName).asString())) {
        collect(*old, after.at(i), path / i, out);
      } else {
        out.push_back({path / i, std::nullopt, after.at(i)});
      }
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (byName(after, before.at(i).get(kName).asString()) == nullptr) {
        out.push_back({path / i, before.at(i), std::nullopt});
      }
    }
    // Only the order differs.
    if (out.size() == reported) out.push_back({path, before, after});
    return;
  }
  for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    if (i >= before.size()) {
      out.push_back({path / i, std::nullopt, after.at(i)});
    } else if (i >= after.size()) {
      out.push_back({path / i, before.at(i), std::nullopt});
    } else {
      collect(before.at(i), after.at(i), path / i, out);
    }
  }
}

}  // namespace

std::vector<Change> diff(const Value& before, const Value& after) {
  std::vector<Change> out;
  collect(before, after, Path(), out);
  return out;
}

}  // namespace puppis::data
