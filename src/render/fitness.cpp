// SPDX-License-Identifier: Apache-2.0
#include "render/fitness.h"

#include <algorithm>

#include "base/strings.h"
#include "oam/catalog.h"

namespace puppis::render {

namespace {

/// "deployments.apps" of apps/v1 Deployment; empty when the definition does not say.
std::string resourceOf(const oam::WorkloadType& workload) {
  if (workload.kind.empty()) return workload.type == "autodetects.core.oam.dev" ? "" : workload.type;
  std::string plural = toLower(workload.kind);
  bool hisses = endsWith(plural, "s") || endsWith(plural, "x") || endsWith(plural, "ch");
  if (endsWith(plural, "y")) {
    plural.replace(plural.size() - 1, 1, "ies");
  } else {
    plural += hisses ? "es" : "s";
  }
  std::size_t slash = workload.apiVersion.find('/');
  return slash == std::string::npos ? plural : plural + "." + workload.apiVersion.substr(0, slash);
}

/// Whether a rule ("*", "*.apps", or a whole name) names something.
bool names(std::string_view rule, std::string_view what) {
  if (rule == "*" || rule == what) return true;
  return startsWith(rule, "*.") && endsWith(what, rule.substr(1));
}

}  // namespace

std::vector<std::string> unfit(const oam::Definition& trait, const oam::Definition& component,
                               const std::vector<std::string>& otherTraits) {
  std::vector<std::string> out;
  std::string resource = resourceOf(component.workload);
  const auto& applies = trait.appliesToWorkloads;
  bool fits =
      applies.empty() || resource.empty() || std::ranges::any_of(applies, [&](const std::string& rule) {
        return names(rule, resource) || names(rule, component.name);
      });
  if (!fits) {
    out.push_back("the trait " + trait.name + " is made for " + join(applies, ", ") + ", and " +
                  component.name + " makes " + resource);
  }
  for (const std::string& type : otherTraits) {
    std::string name = oam::splitVersion(type).first;
    bool conflicts =
        std::ranges::any_of(trait.conflictsWith, [&](const std::string& rule) { return names(rule, name); });
    if (conflicts) out.push_back("the trait " + trait.name + " does not go together with the trait " + name);
  }
  return out;
}

}  // namespace puppis::render
