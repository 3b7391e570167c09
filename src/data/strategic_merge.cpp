// SPDX-License-Identifier: Apache-2.0
#include "data/strategic_merge.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "base/strings.h"

namespace puppis::data {

namespace {

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";
constexpr std::string_view kElementOrder = "$setElementOrder/";

using FieldPath = std::vector<std::string>;

Error badPatch(const FieldPath& path, std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message)).path(join(path, "."));
}

/// What a patch leaves behind where there was nothing before: no nulls, and nothing that carries a directive.
std::optional<Value> withoutDirectives(const Value& value) {
  if (value.isObject()) {
    if (value.has(kDirective)) return std::nullopt;
    Value out = Value::object();
    for (const Member& m : value.members()) {
      if (m.value.isNull()) continue;
      if (auto kept = withoutDirectives(m.value)) out.append(m.key, std::move(*kept), m.keyMark);
    }
    return out;
  }
  if (value.isArray()) {
    Value out = Value::array();
    for (const Value& element : value.elements()) {
      if (auto kept = withoutDirectives(element)) out.push(std::move(*kept));
    }
    return out;
  }
  return value;
}

/// The identity of an element: its merge key's value, or the scalar itself.
const Value* identity(const Value& element, const std::string& mergeKey) {
  return mergeKey.empty() ? &element : element.find(mergeKey);
}

std::size_t indexIn(const std::vector<Value>& list, const Value& element, const std::string& mergeKey) {
  const Value* wanted = identity(element, mergeKey);
  for (std::size_t i = 0; wanted != nullptr && i < list.size(); ++i) {
    const Value* id = identity(list[i], mergeKey);
    if (id != nullptr && *id == *wanted) return i;
  }
  return std::numeric_limits<std::size_t>::max();
}

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

/// `merged` in order: what `wanted` names in its order, the rest in the live order, interleaved by the live
/// order where that does not contradict either.
std::vector<Value> ordered(const std::vector<Value>& merged, const std::vector<Value>& wanted,
                           const std::vector<Value>& live, const std::string& mergeKey) {
  std::vector<Value> named;
  std::vector<Value> rest;
  for (const Value& element : merged) {
    (indexIn(wanted, element, mergeKey) == kNowhere ? rest : named).push_back(element);
  }
  auto sortBy = [&](std::vector<Value>& list, const std::vector<Value>& order) {
    std::stable_sort(list.begin(), list.end(), [&](const Value& a, const Value& b) {
      return indexIn(order, a, mergeKey) < indexIn(order, b, mergeKey);
    });
  };
  sortBy(named, wanted);
  sortBy(rest, live);
  std::vector<Value> out;
  std::size_t i = 0;
  for (const Value& element : named) {
    std::size_t place = indexIn(live, element, mergeKey);
    while (place != kNowhere && i < rest.size() && indexIn(live, rest[i], mergeKey) < place)
      out.push_back(rest[i++]);
    out.push_back(element);
  }
  out.insert(out.end(), rest.begin() + static_cast<std::ptrdiff_t>(i), rest.end());
  return out;
}

std::vector<Value> listOf(const Value& value) {
  auto all = value.elements();
  return {all.begin(), all.end()};
}

class Merger {
 public:
  explicit Merger(const MergeSchema& schema) : schema_(schema) {}

  Result<Value> object(const Value& original, const Value& patch) {
    if (const Value* directive = patch.find(kDirective))
      return directed(original, patch, directive->asString());
    Value out = original.isObject() ? original : Value::object();
    TRY_VOID(retainKeys(out, patch));
    for (const Member& m : patch.members()) {
      const std::string& key = m.key.str();
      if (key == kRetainKeys || startsWith(key, kElementOrder)) continue;
      if (startsWith(key, kDeleteFromList)) {
        TRY_VOID(deleteScalars(out, key.substr(kDeleteFromList.size()), m.value));
        continue;
      }
      path_.push_back(key);
      TRY_VOID(member(out, m, patch.find(std::string(kElementOrder) + key)));
      path_.pop_back();
    }
    // An order without a list of its own sorts the list that is there.
    for (const Member& m : patch.members()) {
      if (!startsWith(m.key.str(), kElementOrder)) continue;
      std::string key = m.key.str().substr(kElementOrder.size());
      if (patch.has(key) || !out.get(key).isArray()) continue;
      path_.push_back(key);
      TRY(MergeRule rule, ruleWithOrder(m.value));
      std::vector<Value> live = listOf(out.get(key));
      out.set(key, Value::array(ordered(live, listOf(m.value), live, rule.mergeKey)));
      path_.pop_back();
    }
    return out;
  }

