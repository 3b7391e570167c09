// SPDX-License-Identifier: Apache-2.0
#include "apiserver/discovery.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/strings.h"

namespace puppis::apiserver {

using data::Value;

namespace {

const std::vector<std::string> kAllVerbs = {"create", "delete", "deletecollection", "get",
                                            "list",   "patch",  "update",           "watch"};

/// Groups are listed by how often people mean them, as a Kubernetes server does; clients resolve short names
/// in that order.
int groupRank(const std::string& group) {
  static const std::vector<std::string> kOrder = {"",
                                                  "apiregistration.k8s.io",
                                                  "apps",
                                                  "events.k8s.io",
                                                  "authentication.k8s.io",
                                                  "authorization.k8s.io",
                                                  "autoscaling",
                                                  "batch",
                                                  "certificates.k8s.io",
                                                  "networking.k8s.io",
                                                  "policy",
                                                  "rbac.authorization.k8s.io",
                                                  "storage.k8s.io",
                                                  "admissionregistration.k8s.io",
                                                  "apiextensions.k8s.io",
                                                  "scheduling.k8s.io",
                                                  "coordination.k8s.io",
                                                  "node.k8s.io",
                                                  "discovery.k8s.io",
                                                  "flowcontrol.apiserver.k8s.io"};
  auto it = std::find(kOrder.begin(), kOrder.end(), group);
  return static_cast<int>(it - kOrder.begin());
}

struct Group {
  std::string name;
  std::vector<std::string> versions;  // preferred first
  std::map<std::string, std::vector<ResourcePtr>> resources;
};

std::vector<Group> groupsOf(const Registry& registry) {
  std::map<std::string, Group> byName;
  for (const ResourcePtr& resource : registry.all()) {
    Group& group = byName[resource->kind->group];
    group.name = resource->kind->group;
    if (group.resources.count(resource->kind->version) == 0)
      group.versions.push_back(resource->kind->version);
    group.resources[resource->kind->version].push_back(resource);
  }
  std::vector<Group> out;
  for (auto& [name, group] : byName) {
    std::stable_sort(group.versions.begin(), group.versions.end(), &versionBefore);
    out.push_back(std::move(group));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Group& a, const Group& b) { return groupRank(a.name) < groupRank(b.name); });
  return out;
}

Value textList(const std::vector<std::string>& texts) {
  Value out = Value::array();
  for (const std::string& text : texts) out.push(text);
  return out;
}

Value verbsOf(const Resource& resource) {
  static const std::vector<std::string> kCustomVerbs = {"delete", "deletecollection", "get",    "list",
                                                        "patch",  "create",           "update", "watch"};
  if (resource.custom) return textList(kCustomVerbs);
  return textList(resource.kind->verbs.empty() ? kAllVerbs : resource.kind->verbs);
}

struct Sub {
  std::string name;
  std::string group, version, kind;
  std::vector<std::string> verbs;
};

std::vector<std::string> subVerbs(const std::string& name) {
  if (name == "log") return {"get"};
  if (name == "exec" || name == "attach" || name == "portforward") return {"create", "get"};
  if (name == "proxy") return {"create", "delete", "get", "patch", "update"};
  if (name == "eviction" || name == "binding" || name == "token") return {"create"};
  if (name == "approval" || name == "ephemeralcontainers" || name == "resize")
    return {"get", "patch", "update"};
  if (name == "finalize") return {"update"};
  return {"get", "patch", "update"};
}

std::vector<Sub> subsOf(const KindInfo& kind) {
  std::vector<Sub> out;
  if (kind.scale) out.push_back({"scale", "autoscaling", "v1", "Scale", {"get", "patch", "update"}});
  if (kind.status) out.push_back({"status", kind.group, kind.version, kind.kind, {"get", "patch", "update"}});
  for (const auto& [name, speaks] : kind.subresources) {
    if (name == "status" || name == "scale") continue;
    Sub sub{name, kind.group, kind.version, kind.kind, subVerbs(name)};
    std::vector<std::string> parts = split(speaks, '/');
    if (parts.size() == 3) {
      sub.group = parts[0];
      sub.version = parts[1];
    } else if (parts.size() == 2) {
      sub.group = "";
      sub.version = parts[0];
    }
    if (!speaks.empty()) sub.kind = parts.back();
    out.push_back(std::move(sub));
  }
  std::sort(out.begin(), out.end(), [](const Sub& a, const Sub& b) { return a.name < b.name; });
  return out;
}

Value groupValue(const Group& group) {
  Value versions = Value::array();
  for (const std::string& version : group.versions) {
    versions.push(Value::object({{"groupVersion", group.name + "/" + version}, {"version", version}}));
  }
  Value preferred = versions.at(0);
  return Value::object(
      {{"name", group.name}, {"versions", std::move(versions)}, {"preferredVersion", std::move(preferred)}});
}

}  // namespace

