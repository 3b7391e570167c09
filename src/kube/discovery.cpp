// SPDX-License-Identifier: Apache-2.0
#include "kube/discovery.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "data/json.h"
#include "kube/status.h"

namespace puppis::kube {

namespace {

struct BuiltIn {
  const char* group;
  const char* version;
  const char* kind;
  const char* resource;
  bool namespaced;
};

// The types that nearly every Application is made of; each saves a discovery at start.
constexpr BuiltIn kBuiltIn[] = {
    {"", "v1", "ConfigMap", "configmaps", true},
    {"", "v1", "Secret", "secrets", true},
    {"", "v1", "Service", "services", true},
    {"", "v1", "ServiceAccount", "serviceaccounts", true},
    {"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true},
    {"", "v1", "PersistentVolume", "persistentvolumes", false},
    {"", "v1", "Pod", "pods", true},
    {"", "v1", "Namespace", "namespaces", false},
    {"", "v1", "Node", "nodes", false},
    {"", "v1", "Event", "events", true},
    {"apps", "v1", "Deployment", "deployments", true},
    {"apps", "v1", "StatefulSet", "statefulsets", true},
    {"apps", "v1", "DaemonSet", "daemonsets", true},
    {"apps", "v1", "ReplicaSet", "replicasets", true},
    {"batch", "v1", "Job", "jobs", true},
    {"batch", "v1", "CronJob", "cronjobs", true},
    {"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true},
    {"networking.k8s.io", "v1", "Ingress", "ingresses", true},
    {"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true},
    {"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true},
    {"rbac.authorization.k8s.io", "v1", "Role", "roles", true},
    {"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true},
    {"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false},
    {"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false},
    {"coordination.k8s.io", "v1", "Lease", "leases", true},
    {"apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false},
    {"core.oam.dev", "v1beta1", "Application", "applications", true},
    {"core.oam.dev", "v1beta1", "ApplicationRevision", "applicationrevisions", true},
    {"core.oam.dev", "v1beta1", "ComponentDefinition", "componentdefinitions", true},
    {"core.oam.dev", "v1beta1", "TraitDefinition", "traitdefinitions", true},
    {"core.oam.dev", "v1beta1", "ResourceTracker", "resourcetrackers", false},
};

std::vector<std::string> texts(const Value& array) {
  std::vector<std::string> out;
  for (const auto& element : array.elements()) out.push_back(element.asString());
  return out;
}

/// One group's version of an APIGroupDiscoveryList.
void readAggregated(const std::string& group, const Value& version, std::vector<ApiResource>& out) {
  for (const auto& r : version.get("resources").elements()) {
    ApiResource one;
    const Value& kind = r.get("responseKind");
    one.gvr = {group, version.get("version").asString(), r.get("resource").asString()};
    one.gvk = {group, one.gvr.version, kind.get("kind").asString()};
    one.namespaced = r.get("scope").asString() == "Namespaced";
    one.singular = r.get("singularResource").asString();
    one.shortNames = texts(r.get("shortNames"));
    one.categories = texts(r.get("categories"));
    one.verbs = texts(r.get("verbs"));
    for (const auto& sub : r.get("subresources").elements())
      one.subresources.push_back(sub.get("subresource").asString());
    if (!one.gvk.kind.empty()) out.push_back(std::move(one));
  }
}

/// An APIResourceList, where a subresource is an entry named "parent/sub".
void readResourceList(const std::string& group, const std::string& version, const Value& list,
                      std::vector<ApiResource>& out) {
  std::size_t first = out.size();
  for (const auto& r : list.get("resources").elements()) {
    const std::string& name = r.get("name").asString();
    auto slash = name.find('/');
    if (slash != std::string::npos) {
      for (std::size_t i = first; i < out.size(); ++i) {
        if (out[i].gvr.resource == name.substr(0, slash))
          out[i].subresources.push_back(name.substr(slash + 1));
      }
      continue;
    }
    ApiResource one;
    one.gvr = {group, version, name};
    one.gvk = {group, version, r.get("kind").asString()};
    one.namespaced = r.get("namespaced").asBool();
    one.singular = r.get("singularName").asString();
    one.shortNames = texts(r.get("shortNames"));
    one.categories = texts(r.get("categories"));
    one.verbs = texts(r.get("verbs"));
    out.push_back(std::move(one));
  }
}

Result<Value> fetch(Client& client, const std::string& path, const std::string& accept = "application/json") {
  RawRequest request;
  request.path = path;
  request.headers.emplace_back("Accept", accept);
  TRY(RawResponse answer, client.raw(request));
  TRY(Value body, data::parseJson(answer.body));
  if (answer.status >= 300) return fail(errorOfStatus(answer.status, body).context("discovering " + path));
  return body;
}

Result<std::vector<ApiResource>> discoverByGroup(Client& client, const Value& core, const Value& groups) {
  std::vector<std::pair<std::string, std::string>> versions;
  for (const auto& version : core.get("versions").elements()) versions.emplace_back("", version.asString());
  for (const auto& group : groups.get("groups").elements()) {
    const std::string& preferred = group.get("preferredVersion", "version").asString();
    const std::string& name = group.get("name").asString();
    versions.emplace_back(name, preferred);
    for (const auto& version : group.get("versions").elements()) {
      if (version.get("version").asString() != preferred)
        versions.emplace_back(name, version.get("version").asString());
    }
  }
  std::vector<ApiResource> out;
  for (const auto& [group, version] : versions) {
    // An aggregated API whose server is away must not take the others with it.
    if (auto list = fetch(client, Gvr{group, version, ""}.root()))
      readResourceList(group, version, *list, out);
  }
  return out;
}

Result<std::vector<ApiResource>> discover(Client& client) {
  const std::string accept =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
      "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
  TRY(Value core, fetch(client, "/api", accept));
  TRY(Value groups, fetch(client, "/apis", accept));
  const std::string aggregated = "APIGroupDiscoveryList";
  if (core.get("kind").asString() != aggregated || groups.get("kind").asString() != aggregated) {
    if (core.get("kind").asString() == aggregated) {
      TRY(core, fetch(client, "/api"));
    }
    if (groups.get("kind").asString() == aggregated) {
      TRY(groups, fetch(client, "/apis"));
    }
    return discoverByGroup(client, core, groups);
  }
  std::vector<ApiResource> out;
  for (const Value* list : {&core, &groups}) {
    for (const auto& group : list->get("items").elements()) {
      for (const auto& version : group.get("versions").elements()) {
        readAggregated(group.get("metadata", "name").asString(), version, out);
      }
    }
  }
  return out;
}

}  // namespace

Result<void> RestMapper::load() {
  TRY(resources_, discover(client_));
  byGvk_.clear();
  for (std::size_t i = 0; i < resources_.size(); ++i) byGvk_.emplace(resources_[i].gvk, i);
  loaded_ = true;
  return {};
}

Result<ApiResource> RestMapper::byKind(const Gvk& gvk) {
  for (const auto& b : kBuiltIn) {
    if (gvk.kind == b.kind && gvk.group == b.group && gvk.version == b.version) {
      ApiResource out;
      out.gvk = gvk;
      out.gvr = {b.group, b.version, b.resource};
      out.namespaced = b.namespaced;
      return out;
    }
  }
  std::lock_guard lock(mutex_);
  auto it = byGvk_.find(gvk);
  if (it == byGvk_.end()) {
    TRY_VOID(load());
    it = byGvk_.find(gvk);
  }
  if (it != byGvk_.end()) return resources_[it->second];
  Error missing(ErrorCode::NotFound,
                "the API serves no kind \"" + gvk.kind + "\" in \"" + gvk.apiVersion() + "\"");
  std::vector<std::string> kinds;
  for (const auto& r : resources_) {
    if (r.gvk.kind == gvk.kind && r.gvk.group == gvk.group) missing.expected(r.gvk.apiVersion());
    kinds.push_back(r.gvk.kind);
  }
  auto near = nearest(gvk.kind, kinds);
  if (near && *near != gvk.kind) missing.suggest(*near);
  return fail(missing);
}

Result<ApiResource> RestMapper::byName(std::string_view name) {
  std::string wanted = toLower(name);
  std::vector<std::string> parts = split(wanted, '.');
  std::lock_guard lock(mutex_);
  for (bool fresh : {false, true}) {
    if (fresh || !loaded_) TRY_VOID(load());
    for (const auto& r : resources_) {
      const auto& shorts = r.shortNames;
      bool called = r.gvr.resource == parts[0] || r.singular == parts[0] || toLower(r.gvk.kind) == parts[0] ||
                    std::find(shorts.begin(), shorts.end(), parts[0]) != shorts.end();
      if (!called) continue;
      std::string rest = wanted.size() > parts[0].size() ? wanted.substr(parts[0].size() + 1) : "";
      if (rest.empty() || rest == r.gvr.group || rest == r.gvr.version + "." + r.gvr.group) return r;
    }
  }
  return fail(ErrorCode::NotFound, "the API serves no resource type \"" + std::string(name) + "\"");
}

Result<std::vector<ApiResource>> RestMapper::all() {
  std::lock_guard lock(mutex_);
  if (!loaded_) TRY_VOID(load());
  return resources_;
}

void RestMapper::reset() {
  std::lock_guard lock(mutex_);
  loaded_ = false;
  byGvk_.clear();
  resources_.clear();
}

}  // namespace puppis::kube
