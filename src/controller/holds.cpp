// SPDX-License-Identifier: Apache-2.0
#include "controller/holds.h"

#include <algorithm>

namespace puppis::controller {

using data::Value;
using deliver::ObjectId;
using deliver::Verb;

namespace {

/// Which stage of a component is not yet done, where one is not.
class Stages {
 public:
  explicit Stages(const Wish& wish) : wish_(wish) {
    for (const auto& one : wish.desired) {
      if (!one.trait.empty())
        traits_[one.component][of(ObjectId::of(one.object, one.cluster))].insert(one.trait);
    }
  }

  [[nodiscard]] int of(const ObjectId& id) const {
    auto it = wish_.stages.find(id);
    return it == wish_.stages.end() ? 0 : it->second;
  }

  void look(const deliver::Plan& free, const std::vector<ServiceHealth>& services) {
    for (const auto& action : free.actions) {
      bool done = action.verb == Verb::Keep || action.verb == Verb::Forget || action.verb == Verb::Release;
      bool goes = action.verb == Verb::Delete && !action.recreates;
      if (!done && !goes) stopAt(action.component, of(action.id));
    }
    for (const auto& service : services) {
      if (!service.workloadHealthy) stopAt(service.name, 0);
      for (const auto& trait : service.traits) {
        if (trait.healthy) continue;
        for (const auto& [stage, types] : traits_[service.name]) {
          if (types.contains(trait.type)) stopAt(service.name, stage);
        }
      }
    }
  }

  /// Why an object has to wait; empty when it has not.
  [[nodiscard]] std::string hold(const deliver::Desired& one) const {
    auto it = reached_.find(one.component);
    if (it == reached_.end() || of(ObjectId::of(one.object, one.cluster)) <= it->second) return {};
    return it->second < 0 ? "waits for the traits of the stage PreDispatch"
                          : "waits until the component is healthy (stage PostDispatch)";
  }

 private:
  void stopAt(const std::string& component, int stage) {
    auto [it, fresh] = reached_.emplace(component, stage);
    if (!fresh) it->second = std::min(it->second, stage);
  }

  const Wish& wish_;
  std::map<std::string, std::map<int, std::set<std::string>>> traits_;
  std::map<std::string, int> reached_;
};

}  // namespace

std::map<std::string, std::set<std::string>> dependencies(const Value& components) {
  std::map<std::string, std::set<std::string>> out;
  std::map<std::string, std::string> makers;
  for (const Value& one : components.elements()) {
    for (const Value& output : one.get("outputs").elements())
      makers[output.get("name").asString()] = one.get("name").asString();
  }
  for (const Value& one : components.elements()) {
    auto& needs = out[one.get("name").asString()];
    for (const Value& other : one.get("dependsOn").elements()) needs.insert(other.asString());
    for (const Value& input : one.get("inputs").elements()) {
      auto maker = makers.find(input.get("from").asString());
      if (maker != makers.end()) needs.insert(maker->second);
    }
  }
  return out;
}

std::vector<deliver::Desired> withHolds(const Wish& wish, const Value& components, const deliver::Plan& free,
                                        const std::vector<ServiceHealth>& services) {
  std::set<std::string> ready;
  for (const auto& service : services) {
    if (service.healthy) ready.insert(service.name);
  }
  for (const auto& action : free.actions) {
    bool done = action.verb == Verb::Keep || action.verb == Verb::Forget || action.verb == Verb::Delete;
    if (!done) ready.erase(action.component);
  }
  std::map<std::string, std::string> holds;
  for (const auto& component : components.elements()) {
    for (const auto& dependency : component.get("dependsOn").elements()) {
      if (!ready.contains(dependency.asString()))
        holds[component.get("name").asString()] = "waits for component " + dependency.asString();
    }
  }
  Stages stages(wish);
  if (!wish.stages.empty()) stages.look(free, services);
  std::vector<deliver::Desired> out = wish.desired;
  for (auto& one : out) {
    if (!one.hold.empty()) continue;
    auto it = holds.find(one.component);
    one.hold = it == holds.end() ? stages.hold(one) : it->second;
  }
  return out;
}

}  // namespace puppis::controller