 private:
  Result<Value> directed(const Value& original, const Value& patch, const std::string& directive) {
    if (directive == "replace") {
      Value out = patch;
      out.erase(kDirective);
      return withoutDirectives(out).value_or(Value::object());
    }
    if (directive == "delete") return Value::object();
    if (directive == "merge") {
      Value rest = patch;
      rest.erase(kDirective);
      return object(original, rest);
    }
    return fail(badPatch(path_, "unknown $patch directive \"" + directive + "\"")
                    .expected("replace, delete or merge"));
  }

  Status retainKeys(Value& out, const Value& patch) {
    const Value* keep = patch.find(kRetainKeys);
    if (keep == nullptr) return {};
    if (!keep->isArray()) return fail(badPatch(path_, "$retainKeys is a list of member names"));
    auto kept = [&](const std::string& key) {
      return std::ranges::any_of(keep->elements(), [&](const Value& v) { return v.asString() == key; });
    };
    for (const Member& m : patch.members()) {
      const std::string& key = m.key.str();
      if (m.value.isNull() || key == kRetainKeys || startsWith(key, kDeleteFromList) ||
          startsWith(key, kElementOrder)) {
        continue;
      }
      if (!kept(key))
        return fail(badPatch(path_, "the patch sets \"" + key + "\", which its $retainKeys leaves out"));
    }
    std::vector<std::string> gone;
    for (const Member& m : out.members()) {
      if (!kept(m.key.str())) gone.push_back(m.key.str());
    }
    for (const std::string& key : gone) out.erase(key);
    return {};
  }

  Status deleteScalars(Value& out, const std::string& key, const Value& toDelete) {
    if (!toDelete.isArray()) return fail(badPatch(path_, "$deleteFromPrimitiveList/" + key + " is a list"));
    const Value* list = out.find(key);
    if (list == nullptr || !list->isArray()) return {};
    std::vector<Value> left;
    for (const Value& element : list->elements()) {
      if (std::ranges::find(toDelete.elements(), element) == toDelete.elements().end())
        left.push_back(element);
    }
    out.set(key, Value::array(std::move(left)));
    return {};
  }

  Status member(Value& out, const Member& m, const Value* order) {
    const std::string& key = m.key.str();
    if (m.value.isNull()) {
      out.erase(key);
      return {};
    }
    const Value* old = out.find(key);
    bool bothObjects = old != nullptr && old->isObject() && m.value.isObject();
    bool bothLists = old != nullptr && old->isArray() && m.value.isArray();
    if (bothObjects) {
      if (schema_(path_).replace) {
        out.set(key, m.value, m.keyMark);
        return {};
      }
      TRY(Value merged, object(*old, m.value));
      out.set(key, std::move(merged), m.keyMark);
      return {};
    }
    if (bothLists) {
      TRY(Value merged, list(listOf(*old), m.value, order));
      out.set(key, std::move(merged), m.keyMark);
      return {};
    }
    if (auto fresh = withoutDirectives(m.value)) {
      if (order != nullptr && fresh->isArray()) {
        TRY(MergeRule rule, ruleWithOrder(*order));
        std::vector<Value> elements = listOf(*fresh);
        *fresh = Value::array(ordered(elements, listOf(*order), elements, rule.mergeKey));
      }
      out.set(key, std::move(*fresh), m.keyMark);
    } else {
      out.erase(key);
    }
    return {};
  }

  Result<MergeRule> ruleWithOrder(const Value& order) {
    if (!order.isArray()) return fail(badPatch(path_, "$setElementOrder is a list"));
    MergeRule rule = schema_(path_);
    for (const Value& element : order.elements()) {
      if (!rule.mergeKey.empty() && !element.has(rule.mergeKey)) return fail(noKey(rule.mergeKey));
    }
    return rule;
  }

