// SPDX-License-Identifier: Apache-2.0
#include "deliver/inventory.h"

#include "base/strings.h"
#include "kube/object.h"

namespace puppis::deliver {

using data::Value;

const kube::Gvr kTrackerType{"core.oam.dev", "v1beta1", "resourcetrackers"};

void readTracker(const Value& tracker, Inventory& into) {
  for (const auto& one : tracker.get("spec", "managedResources").elements()) {
    if (one.get("deleted").asBool()) continue;
    kube::Gvk gvk = kube::Gvk::of(one.get("apiVersion").asString(), one.get("kind").asString());
    std::string cluster = one.get("cluster").asString();
    ObjectId id{cluster.empty() ? "local" : cluster, gvk.group, gvk.kind, one.get("namespace").asString(),
                one.get("name").asString()};
    InventoryEntry& entry = into.entries[id];
    entry.version = gvk.version;
    if (const auto& uid = one.get("uid").asString(); !uid.empty()) entry.uid = uid;
    entry.component = one.get("component").asString();
    entry.trait = one.get("trait").asString();
    entry.keep = one.get("skipGC").asBool();
  }
}

Value trackerOf(const Inventory& inventory, const Owner& owner, std::int64_t generation) {
  Value resources = Value::array();
  for (const auto& [id, entry] : inventory.entries) {
    Value one = Value::object();
    if (id.cluster != "local") one.set("cluster", id.cluster);
    one.set("apiVersion", kube::Gvk{id.group, entry.version, id.kind}.apiVersion());
    one.set("kind", id.kind);
    if (!id.ns.empty()) one.set("namespace", id.ns);
    one.set("name", id.name);
    if (!entry.uid.empty()) one.set("uid", entry.uid);
    if (!entry.component.empty()) one.set("component", entry.component);
    if (!entry.trait.empty()) one.set("trait", entry.trait);
    if (entry.keep) one.set("skipGC", true);
    resources.push(std::move(one));
  }
  Value labels = Value::object({{kAppName, owner.name}, {kAppNamespace, owner.ns}, {kAppUid, owner.uid}});
  Value metadata =
      Value::object({{"labels", std::move(labels)}, {"finalizers", Value::array({kTrackerFinalizer})}});
  Value spec = Value::object({{"type", "versioned"}, {"applicationGeneration", generation}});
  spec.set("managedResources", std::move(resources));
  return Value::object({{"apiVersion", kTrackerType.apiVersion()},
                        {"kind", "ResourceTracker"},
                        {"metadata", std::move(metadata)},
                        {"spec", std::move(spec)}});
}

std::string trackerName(const Owner& owner, std::int64_t generation, bool taken) {
  std::string out = owner.name + "-v" + std::to_string(generation) + "-" + owner.ns;
  if (!taken) return out;
  std::string digest = std::to_string(fnv1a(owner.ns + "/" + owner.name));
  return out + "-" + digest.substr(0, 10);
}

}  // namespace puppis::deliver