Value apiVersions(const std::string& serverAddress) {
  Value address = Value::object({{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", serverAddress}});
  return Value::object({{"kind", "APIVersions"},
                        {"versions", Value::array({"v1"})},
                        {"serverAddressByClientCIDRs", Value::array({std::move(address)})}});
}

Value apiGroupList(const Registry& registry) {
  Value groups = Value::array();
  for (const Group& group : groupsOf(registry)) {
    if (!group.name.empty()) groups.push(groupValue(group));
  }
  return Value::object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
}

std::optional<Value> apiGroup(const Registry& registry, const std::string& name) {
  for (const Group& group : groupsOf(registry)) {
    if (group.name != name || name.empty()) continue;
    Value out = Value::object({{"kind", "APIGroup"}, {"apiVersion", "v1"}});
    Value value = groupValue(group);
    for (const data::Member& member : value.members()) out.append(member.key, member.value);
    return out;
  }
  return std::nullopt;
}

std::optional<Value> apiResourceList(const Registry& registry, const std::string& group,
                                     const std::string& version) {
  Value resources = Value::array();
  for (const ResourcePtr& resource : registry.all()) {
    const KindInfo& kind = *resource->kind;
    if (kind.group != group || kind.version != version) continue;
    Value one = Value::object({{"name", kind.resource},
                               {"singularName", kind.singular},
                               {"namespaced", kind.namespaced},
                               {"kind", kind.kind},
                               {"verbs", verbsOf(*resource)}});
    if (!kind.shortNames.empty()) one.set("shortNames", textList(kind.shortNames));
    if (!kind.categories.empty()) one.set("categories", textList(kind.categories));
    if (!kind.storageVersionHash.empty()) one.set("storageVersionHash", kind.storageVersionHash);
    resources.push(std::move(one));
    for (const Sub& sub : subsOf(kind)) {
      Value below = Value::object(
          {{"name", kind.resource + "/" + sub.name}, {"singularName", ""}, {"namespaced", kind.namespaced}});
      if (sub.group != kind.group || sub.version != kind.version) {
        below.set("group", sub.group);
        below.set("version", sub.version);
      }
      below.set("kind", sub.kind);
      below.set("verbs", textList(sub.verbs));
      resources.push(std::move(below));
    }
  }
  if (resources.empty()) return std::nullopt;
  Value out = Value::object({{"kind", "APIResourceList"}});
  if (!group.empty()) out.set("apiVersion", "v1");
  out.set("groupVersion", group.empty() ? version : group + "/" + version);
  out.set("resources", std::move(resources));
  return out;
}

namespace {

Value aggregatedResource(const Resource& resource) {
  const KindInfo& kind = *resource.kind;
  Value one =
      Value::object({{"resource", kind.resource},
                     {"responseKind",
                      Value::object({{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}})},
                     {"scope", kind.namespaced ? "Namespaced" : "Cluster"},
                     {"singularResource", kind.singular},
                     {"verbs", verbsOf(resource)}});
  if (!kind.shortNames.empty()) one.set("shortNames", textList(kind.shortNames));
  if (!kind.categories.empty()) one.set("categories", textList(kind.categories));
  Value subs = Value::array();
  for (const Sub& sub : subsOf(kind)) {
    subs.push(
        Value::object({{"subresource", sub.name},
                       {"responseKind",
                        Value::object({{"group", sub.group}, {"version", sub.version}, {"kind", sub.kind}})},
                       {"verbs", textList(sub.verbs)}}));
  }
  if (!subs.empty()) one.set("subresources", std::move(subs));
  return one;
}

}  // namespace

Value aggregatedDiscovery(const Registry& registry, bool legacy, const std::string& version) {
  Value items = Value::array();
  for (const Group& group : groupsOf(registry)) {
    if (group.name.empty() != legacy) continue;
    Value versions = Value::array();
    for (const std::string& one : group.versions) {
      Value resources = Value::array();
      for (const ResourcePtr& resource : group.resources.at(one))
        resources.push(aggregatedResource(*resource));
      versions.push(
          Value::object({{"version", one}, {"resources", std::move(resources)}, {"freshness", "Current"}}));
    }
    Value meta = Value::object();
    if (!group.name.empty()) meta.set("name", group.name);
    meta.set("creationTimestamp", Value());
    items.push(Value::object({{"metadata", std::move(meta)}, {"versions", std::move(versions)}}));
  }
  return Value::object({{"kind", "APIGroupDiscoveryList"},
                        {"apiVersion", "apidiscovery.k8s.io/" + version},
                        {"metadata", Value::object()},
                        {"items", std::move(items)}});
}

}  // namespace puppis::apiserver
