// SPDX-License-Identifier: Apache-2.0
#include "deliver/policies.h"

#include <algorithm>
#include <array>

#include "kube/object.h"

namespace puppis::deliver {

using data::Value;

namespace {

constexpr std::array<std::string_view, 6> kWithRules = {"apply-once",      "garbage-collect", "read-only",
                                                        "resource-update", "shared-resource", "take-over"};

bool among(const Value& list, const std::string& text) {
  const auto& elements = list.elements();
  return !text.empty() &&
         std::any_of(elements.begin(), elements.end(), [&](const Value& v) { return v.asString() == text; });
}

/// The paths of an apply-once rule; "*" is the whole object.
void addPaths(const Value& paths, Untouched& into) {
  for (const Value& text : paths.elements()) {
    if (text.asString() == "*") {
      into.whole = true;
    } else if (auto path = data::Path::parse(text.asString())) {
      into.paths.push_back(std::move(*path));
    }
  }
}

}  // namespace

Policies::Policies(const std::vector<oam::Policy>& policies) {
  for (const oam::Policy& policy : policies) {
    if (std::find(kWithRules.begin(), kWithRules.end(), policy.type) == kWithRules.end()) continue;
    for (const Value& rule : policy.properties.get("rules").elements()) rules_.push_back({policy.type, rule});
    if (policy.type == "apply-once") {
      once_ = once_ || policy.properties.get("enable").asBool();
      onceRules_ = onceRules_ || !policy.properties.get("rules").empty();
    }
    if (policy.type != "garbage-collect") continue;
    keepLegacy_ = keepLegacy_ || policy.properties.get("keepLegacyResource").asBool();
    reverse_ = reverse_ || policy.properties.get("order").asString() == "dependency";
    const Value& limit = policy.properties.get("applicationRevisionLimit");
    if (limit.isInt() && !revisionLimit_) revisionLimit_ = static_cast<int>(limit.asInt());
  }
}

bool Policies::selects(const Value& selector, const Subject& subject) {
  return among(selector.get("componentNames"), subject.component) ||
         among(selector.get("componentTypes"), subject.componentType) ||
         among(selector.get("oamTypes"), subject.trait.empty() ? "WORKLOAD" : "TRAIT") ||
         among(selector.get("traitTypes"), subject.trait) ||
         among(selector.get("resourceTypes"), subject.kind) ||
         among(selector.get("resourceNames"), subject.name);
}

const Value* Policies::firstRule(const std::string& policy, const Subject& subject) const {
  for (const Rule& one : rules_) {
    if (one.policy == policy && selects(one.rule.get("selector"), subject)) return &one.rule;
  }
  return nullptr;
}

void Policies::apply(Desired& one, const std::string& componentType) const {
  const std::string kind = one.object.get("kind").asString();
  const std::string name = kube::name(one.object);
  Subject subject{one.component, componentType, one.trait, kind, name};
  one.takeOver = one.takeOver || firstRule("take-over", subject) != nullptr;
  one.readOnly = one.readOnly || firstRule("read-only", subject) != nullptr;
  one.shared = one.shared || firstRule("shared-resource", subject) != nullptr;
  if (const Value* rule = firstRule("garbage-collect", subject)) {
    one.keep = one.keep || rule->get("strategy").asString() == "never";
  }
  if (const Value* rule = firstRule("resource-update", subject)) {
    for (const Value& text : rule->get("strategy").get("recreateFields").elements()) {
      if (auto path = data::Path::parse(text.asString())) one.recreate.push_back(std::move(*path));
    }
  }
  if (!once_) return;
  if (!onceRules_) {
    one.leftWhenKept.whole = true;
    return;
  }
  const Value* rule = firstRule("apply-once", subject);
  if (rule == nullptr) return;
  const Value& strategy = rule->get("strategy");
  const std::string& affect = strategy.get("affect").asString();
  if (affect != "onStateKeep") addPaths(strategy.get("path"), one.leftWhenUpdated);
  if (affect != "onUpdate") addPaths(strategy.get("path"), one.leftWhenKept);
}

Retention Policies::retentionOf(const ObjectId& id, const InventoryEntry& entry) const {
  static const std::string kUnknown;
  Subject subject{entry.component, kUnknown, entry.trait, id.kind, id.name};
  if (const Value* rule = firstRule("garbage-collect", subject)) {
    const std::string& strategy = rule->get("strategy").asString();
    if (strategy == "never") return Retention::LetGo;
    if (rule->get("propagation").asString() == "orphan") return Retention::LetGo;
    if (strategy == "onAppDelete") return Retention::UntilTheEnd;
    if (strategy == "onAppUpdate") return Retention::Delete;
  }
  return keepLegacy_ ? Retention::UntilTheEnd : Retention::Delete;
}

void deleteInReverse(Plan& plan, const std::map<std::string, std::set<std::string>>& dependsOn) {
  std::set<std::string> there;
  for (const Action& action : plan.actions) {
    if (action.verb == Verb::Delete || action.verb == Verb::Wait) there.insert(action.component);
  }
  for (Action& action : plan.actions) {
    if (action.verb != Verb::Delete) continue;
    for (const auto& [component, needs] : dependsOn) {
      if (component == action.component || !there.contains(component) || !needs.contains(action.component))
        continue;
      action.verb = Verb::Wait;
      action.reason = "goes after component " + component + ", which depends on it";
      break;
    }
  }
}

}  // namespace puppis::deliver
