// SPDX-License-Identifier: Apache-2.0
#include "deliver/merge.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string>

#include "base/strings.h"
#include "data/json.h"
#include "data/merge_patch.h"
#include "data/strategic_merge.h"
#include "deliver/labels.h"
#include "kube/object.h"

namespace puppis::deliver {

namespace {

/// Annotations of one object may be 256 KiB together; one that comes near is not kept.
constexpr std::size_t kLongestMemory = 200 * 1024;

struct ListKey {
  std::string_view parent;  ///< the field that holds the list's owner; "" for any
  std::string_view field;
  std::string_view key;  ///< "" for a set of scalars
};

/// How the lists of Kubernetes' built-in kinds merge. From the API types' patch marks; what is not here is
/// atomic.
constexpr std::array kListKeys = {
    ListKey{"", "containers", "name"},
    ListKey{"", "initContainers", "name"},
    ListKey{"", "ephemeralContainers", "name"},
    ListKey{"", "env", "name"},
    ListKey{"containers", "ports", "containerPort"},
    ListKey{"initContainers", "ports", "containerPort"},
    ListKey{"spec", "ports", "port"},
    ListKey{"", "volumes", "name"},
    ListKey{"", "volumeMounts", "mountPath"},
    ListKey{"", "volumeDevices", "devicePath"},
    ListKey{"", "imagePullSecrets", "name"},
    ListKey{"", "hostAliases", "ip"},
    ListKey{"", "topologySpreadConstraints", "topologyKey"},
    ListKey{"", "secrets", "name"},
    ListKey{"metadata", "ownerReferences", "uid"},
    ListKey{"metadata", "finalizers", ""},
};

bool builtIn(const Value& object) {
  std::string group = kube::gvkOf(object).group;
  return group.find('.') == std::string::npos || endsWith(group, ".k8s.io");
}

std::string joined(std::span<const std::string> path) {
  std::string out;
  for (const auto& step : path) out.append("/").append(step);
  return out;
}

const ListKey* keyOf(std::span<const std::string> path) {
  if (path.empty()) return nullptr;
  for (const auto& rule : kListKeys) {
    if (path.back() != rule.field) continue;
    if (rule.parent.empty() || (path.size() > 1 && path[path.size() - 2] == rule.parent)) return &rule;
  }
  return nullptr;
}

/// Paths of lists whose elements cannot be told apart by their key (a port served by TCP and by UDP, say):
/// these are taken whole.
void collectAmbiguous(const Value& at, std::vector<std::string>& path, std::set<std::string>& out) {
  if (at.isObject()) {
    for (const auto& member : at.members()) {
      path.push_back(member.key.str());
      collectAmbiguous(member.value, path, out);
      path.pop_back();
    }
    return;
  }
  if (!at.isArray()) return;
  if (const ListKey* rule = keyOf(path); rule != nullptr && !rule->key.empty()) {
    std::set<std::string> seen;
    for (const auto& element : at.elements()) {
      const Value* key = element.find(rule->key);
      if (key == nullptr || !seen.insert(data::toJson(*key)).second) out.insert(joined(path));
    }
  }
  for (const auto& element : at.elements()) collectAmbiguous(element, path, out);
}

data::MergeSchema schemaFor(const Value& desired, const Value& live, const Value& base) {
  if (!builtIn(desired)) return [](std::span<const std::string>) { return data::MergeRule{}; };
  std::set<std::string> ambiguous;
  std::vector<std::string> path;
  for (const Value* object : {&desired, &live, &base}) collectAmbiguous(*object, path, ambiguous);
  return [ambiguous = std::move(ambiguous)](std::span<const std::string> at) {
    data::MergeRule rule;
    const ListKey* key = keyOf(at);
    if (key == nullptr || ambiguous.count(joined(at)) != 0) return rule;
    rule.merge = true;
    rule.mergeKey = key->key;
    return rule;
  };
}

/// The factor of a quantity's suffix; nothing when it has none that is known.
std::optional<double> suffixFactor(std::string_view suffix) {
  constexpr std::string_view kBinary = "KMGTPE";
  if (suffix.empty()) return 1;
  if (suffix.size() == 2 && suffix[1] == 'i') {
    auto at = kBinary.find(suffix[0]);
    if (at == std::string_view::npos) return std::nullopt;
    return std::pow(1024.0, static_cast<double>(at + 1));
  }
  if (suffix.size() != 1) return std::nullopt;
  switch (suffix[0]) {
    case 'n':
      return 1e-9;
    case 'u':
      return 1e-6;
    case 'm':
      return 1e-3;
    case 'k':
      return 1e3;
    default:
      break;
  }
  auto at = kBinary.substr(1).find(suffix[0]);
  if (at == std::string_view::npos) return std::nullopt;
  return std::pow(1000.0, static_cast<double>(at + 2));
}

std::optional<double> quantity(std::string_view text) {
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  auto factor = suffixFactor(text.substr(static_cast<std::size_t>(end - text.data())));
  if (!factor) return std::nullopt;
  return number * *factor;
}

bool holdsQuantities(std::string_view field) {
  constexpr std::array<std::string_view, 10> kFields = {
      "requests", "limits", "capacity",  "hard",           "default",
      "max",      "min",    "sizeLimit", "defaultRequest", "averageValue"};
  return std::find(kFields.begin(), kFields.end(), field) != kFields.end();
}

std::string scalarText(const Value& value) {
  return value.isString() ? value.asString() : value.numberText();
}

/// Whether `live` says all that `wanted` says. Nulls and empty lists and objects count as not said.
bool covers(const Value& live, const Value& wanted, bool quantities) {
  if (live == wanted) return true;
  if (wanted.isNull()) return live.isNull();
  if (wanted.isObject()) {
    if (live.isNull()) return wanted.empty();
    if (!live.isObject()) return false;
    return std::all_of(wanted.members().begin(), wanted.members().end(), [&](const data::Member& member) {
      return covers(live.get(member.key.str()), member.value,
                    quantities || holdsQuantities(member.key.str()));
    });
  }
  if (wanted.isArray()) {
    if (wanted.empty()) return live.isNull() || (live.isArray() && live.empty());
    if (!live.isArray() || live.size() != wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!covers(live.at(i), wanted.at(i), quantities)) return false;
    }
    return true;
  }
  if (quantities && (live.isString() || live.isNumeric()))
    return sameQuantity(scalarText(live), scalarText(wanted));
  return false;
}

/// Whether a value says anything: null and empty lists and objects do not.
bool says(const Value& value) {
  bool container = value.isArray() || value.isObject();
  return !value.isNull() && !(container && value.empty());
}

/// Whether `base` has a member that `wanted` lacks, anywhere: something that was applied and is to go.
bool dropsSomething(const Value& base, const Value& wanted) {
  if (base.isObject() && wanted.isObject()) {
    return std::any_of(base.members().begin(), base.members().end(), [&](const data::Member& member) {
      const Value* next = wanted.find(member.key.str());
      return next == nullptr ? says(member.value) : dropsSomething(member.value, *next);
    });
  }
  if (base.isArray() && wanted.isArray()) {
    for (std::size_t i = 0; i < std::min(base.size(), wanted.size()); ++i) {
      if (dropsSomething(base.at(i), wanted.at(i))) return true;
    }
  }
  return false;
}

/// Takes the live form of every part that already says what is wanted, so that defaults the server put into a
/// list's elements, and its way of writing quantities, are no difference.
Value settle(const Value& merged, const Value& live, const Value& base, bool quantities) {
  if (merged == live) return live;
  if (merged.isObject() && live.isObject()) {
    Value out = merged;
    for (const auto& member : merged.members()) {
      const std::string& key = member.key.str();
      Value settled = settle(member.value, live.get(key), base.get(key), quantities || holdsQuantities(key));
      if (!live.has(key) && settled.isNull()) {
        out.erase(key);
      } else {
        out.set(key, std::move(settled));
      }
    }
    return out;
  }
  if (merged.isArray() && live.isArray() && merged.size() == live.size()) {
    Value out = Value::array();
    for (std::size_t i = 0; i < merged.size(); ++i) {
      const Value& wanted = merged.at(i);
      bool same = covers(live.at(i), wanted, quantities) && !dropsSomething(base.at(i), wanted);
      out.push(same ? live.at(i) : wanted);
    }
    return out;
  }
  return covers(live, merged, quantities) ? live : merged;
}

/// What was last applied, with the values of Secrets and ConfigMaps blanked: only their keys matter for what
/// must go.
std::optional<std::string> memoryOf(const Value& object) {
  Value kept = object;
  const std::string& kind = object.get("kind").asString();
  if (kind == "Secret" || kind == "ConfigMap") {
    for (const char* field : {"data", "binaryData"}) {
      const Value* values = object.find(field);
      if (values == nullptr) continue;
      for (const auto& member : values->members()) kept[field].set(member.key.str(), "");
    }
  }
  std::string text = data::toJson(kept, {.sortKeys = true});
  if (text.size() > kLongestMemory) return std::nullopt;
  return text;
}

Value lastApplied(const Value& live) {
  auto text = kube::annotation(live, kLastApplied);
  if (!text) return {};
  auto parsed = data::parseJson(*text);
  return parsed ? *parsed : Value();
}

}  // namespace

