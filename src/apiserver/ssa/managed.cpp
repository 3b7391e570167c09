// SPDX-License-Identifier: Apache-2.0
#include "apiserver/ssa/managed.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "apiserver/errors.h"
#include "apiserver/ssa/field_set.h"
#include "apiserver/ssa/typed.h"
#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr std::size_t kMostUpdaters = 10;
constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// Who an entry belongs to. An applier is the same whatever version it applies; an updater is another one in
/// each version.
struct ManagerId {
  std::string name, operation, apiVersion, subresource;
  friend auto operator<=>(const ManagerId&, const ManagerId&) = default;
};

struct Owned {
  FieldSet fields;
  std::string apiVersion;
  std::string time;
};
using Managers = std::map<ManagerId, Owned>;

std::optional<Managers> decodeManagers(const Value& entries) {
  Managers out;
  for (const Value& entry : entries.elements()) {
    ManagerId id{entry.get("manager").asString(), entry.get("operation").asString(),
                 entry.get("apiVersion").asString(), entry.get("subresource").asString()};
    if ((id.operation != "Apply" && id.operation != "Update") || id.apiVersion.empty()) return std::nullopt;
    if (entry.get("fieldsType").asString() != "FieldsV1") return std::nullopt;
    Owned owned;
    if (entry.has("fieldsV1")) {
      auto fields = fromFieldsV1(entry.get("fieldsV1"));
      if (!fields) return std::nullopt;
      owned.fields = std::move(*fields);
    }
    owned.apiVersion = id.apiVersion;
    owned.time = entry.get("time").asString();
    if (id.operation == "Apply") id.apiVersion.clear();
    out[id] = std::move(owned);
  }
  return out;
}

Value encodeManagers(const Managers& managers) {
  struct Row {
    const ManagerId* id;
    const Owned* owned;
  };
  std::vector<Row> rows;
  for (const auto& [id, owned] : managers) rows.push_back({&id, &owned});
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.id->operation, a.owned->time, a.id->name, a.owned->apiVersion, a.id->subresource) <
           std::tie(b.id->operation, b.owned->time, b.id->name, b.owned->apiVersion, b.id->subresource);
  });
  Value out = Value::array();
  for (const Row& row : rows) {
    Value entry = Value::object();
    if (!row.id->name.empty()) entry.set("manager", row.id->name);
    entry.set("operation", row.id->operation);
    entry.set("apiVersion", row.owned->apiVersion);
    if (!row.owned->time.empty()) entry.set("time", row.owned->time);
    entry.set("fieldsType", "FieldsV1");
    entry.set("fieldsV1", toFieldsV1(row.owned->fields));
    if (!row.id->subresource.empty()) entry.set("subresource", row.id->subresource);
    out.push(std::move(entry));
  }
  return out;
}

void putManagers(Value& object, const Managers& managers) {
  if (managers.empty()) {
    if (object.get("metadata").has("managedFields")) object["metadata"].erase("managedFields");
  } else {
    object["metadata"].set("managedFields", encodeManagers(managers));
  }
}

/// What nobody owns: what names the object, and what the server alone writes.
const FieldSet& neverOwned() {
  static const FieldSet kSet = [] {
    FieldSet out;
    for (const char* field : {"f:apiVersion", "f:kind", "f:metadata"}) out.insert({field});
    for (const char* field : {"f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid",
                              "f:clusterName", "f:generation", "f:managedFields", "f:resourceVersion"}) {
      out.insert({"f:metadata", field});
    }
    return out;
  }();
  return kSet;
}

/// What a write by this way does not change, so nobody comes to own it by it.
FieldSet ignoredBy(const Resource& resource, const std::string& subresource) {
  FieldSet out;
  if (subresource == "status") {
    out.insert({"f:spec"});
    static const std::set<std::string> kWholeMetadata = {"flowcontrol.apiserver.k8s.io", "storage.k8s.io"};
    if (kWholeMetadata.count(resource.kind->group) != 0) out.insert({"f:metadata"});
    if (resource.kind->group == "apiextensions.k8s.io") out.insert({"f:metadata"});
    bool labels = resource.kind->group == "apps" && resource.kind->resource == "deployments";
    if (labels) out.insert({"f:metadata", "f:labels"});
    if (resource.kind->group.empty() && resource.kind->resource == "pods") {
      out.insert({"f:metadata", "f:deletionTimestamp"});
      out.insert({"f:metadata", "f:ownerReferences"});
    }
  } else if (resource.kind->status && !resource.kind->statusOnCreate) {
    out.insert({"f:status"});
  } else if (resource.kind->statusOnCreate) {
    out.insert({"f:status"});
  }
  return out;
}

