// SPDX-License-Identifier: Apache-2.0
#include "apiserver/registry.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace puppis::apiserver {
namespace {

std::string groupPart(const KindInfo& kind) {
  std::string group = kind.storageGroup.empty() ? kind.group : std::string(trim(kind.storageGroup));
  return group.empty() ? "core" : group;
}

}  // namespace

std::string Resource::key(std::string_view ns, std::string_view name) const {
  return prefixOf(ns) + std::string(name);
}

std::string Resource::prefixOf(std::string_view ns) const {
  return ns.empty() || !kind->namespaced ? prefix : prefix + std::string(ns) + "/";
}

data::Value Resource::fromStorage(const data::Value& object) const {
  if (object.get("apiVersion").asString() == kind->apiVersion()) return object;
  data::Value out = kind->fromStorage ? kind->fromStorage(object) : object;
  out.set("apiVersion", kind->apiVersion());
  return out;
}

data::Value Resource::toStorage(const data::Value& object) const {
  if (object.get("apiVersion").asString() == storage->apiVersion()) return object;
  data::Value out = kind->toStorage ? kind->toStorage(object) : object;
  out.set("apiVersion", storage->apiVersion());
  return out;
}

std::size_t Resource::servedHead(std::string_view json) const {
  std::string_view rest = json;
  auto eat = [&rest](std::string_view part) {
    bool there = startsWith(rest, part);
    if (there) rest.remove_prefix(part.size());
    return there;
  };
  auto eatKind = [&] { return eat("\"kind\":\"") && eat(kind->kind) && eat("\","); };
  auto eatVersion = [&] {
    return eat("\"apiVersion\":\"") && (kind->group.empty() || (eat(kind->group) && eat("/"))) &&
           eat(kind->version) && eat("\",");
  };
  if (!eat("{")) return 0;
  bool known = startsWith(rest, "\"kind\"") ? eatKind() && eatVersion() : eatVersion() && eatKind();
  return known ? json.size() - rest.size() : 0;
}

bool Resource::serves(std::string_view verb) const {
  if (kind->verbs.empty()) return true;
  return std::find(kind->verbs.begin(), kind->verbs.end(), verb) != kind->verbs.end();
}

Registry::Registry(std::vector<KindInfo> builtin) {
  auto map = std::make_shared<Map>();
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const KindInfo>> stored;
  std::vector<std::shared_ptr<const KindInfo>> kinds;
  for (KindInfo& kind : builtin) kinds.push_back(std::make_shared<const KindInfo>(std::move(kind)));
  for (const auto& kind : kinds) {
    bool isStored =
        kind->storageGroup.empty() && (kind->storageVersion.empty() || kind->storageVersion == kind->version);
    auto place = std::make_pair(groupPart(*kind), kind->resource);
    if (isStored && (stored.count(place) == 0 || kind->storageVersion == kind->version)) stored[place] = kind;
  }
  for (const auto& kind : kinds) {
    auto resource = std::make_shared<Resource>();
    resource->kind = kind;
    auto it = stored.find({groupPart(*kind), kind->resource});
    resource->storage = it != stored.end() ? it->second : kind;
    resource->prefix = "/" + groupPart(*kind) + "/" + kind->resource + "/";
    if (kind->group.empty() && kind->resource == "endpoints") {
      resource->deprecation = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    }
    (*map)[{kind->group, kind->version, kind->resource}] = std::move(resource);
  }
  map_ = std::move(map);
}

namespace {

struct VersionRank {
  int stability;  // 3 general, 2 beta, 1 alpha, 0 other
  int major = 0;
  int minor = 0;
};

VersionRank rankOf(std::string_view version) {
  if (version.size() < 2 || version[0] != 'v') return {0};
  const char* end = version.data() + version.size();
  int major = 0;
  auto [next, code] = std::from_chars(version.data() + 1, end, major);
  if (code != std::errc{}) return {0};
  std::string_view rest(next, static_cast<std::size_t>(end - next));
  if (rest.empty()) return {3, major, 0};
  int stability = startsWith(rest, "beta") ? 2 : startsWith(rest, "alpha") ? 1 : 0;
  if (stability == 0) return {0};
  int minor = 0;
  std::string_view digits = rest.substr(stability == 2 ? 4 : 5);
  std::from_chars(digits.data(), digits.data() + digits.size(), minor);
  return {stability, major, minor};
}

}  // namespace