  Error noKey(const std::string& mergeKey) const {
    return badPatch(path_, "an element of the list lacks its merge key \"" + mergeKey + "\"");
  }

  Result<Value> list(std::vector<Value> live, const Value& patch, const Value* order) {
    MergeRule rule = schema_(path_);
    if (order != nullptr) {
      TRY(rule, ruleWithOrder(*order));
    }
    if (!rule.merge) return withoutDirectives(patch).value_or(Value::array());
    bool objects = std::ranges::any_of(patch.elements(), [](const Value& v) { return v.isObject(); }) ||
                   std::ranges::any_of(live, [](const Value& v) { return v.isObject(); });
    if (!objects) {
      std::vector<Value> merged;
      for (const auto& part : {std::span<const Value>(live), patch.elements()}) {
        for (const Value& v : part) {
          if (std::ranges::find(merged, v) == merged.end()) merged.push_back(v);
        }
      }
      std::vector<Value> wanted = listOf(order == nullptr ? patch : *order);
      return Value::array(ordered(merged, wanted, live, ""));
    }
    if (rule.mergeKey.empty())
      return fail(badPatch(path_, "a list of objects cannot merge without a merge key"));
    return keyedList(std::move(live), patch, order, rule.mergeKey);
  }

  Result<Value> keyedList(std::vector<Value> live, const Value& patch, const Value* order,
                          const std::string& mergeKey) {
    std::vector<Value> plain;
    bool replace = false;
    for (const Value& element : patch.elements()) {
      const Value* directive = element.find(kDirective);
      if (!element.isObject())
        return fail(badPatch(path_, "the list holds objects").found(std::string(kindName(element.kind()))));
      if (directive == nullptr || directive->asString() == "merge") {
        plain.push_back(element);
        if (directive != nullptr) plain.back().erase(kDirective);
      } else if (directive->asString() == "replace") {
        replace = true;
      } else if (directive->asString() == "delete") {
        if (!element.has(mergeKey)) return fail(noKey(mergeKey));
        std::erase_if(live, [&](const Value& v) { return v.get(mergeKey) == element.get(mergeKey); });
      } else {
        return fail(badPatch(path_, "unknown $patch directive \"" + directive->asString() + "\"")
                        .expected("replace, delete or merge"));
      }
    }
    if (replace) {
      return withoutDirectives(Value::array(std::move(plain))).value_or(Value::array());
    }
    std::vector<Value> merged = live;
    for (const Value& element : plain) {
      if (!element.has(mergeKey)) return fail(noKey(mergeKey));
      std::size_t at = indexIn(merged, element, mergeKey);
      if (at == kNowhere) {
        merged.push_back(withoutDirectives(element).value_or(element));
      } else {
        TRY(merged[at], object(merged[at], element));
      }
    }
    std::vector<Value> wanted = order == nullptr ? plain : listOf(*order);
    return Value::array(ordered(merged, wanted, live, mergeKey));
  }

  const MergeSchema& schema_;
  FieldPath path_;
};

class Differ {
 public:
  explicit Differ(const MergeSchema& schema) : schema_(schema) {}

  /// The patch for one object; empty when nothing is to do.
  Result<Value> object(const Value& original, const Value& modified, const Value& current, bool retainKeys) {
    Value patch = Value::object();
    for (const Member& m : modified.members()) {
      const std::string& key = m.key.str();
      path_.push_back(key);
      TRY_VOID(member(patch, m, original.get(key), current.find(key)));
      path_.pop_back();
    }
    for (const Member& m : original.members()) {
      if (!modified.has(m.key.str())) patch.set(m.key.str(), Value());
    }
    bool extra =
        std::ranges::any_of(current.members(), [&](const Member& m) { return !modified.has(m.key.str()); });
    if (retainKeys && !modified.empty() && (!patch.empty() || extra)) {
      Value keep = Value::array();
      for (const Member& m : modified.sorted().members()) {
        if (!m.value.isNull()) keep.push(Value(m.key.str()));
      }
      patch.set(kRetainKeys, std::move(keep));
    }
    return patch;
  }