bool sameQuantity(std::string_view a, std::string_view b) {
  if (a == b) return true;
  auto x = quantity(a), y = quantity(b);
  return x && y && std::abs(*x - *y) <= 1e-9 * std::max(std::abs(*x), std::abs(*y));
}

Value creatable(const Value& desired) {
  Value out = desired;
  out.erase("status");
  for (const char* field :
       {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"}) {
    out["metadata"].erase(field);
  }
  if (Value* annotations = out["metadata"].mutableFind("annotations")) {
    annotations->erase(kLastApplied);
    if (annotations->empty()) out["metadata"].erase("annotations");
  }
  if (out.get("kind").asString() == "Secret" && out.has("stringData")) {
    Value texts = out.get("stringData");
    for (const auto& member : texts.members())
      out["data"].set(member.key.str(), base64Encode(member.value.asString()));
    out.erase("stringData");
  }
  if (auto memory = memoryOf(out)) kube::setAnnotation(out, kLastApplied, *memory);
  return out;
}

Result<Value> overlay(const Value& below, const Value& above) {
  return data::applyStrategicMerge(below, above, schemaFor(above, below, Value()));
}

Result<Update> updateTo(const Value& creatableDesired, const Value& live) {
  Value base = lastApplied(live);
  data::MergeSchema schema = schemaFor(creatableDesired, live, base);
  TRY(Value steps, data::createThreeWayStrategicMerge(base, creatableDesired, live, schema));
  TRY(Value merged, data::applyStrategicMerge(live, steps, schema));
  Value settled = settle(merged, live, base, false);
  Update out;
  out.patch = data::createMergePatch(live, settled);
  if (!out.needed()) return out;
  Value shownBefore = live;
  Value shownAfter = settled;
  for (Value* shown : {&shownBefore, &shownAfter}) {
    Value* annotations = (*shown)["metadata"].mutableFind("annotations");
    if (annotations != nullptr) annotations->erase(kLastApplied);
  }
  out.changes = data::diff(shownBefore, shownAfter);
  return out;
}

}  // namespace puppis::deliver