/// The object of a kind before anything is set in it: a Go client sees the fields it always writes, so they
/// are not news.
Value blank(const Resource& resource) {
  Value out = Value::object({{"apiVersion", resource.kind->apiVersion()}, {"kind", resource.kind->kind}});
  if (resource.custom || !resource.kind->decode) return out;
  auto decoded = resource.kind->decode(out);
  return decoded ? std::move(*decoded) : out;
}

/// Lists and maps that Go writes even when they are nil stand as null in the blank object.
void addRequiredNulls(Value& object, const Schema* schema) {
  if (schema == nullptr || !object.isObject()) return;
  for (const std::string& name : schema->required) {
    if (!object.has(name)) object.set(name, Value());
  }
  for (const auto& [name, field] : schema->properties) {
    Value* child = object.mutableFind(name);
    if (child != nullptr && child->isObject()) addRequiredNulls(*child, field);
  }
}

Value withoutManagedFields(Value object) {
  if (object.get("metadata").has("managedFields")) object["metadata"].erase("managedFields");
  return object;
}

struct Conflicting {
  ManagerId id;
  FieldPath path;
};

/// Takes from the others what a change takes over or removes; the fields that others own and it changes come
/// back as conflicts (unless `force`), with nothing done.
std::vector<Conflicting> takeFromOthers(Managers& managers, const Comparison& change, const ManagerId& self,
                                        bool force) {
  FieldSet touched = unite(change.modified, change.added);
  std::vector<Conflicting> conflicts;
  std::map<ManagerId, FieldSet> taken;
  for (const auto& [id, owned] : managers) {
    if (id == self) continue;
    FieldSet both = intersection(owned.fields, touched);
    if (both.empty()) continue;
    for (FieldPath& path : both.paths()) conflicts.push_back({id, std::move(path)});
    taken[id] = std::move(both);
  }
  if (!force && !conflicts.empty()) return conflicts;
  for (auto it = managers.begin(); it != managers.end();) {
    if (it->first != self) {
      auto lost = taken.find(it->first);
      if (lost != taken.end()) it->second.fields = difference(it->second.fields, lost->second);
      it->second.fields = difference(it->second.fields, change.removed);
    }
    it = it->second.fields.empty() ? managers.erase(it) : std::next(it);
  }
  return {};
}

Comparison withoutIgnored(Comparison change, const FieldSet& ignored) {
  if (ignored.empty()) return change;
  change.removed = differenceBelow(change.removed, ignored);
  change.modified = differenceBelow(change.modified, ignored);
  change.added = differenceBelow(change.added, ignored);
  return change;
}

const ManagerId kSelf{"", "current", "", ""};

/// An update of `live` (null: none) to `object`, both without managedFields, by `id`.
void update(Managers& managers, const Value& live, const Value& object, const Resource& resource,
            const ManagerId& id, const std::string& apiVersion, const std::string& time) {
  TypeRef type{resource.kind->schema, false};
  FieldSet ignored = ignoredBy(resource, id.subresource);
  Comparison change = withoutIgnored(compareTyped(&live, &object, type), ignored);
  takeFromOthers(managers, change, kSelf, true);
  FieldSet set = unite(change.modified, change.added);
  set = difference(differenceBelow(set, ignored), neverOwned());
  if (set.empty()) return;
  auto it = managers.find(id);
  if (it != managers.end()) set = unite(set, it->second.fields);
  managers[id] = {std::move(set), apiVersion, time};
}

/// The oldest updaters share one entry once there are too many.
void capUpdaters(Managers& managers) {
  std::vector<std::pair<std::string, ManagerId>> updaters;
  for (const auto& [id, owned] : managers) {
    if (id.operation == "Update") updaters.emplace_back(owned.time, id);
  }
  if (updaters.size() <= kMostUpdaters) return;
  std::sort(updaters.begin(), updaters.end());
  std::size_t count = updaters.size();
  std::map<std::string, ManagerId> first;
  for (const auto& [time, id] : updaters) {
    if (count <= kMostUpdaters) return;
    Owned owned = managers[id];
    auto before = first.find(owned.apiVersion);
    if (before == first.end()) {
      first.emplace(owned.apiVersion, id);
      continue;
    }
    ManagerId bucket{"ancient-changes", "Update", owned.apiVersion, ""};
    if (managers.count(bucket) == 0) {
      managers[bucket] = managers[before->second];
      managers.erase(before->second);
    }
    managers[bucket].fields = unite(managers[bucket].fields, owned.fields);
    managers[bucket].time = owned.time;
    managers.erase(id);
    --count;
  }
}

bool asksReset(const Value& entries) {
  if (!entries.isArray()) return false;
  return entries.empty() || (entries.size() == 1 && entries.at(0).isObject() && entries.at(0).empty());
}

}  // namespace