bool versionBefore(std::string_view a, std::string_view b) {
  VersionRank x = rankOf(a), y = rankOf(b);
  if (x.stability != y.stability) return x.stability > y.stability;
  if (x.stability == 0) return a < b;
  if (x.major != y.major) return x.major > y.major;
  return x.minor > y.minor;
}

ResourcePtr Registry::find(const kube::Gvr& type) const {
  std::shared_ptr<const Map> map;
  {
    std::lock_guard lock(mutex_);
    map = map_;
  }
  auto it = map->find({type.group, type.version, type.resource});
  return it == map->end() ? nullptr : it->second;
}

struct Registry::View {
  std::vector<ResourcePtr> sorted;
  std::map<std::pair<std::string, std::string>, ResourcePtr> byKind;           // apiVersion, kind
  std::map<std::pair<std::string, std::string>, ResourcePtr> byGroupResource;  // preferred version
};

std::shared_ptr<const Registry::View> Registry::view() const {
  std::lock_guard lock(mutex_);
  if (view_) return view_;
  auto view = std::make_shared<View>();
  for (const auto& [type, resource] : *map_) view->sorted.push_back(resource);
  std::stable_sort(view->sorted.begin(), view->sorted.end(), [](const ResourcePtr& a, const ResourcePtr& b) {
    if (a->kind->group != b->kind->group) return a->kind->group < b->kind->group;
    if (a->kind->version != b->kind->version) {
      if (a->kind->preferred != b->kind->preferred) return a->kind->preferred;
      return versionBefore(a->kind->version, b->kind->version);
    }
    return a->kind->resource < b->kind->resource;
  });
  for (const ResourcePtr& resource : view->sorted) {
    view->byKind.emplace(std::make_pair(resource->kind->apiVersion(), resource->kind->kind), resource);
    view->byGroupResource.emplace(std::make_pair(resource->kind->group, resource->kind->resource), resource);
  }
  view_ = view;
  return view;
}

ResourcePtr Registry::findKind(std::string_view apiVersion, std::string_view kind) const {
  auto now = view();
  auto it = now->byKind.find(std::make_pair(std::string(apiVersion), std::string(kind)));
  return it == now->byKind.end() ? nullptr : it->second;
}

ResourcePtr Registry::findGroupResource(std::string_view group, std::string_view resource) const {
  auto now = view();
  auto it = now->byGroupResource.find(std::make_pair(std::string(group), std::string(resource)));
  return it == now->byGroupResource.end() ? nullptr : it->second;
}

std::vector<ResourcePtr> Registry::all() const {
  return view()->sorted;
}

std::vector<ResourcePtr> Registry::stored() const {
  std::map<std::string, ResourcePtr> first;
  for (ResourcePtr& resource : all()) {
    if (resource->serves("list")) first.emplace(resource->prefix, resource);
  }
  std::vector<ResourcePtr> out;
  for (auto& [prefix, resource] : first) out.push_back(resource);
  return out;
}

void Registry::replaceCustom(const std::string& definition, std::vector<ResourcePtr> versions) {
  std::lock_guard lock(mutex_);
  auto map = std::make_shared<Map>(*map_);
  for (auto it = map->begin(); it != map->end();) {
    it = it->second->custom && it->second->definedBy == definition ? map->erase(it) : std::next(it);
  }
  for (ResourcePtr& resource : versions) {
    const KindInfo& kind = *resource->kind;
    (*map)[{kind.group, kind.version, kind.resource}] = std::move(resource);
  }
  map_ = std::move(map);
  view_.reset();
  ++generation_;
}

std::uint64_t Registry::generation() const {
  std::lock_guard lock(mutex_);
  return generation_;
}

}  // namespace puppis::apiserver
