// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "deliver/plan.h"
#include "oam/application.h"

namespace puppis::deliver {

/// What the policies of an Application say of its objects: apply-once, garbage-collect, read-only,
/// resource-update, shared-resource and take-over, with KubeVela's properties. Several policies of one type
/// count as one, in their order; the first rule whose selector matches an object decides.
class Policies {
 public:
  explicit Policies(const std::vector<oam::Policy>& policies);

  /// Sets what is said of an object that is wanted. `componentType` is the type of its component.
  void apply(Desired& one, const std::string& componentType) const;
  /// What becomes of an object that is on record and no longer wanted.
  [[nodiscard]] Retention retentionOf(const ObjectId& id, const InventoryEntry& entry) const;
  /// garbage-collect with `order: dependency`: a component goes after those that depend on it.
  [[nodiscard]] bool inReverseOrder() const { return reverse_; }
  /// garbage-collect's applicationRevisionLimit.
  [[nodiscard]] std::optional<int> revisionLimit() const { return revisionLimit_; }

 private:
  struct Rule {
    std::string policy;
    data::Value rule;
  };
  struct Subject {
    const std::string& component;
    const std::string& componentType;
    const std::string& trait;
    const std::string& kind;
    const std::string& name;
  };
  static bool selects(const data::Value& selector, const Subject& subject);
  [[nodiscard]] const data::Value* firstRule(const std::string& policy, const Subject& subject) const;

  std::vector<Rule> rules_;
  bool once_ = false;       ///< apply-once is enabled
  bool onceRules_ = false;  ///< and says for which objects
  bool keepLegacy_ = false;
  bool reverse_ = false;
  std::optional<int> revisionLimit_;
};

/// Puts off the deletions of a component as long as something of a component that depends on it is there.
/// `dependsOn`: component to the components it needs.
void deleteInReverse(Plan& plan, const std::map<std::string, std::set<std::string>>& dependsOn);

}  // namespace puppis::deliver