namespace {

/// When the entry of this manager was made; Kubernetes keeps none for what came by the scale subresource.
std::string entryTime(const FieldManager& manager) {
  return manager.subresource == "scale" ? std::string() : formatRfc3339(manager.now);
}

}  // namespace

namespace {

/// A Scale leaves a count of zero out, so nobody owns it there.
bool countsNothing(const Value& object, const Resource& resource, const FieldManager& manager) {
  if (manager.subresource != "scale" || !resource.kind->scale) return false;
  const Value* count = &object;
  for (const std::string& part : split(resource.kind->scale->specReplicas.substr(1), '.'))
    count = &count->get(part);
  return count->asInt() == 0;
}

}  // namespace

Value trackUpdate(const Value& live, Value object, const Resource& resource, const FieldManager& manager) {
  std::optional<Managers> managers;
  const Value& given = object.get("metadata", "managedFields");
  if (manager.subresource.empty()) {
    if (asksReset(given)) {
      managers = Managers{};
    } else {
      managers = decodeManagers(given);
    }
  }
  if (!managers || (managers->empty() && !asksReset(given)))
    managers = decodeManagers(live.get("metadata", "managedFields"));
  if (!managers) managers = Managers{};
  object = withoutManagedFields(std::move(object));
  // Who has never been tracked stays so.
  if (managers->empty() && !live.isNull()) return object;
  Value before = live.isNull() ? blank(resource) : withoutManagedFields(live);
  if (live.isNull() && !resource.custom) addRequiredNulls(before, resource.kind->schema);
  ManagerId id{manager.name.empty() ? "unknown" : manager.name, "Update", resource.kind->apiVersion(),
               manager.subresource};
  update(*managers, before, object, resource, id, resource.kind->apiVersion(), entryTime(manager));
  if (countsNothing(object, resource, manager) && !countsNothing(live, resource, manager)) {
    FieldPath path;
    for (const std::string& part : split(resource.kind->scale->specReplicas.substr(1), '.'))
      path.push_back("f:" + part);
    FieldSet count;
    count.insert(path);
    for (auto& [each, owned] : *managers) owned.fields = difference(owned.fields, count);
    std::erase_if(*managers, [](const auto& entry) { return entry.second.fields.empty(); });
  }
  capUpdaters(*managers);
  putManagers(object, *managers);
  return object;
}

namespace {

std::string managerText(const ManagerId& id) {
  std::string out = data::toJson(Value(id.name));
  if (!id.subresource.empty()) out += " with subresource " + data::toJson(Value(id.subresource));
  if (id.operation == "Update") out += " using " + id.apiVersion;
  return out;
}

Error conflictError(const std::vector<Conflicting>& conflicts) {
  std::string text;
  if (conflicts.size() == 1) {
    text = "Apply failed with 1 conflict: conflict with " + managerText(conflicts[0].id) + ": " +
           pathText(conflicts[0].path);
  } else {
    std::map<std::string, std::vector<std::string>> byManager;
    for (const Conflicting& one : conflicts) byManager[managerText(one.id)].push_back(pathText(one.path));
    std::vector<std::string> lines;
    for (const auto& [who, paths] : byManager) {
      text += (text.empty() ? "" : "\n") + std::string("conflicts with ") + who + ":";
      for (const std::string& path : paths) text += "\n- " + path;
    }
    text = "Apply failed with " + std::to_string(conflicts.size()) + " conflicts: " + text;
  }
  Error error(ErrorCode::Conflict, text);
  error.reason("Conflict");
  for (const Conflicting& one : conflicts) {
    error.detail(Error(ErrorCode::Conflict, "conflict with " + managerText(one.id))
                     .path(pathText(one.path))
                     .reason("FieldManagerConflict"));
  }
  return error;
}

/// Removes what the applier set before and sets no more, unless somebody else owns it.
Value prune(const Value& merged, const Managers& managers, const FieldSet& last, TypeRef type) {
  if (last.empty()) return merged;
  Value pruned = removeFields(merged, withNamedFields(last, type), type);
  FieldSet owned;
  for (const auto& [id, one] : managers) owned = unite(owned, one.fields);
  FieldSet mergedSet = withNamedFields(fieldsOf(merged, type), type);
  FieldSet prunedSet = withNamedFields(fieldsOf(pruned, type), type);
  pruned = removeFields(merged, difference(mergedSet, unite(prunedSet, withNamedFields(owned, type))), type);
  // Only what this applier owned goes.
  prunedSet = withNamedFields(fieldsOf(pruned, type), type);
  return removeFields(merged, intersection(difference(mergedSet, prunedSet), withNamedFields(last, type)),
                      type);
}

/// Fields that kubectl's client-side apply set and nobody changed since: kubectl may take them over without
/// force.
FieldSet heldByLastApplied(const Value& live, const Resource& resource) {
  const std::string& text = live.get("metadata", "annotations", kLastApplied).asString();
  if (text.empty()) return {};
  auto last = data::parseJson(std::string_view(text));
  if (!last || last->get("apiVersion").asString() != resource.kind->apiVersion()) return {};
  TypeRef type{resource.kind->schema, false};
  Comparison change = compareTyped(&*last, &live, type);
  FieldSet out = difference(fieldsOf(*last, type), change.modified);
  return difference(difference(out, change.added), change.removed);
}

}  // namespace