 private:
  Status member(Value& patch, const Member& m, const Value& original, const Value* current) {
    const std::string& key = m.key.str();
    if (current == nullptr || current->kind() != m.value.kind() ||
        (!m.value.isObject() && !m.value.isArray())) {
      if (current == nullptr || !(*current == m.value)) patch.append(m.key, m.value);
      return {};
    }
    MergeRule rule = schema_(path_);
    if (m.value.isObject()) {
      if (rule.replace) {
        if (!(*current == m.value)) patch.append(m.key, m.value);
        return {};
      }
      TRY(Value inner, object(original, m.value, *current, rule.retainKeys));
      if (!inner.empty()) patch.append(m.key, std::move(inner));
      return {};
    }
    if (!rule.merge) {
      if (!(*current == m.value)) patch.append(m.key, m.value);
      return {};
    }
    return list(patch, key, original, m.value, *current, rule);
  }

  Status list(Value& patch, const std::string& key, const Value& original, const Value& modified,
              const Value& current, const MergeRule& rule) {
    std::vector<Value> was = listOf(original);
    std::vector<Value> wanted = listOf(modified);
    std::vector<Value> live = listOf(current);
    Value changes = Value::array();
    Value order = Value::array();
    Value deletions = Value::array();
    for (const Value& element : wanted) {
      if (!rule.mergeKey.empty() && !element.has(rule.mergeKey)) {
        return fail(badPatch(path_, "an element of the list lacks its merge key \"" + rule.mergeKey + "\""));
      }
      order.push(rule.mergeKey.empty() ? element
                                       : Value::object({{rule.mergeKey, element.get(rule.mergeKey)}}));
      std::size_t at = indexIn(live, element, rule.mergeKey);
      if (at == kNowhere) {
        changes.push(element);
      } else if (!rule.mergeKey.empty()) {
        std::size_t before = indexIn(was, element, rule.mergeKey);
        TRY(Value inner,
            object(before == kNowhere ? Value() : was[before], element, live[at], rule.retainKeys));
        if (inner.empty()) continue;
        inner.set(rule.mergeKey, element.get(rule.mergeKey));
        changes.push(std::move(inner));
      }
    }
    for (const Value& element : was) {
      if (indexIn(wanted, element, rule.mergeKey) != kNowhere) continue;
      if (rule.mergeKey.empty()) {
        deletions.push(element);
      } else if (element.has(rule.mergeKey)) {
        changes.push(Value::object({{kDirective, "delete"}, {rule.mergeKey, element.get(rule.mergeKey)}}));
      }
    }
    bool moved = ordered(live, wanted, live, rule.mergeKey) != live;
    if (changes.empty() && deletions.empty() && !moved) return {};
    if (!order.empty()) patch.set(std::string(kElementOrder) + key, std::move(order));
    if (!deletions.empty()) patch.set(std::string(kDeleteFromList) + key, std::move(deletions));
    if (!changes.empty()) patch.set(key, std::move(changes));
    return {};
  }

  const MergeSchema& schema_;
  FieldPath path_;
};

}  // namespace

MergeRule MergeRule::parse(std::string_view strategy, std::string_view mergeKey) {
  MergeRule out;
  for (const std::string& part : split(strategy, ',')) {
    if (part == "merge") out.merge = true;
    if (part == "replace") out.replace = true;
    if (part == "retainKeys") out.retainKeys = true;
  }
  out.mergeKey = std::string(mergeKey);
  return out;
}

Result<Value> applyStrategicMerge(const Value& original, const Value& patch, const MergeSchema& schema) {
  if (!patch.isObject()) {
    return fail(Error(ErrorCode::InvalidArgument, "a strategic merge patch is an object")
                    .found(std::string(kindName(patch.kind()))));
  }
  return Merger(schema).object(original, patch);
}

Result<Value> createThreeWayStrategicMerge(const Value& original, const Value& modified, const Value& current,
                                           const MergeSchema& schema) {
  return Differ(schema).object(original, modified, current, false);
}

}  // namespace puppis::data
