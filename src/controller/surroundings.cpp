// SPDX-License-Identifier: Apache-2.0
#include "controller/surroundings.h"

#include <algorithm>
#include <set>

#include "kube/object.h"
#include "oam/diagnostics.h"
#include "render/deployments.h"

namespace puppis::controller {

using data::Value;

namespace {

const kube::Gvr kWorkflows{"core.oam.dev", "v1alpha1", "workflows"};
const kube::Gvr kPolicies{"core.oam.dev", "v1alpha1", "policies"};

Status addObject(kube::Client& client, const kube::Gvr& type, const kube::ObjectName& name,
                 std::vector<Value>& into) {
  bool given =
      std::any_of(into.begin(), into.end(), [&](const Value& o) { return kube::name(o) == name.name; });
  if (given || name.name.empty()) return {};
  auto found = client.get(type, name);
  if (found) {
    into.push_back(std::move(*found));
  } else if (found.error().code() != ErrorCode::NotFound) {
    return fail(found.error());
  }
  return {};
}

/// The policies that steps name and that the Application does not have itself.
std::set<std::string> foreignPolicies(const oam::ApplicationFiles& files) {
  std::set<std::string> out;
  oam::Diagnostics ignored;
  for (const oam::WorkflowStep& step : render::effectiveSteps(files, ignored)) {
    if (step.type != "deploy") continue;
    for (const Value& policy : step.properties.get("policies").elements()) out.insert(policy.asString());
  }
  for (const oam::Policy& policy : files.application.policies) out.erase(policy.name);
  return out;
}

Result<kube::ApiResource> typeOf(kube::RestMapper& mapper, const render::ObjectSelector& selector) {
  if (selector.resource.empty()) return mapper.byKind(kube::Gvk::of(selector.apiVersion, selector.kind));
  return mapper.byName(selector.group.empty() ? selector.resource : selector.resource + "." + selector.group);
}

}  // namespace

Result<oam::ApplicationFiles> withReferredFiles(kube::Client& client, oam::ApplicationFiles files,
                                                const std::string& ns) {
  const auto& workflow = files.application.workflow;
  if (workflow) TRY_VOID(addObject(client, kWorkflows, {ns, workflow->ref}, files.workflows));
  for (const std::string& name : foreignPolicies(files))
    TRY_VOID(addObject(client, kPolicies, {ns, name}, files.policies));
  return files;
}

render::ObjectLookup lookUpThrough(kube::Client& client, kube::RestMapper& mapper) {
  return [&client, &mapper](const render::ObjectSelector& selector) -> Result<std::vector<Value>> {
    if (!selector.cluster.empty() && selector.cluster != "local") {
      return fail(ErrorCode::NotSupported,
                  "the cluster \"" + selector.cluster + "\" is not joined; only \"local\" is served");
    }
    TRY(auto type, typeOf(mapper, selector));
    std::string ns = type.namespaced ? selector.namespace_ : "";
    if (!selector.name.empty()) {
      TRY(Value found, client.get(type.gvr, {ns, selector.name}));
      return std::vector<Value>{std::move(found)};
    }
    kube::ListOptions options;
    for (const auto& [key, value] : selector.labels)
      options.labelSelector += (options.labelSelector.empty() ? "" : ",") + key + "=" + value;
    TRY(kube::List list, kube::listAll(client, type.gvr, ns, options));
    return std::move(list.items);
  };
}

}  // namespace puppis::controller