Result<Value> serverSideApply(const Value& live, const Value& config, const Resource& resource,
                              const FieldManager& manager, bool force) {
  TypeRef type{resource.kind->schema, false};
  std::string apiVersion = resource.kind->apiVersion();
  std::string time = entryTime(manager);
  std::optional<Managers> decoded = decodeManagers(live.get("metadata", "managedFields"));
  Managers managers = decoded ? std::move(*decoded) : Managers{};
  Value before = live.isNull() ? blank(resource) : withoutManagedFields(live);
  if (managers.empty() && !live.isNull()) {
    Value nothing = blank(resource);
    if (!resource.custom) addRequiredNulls(nothing, resource.kind->schema);
    update(managers, nothing, before, resource,
           {"before-first-apply", "Update", apiVersion, manager.subresource}, apiVersion, time);
  }
  ManagerId id{manager.name, "Apply", "", manager.subresource};
  TRY(Value merged, mergeTyped(before, config, type));
  FieldSet last;
  std::string lastTime;
  if (auto it = managers.find(id); it != managers.end()) {
    last = it->second.fields;
    lastTime = it->second.time;
  }
  FieldSet ignored = ignoredBy(resource, manager.subresource);
  managers[id] = {differenceBelow(fieldsOf(config, type), ignored), apiVersion, lastTime};
  Value result = prune(merged, managers, last, type);
  Comparison change = withoutIgnored(compareTyped(&before, &result, type), ignored);
  std::vector<Conflicting> conflicts = takeFromOthers(managers, change, id, force);
  if (!conflicts.empty() && manager.name == "kubectl") {
    FieldSet held = heldByLastApplied(live, resource);
    std::erase_if(conflicts, [&](const Conflicting& one) { return held.has(one.path); });
    if (conflicts.empty()) takeFromOthers(managers, change, id, true);
  }
  if (!manager.spoken.empty()) {
    for (Conflicting& one : conflicts) one.id.apiVersion = manager.spoken;
  }
  if (!conflicts.empty()) return fail(conflictError(conflicts));
  Owned& own = managers[id];
  own.fields = difference(own.fields, neverOwned());
  own.apiVersion = apiVersion;
  bool changed = live.isNull() || !(result == before);
  if (changed) own.time = time;
  if (own.fields.empty()) managers.erase(id);
  if (!changed) result = std::move(before);
  if (manager.name == "kubectl" && !result.get("metadata", "annotations", kLastApplied).asString().empty()) {
    Value plain = config;
    if (plain.get("metadata", "annotations").has(kLastApplied))
      plain["metadata"]["annotations"].erase(kLastApplied);
    result["metadata"]["annotations"].set(kLastApplied, data::toJson(plain, {.sortKeys = true}) + "\n");
  }
  putManagers(result, managers);
  return result;
}

Status fitsSchema(const Value& config, const Resource& resource) {
  std::string fault = misfit(config, {resource.kind->schema, false});
  if (fault.empty()) return {};
  const std::string& apiVersion = config.get("apiVersion").asString();
  std::string version = apiVersion.find('/') == std::string::npos ? "/" + apiVersion : apiVersion;
  return fail(Error(ErrorCode::Internal, "failed to create typed patch object (" +
                                             config.get("metadata", "namespace").asString() + "/" +
                                             config.get("metadata", "name").asString() + "; " + version +
                                             ", Kind=" + config.get("kind").asString() + "): " + fault)
                  .reason(kNoReason));
}

bool equalButManagedTimes(const Value& a, const Value& b) {
  auto plain = [](const Value& object) {
    Value out = object;
    const Value& entries = object.get("metadata", "managedFields");
    if (entries.empty()) return out;
    Value list = Value::array();
    for (Value entry : entries.elements()) {
      entry.erase("time");
      list.push(std::move(entry));
    }
    out["metadata"].set("managedFields", std::move(list));
    return out;
  };
  return plain(a) == plain(b);
}

}  // namespace puppis::apiserver
