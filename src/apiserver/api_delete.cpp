// SPDX-License-Identifier: Apache-2.0
// delete and deletecollection: preconditions, propagation by finalizers, graceful deletion.
#include <algorithm>
#include <set>

#include "apiserver/api.h"
#include "apiserver/faults.h"
#include "kube/status.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr const char* kOrphan = "orphan";
constexpr const char* kForeground = "foregroundDeletion";
constexpr int kMostAttempts = 30;

/// Kinds whose delete answers the object rather than a Status.
bool answersObject(const KindInfo& kind) {
  static const std::set<std::string> kCore = {
      "resourcequotas", "persistentvolumes", "serviceaccounts", "persistentvolumeclaims", "namespaces",
      "pods",           "services",          "podtemplates"};
  if (kind.group.empty()) return kCore.count(kind.resource) != 0;
  return kind.group == "storage.k8s.io" || kind.group == "resource.k8s.io";
}

/// The finalizers a deletion leaves for the garbage collector, and whether they differ from those there are.
std::vector<std::string> wantedFinalizers(const Value& object, const std::string& propagation,
                                          bool orphansByDefault) {
  std::vector<std::string> out;
  bool orphan = false, foreground = false;
  for (const Value& finalizer : object.get("metadata", "finalizers").elements()) {
    const std::string& text = finalizer.asString();
    if (text == kOrphan) {
      orphan = true;
    } else if (text == kForeground) {
      foreground = true;
    } else {
      out.push_back(text);
    }
  }
  if (propagation.empty() && orphansByDefault && !foreground) orphan = true;
  if (!propagation.empty()) {
    orphan = propagation == "Orphan";
    foreground = propagation == "Foreground";
  }
  if (orphan) out.emplace_back(kOrphan);
  if (foreground) out.emplace_back(kForeground);
  return out;
}

Status checkDeleteOptions(Call& call) {
  const std::string& policy = call.remove.propagation;
  if (policy.empty() || policy == "Background" || policy == "Foreground" || policy == "Orphan") return {};
  Faults faults;
  faults.notSupported("propagationPolicy", policy, {"Foreground", "Background", "Orphan", "nil"});
  call.about = Call::About{"meta.k8s.io", "DeleteOptions", ""};
  return fail(invalidObject("DeleteOptions.meta.k8s.io", "", faults));
}

Status checkPreconditions(Call& call, const Resource& resource, const std::string& name, const Value& live) {
  const Value& meta = live.get("metadata");
  std::string what =
      resource.kind->group.empty() ? resource.kind->kind : resource.kind->kind + "." + resource.kind->group;
  call.about = Call::About{resource.kind->group, resource.kind->kind, name};
  if (call.remove.uid && *call.remove.uid != meta.get("uid").asString()) {
    return fail(conflict(what, name,
                         "the UID in the precondition (" + *call.remove.uid +
                             ") does not match the UID in record (" + meta.get("uid").asString() +
                             "). The object might have been deleted and then recreated"));
  }
  if (call.remove.resourceVersion && *call.remove.resourceVersion != meta.get("resourceVersion").asString()) {
    return fail(conflict(what, name,
                         "the ResourceVersion in the precondition (" + *call.remove.resourceVersion +
                             ") does not match the ResourceVersion in record (" +
                             meta.get("resourceVersion").asString() +
                             "). The object might have been modified"));
  }
  call.about.reset();
  return {};
}

/// How long the owner of a running pod may take; 0 when it can go at once.
std::int64_t graceOf(const Call& call, const Resource& resource, const Value& live) {
  if (resource.kind->graceSeconds == 0) return 0;
  std::int64_t period = live.get("spec").has("terminationGracePeriodSeconds")
                            ? live.get("spec", "terminationGracePeriodSeconds").asInt()
                            : resource.kind->graceSeconds;
  if (call.remove.gracePeriodSeconds)
    period = *call.remove.gracePeriodSeconds < 0 ? 1 : *call.remove.gracePeriodSeconds;
  // What no node runs needs no grace.
  const std::string& phase = live.get("status", "phase").asString();
  if (live.get("spec", "nodeName").asString().empty() || phase == "Failed" || phase == "Succeeded") return 0;
  return period;
}

}  // namespace

bool finalizesItself(const Resource& resource, const Value& object) {
  return resource.kind->group.empty() && resource.kind->resource == "namespaces" &&
         !object.get("spec", "finalizers").empty();
}

Result<Answer> Api::remove(Call& call) {
  TRY(ResourcePtr resource, resourceOf(call));
  if (!call.subresource.empty() || !resource->serves("delete"))
    return fail(methodNotSupported(resource->kind->groupResource(), "delete"));
  TRY_VOID(checkDeleteOptions(call));
  return removeOne(call, *resource, call.ns, call.name);
}

Result<Answer> Api::removeOne(Call& call, const Resource& resource, const std::string& ns,
                              const std::string& name) {
  const KindInfo& kind = *resource.kind;
  std::string key = resource.key(ns, name);
  bool dryRun = call.dryRun || call.remove.dryRun;
  // Jobs and replication controllers leave their pods behind unless told otherwise, for history's sake.
  bool orphans = (kind.group == "batch" && kind.resource == "jobs") ||
                 (kind.group.empty() && kind.resource == "replicationcontrollers");
  if (kind.resource == "jobs" && kind.group == "batch" && call.remove.propagation.empty()) {
    call.warnings.emplace_back(
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to "
        "remove them or set "
        "propagationPolicy=Orphan to suppress this warning");
  }
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    store::EntryPtr entry = parts_.store.get(key);
    if (!entry) return fail(notFound(kind.groupResource(), name));
    Value live = resource.fromStorage(entry->value());
    TRY_VOID(checkPreconditions(call, resource, name, live));
    Value object = live;
    TRY_VOID(admitted(Admission::Operation::Delete, call, resource, &live, object));
    object = live;
    Value& meta = object["metadata"];
    bool deleting = meta.has("deletionTimestamp");
    std::int64_t pending = meta.get("deletionGracePeriodSeconds").asInt();
    std::int64_t grace = graceOf(call, resource, live);
    if (deleting && pending > 0 && (!call.remove.gracePeriodSeconds || grace >= pending))
      return Answer{200, std::move(live)};

    std::vector<std::string> finalizers = wantedFinalizers(object, call.remove.propagation, orphans);
    bool stays = !finalizers.empty() || grace > 0 || finalizesItself(resource, object);
    if (!stays) {
      auto removed = commit({key, std::nullopt, entry->modified, {}}, dryRun);
      if (!removed &&
          (removed.error().code() == ErrorCode::Conflict || removed.error().code() == ErrorCode::NotFound))
        continue;
      if (!removed) return fail(removed.error());
      if (kind.graceSeconds > 0 && !deleting) {
        // A kind that goes gracefully is marked first, even when no time is left to it.
        Value& marked = live["metadata"];
        if (marked.get("generation").asInt() > 0)
          marked.set("generation", marked.get("generation").asInt() + 1);
        marked.set("deletionTimestamp", formatRfc3339(parts_.clock.now()));
        marked.set("deletionGracePeriodSeconds", 0);
      }
      if (answersObject(kind)) return Answer{200, std::move(live)};
      Value status = kube::successStatus();
      Value details = Value::object({{"name", name}});
      if (!kind.group.empty()) details.set("group", kind.group);
      details.set("kind", kind.resource);
      details.set("uid", live.get("metadata", "uid"));
      status.set("details", std::move(details));
      return Answer{200, std::move(status)};
    }
    if (finalizers.empty()) {
      meta.erase("finalizers");
    } else {
      Value list = Value::array();
      for (const std::string& one : finalizers) list.push(one);
      meta.set("finalizers", std::move(list));
    }
    if (!deleting && meta.get("generation").asInt() > 0)
      meta.set("generation", meta.get("generation").asInt() + 1);
    if (!deleting || grace < pending)
      meta.set("deletionTimestamp", formatRfc3339(parts_.clock.now() + std::chrono::seconds(grace)));
    bool namespaceItself = kind.group.empty() && kind.resource == "namespaces";
    if (namespaceItself) {
      object["status"].set("phase", "Terminating");
      meta.erase("deletionGracePeriodSeconds");
    } else {
      meta.set("deletionGracePeriodSeconds", grace);
    }
    if (object == live) return Answer{200, std::move(live)};
    if (dryRun) return Answer{200, std::move(object)};
    auto committed = commit({key, resource.toStorage(object), entry->modified, &stampRevision}, false);
    if (!committed && committed.error().code() == ErrorCode::Conflict) continue;
    if (!committed) return fail(committed.error());
    return stored(200, resource, (*committed)[0]);
  }
  return fail(conflict(kind.groupResource(), name, kModified));
}

Result<Answer> Api::removeCollection(Call& call) {
  TRY(ResourcePtr resource, resourceOf(call));
  if (!resource->serves("deletecollection"))
    return fail(methodNotSupported(resource->kind->groupResource(), "deletecollection"));
  TRY_VOID(checkDeleteOptions(call));
  Call listing = call;
  listing.remove = {};
  TRY(ListAnswer found, list(listing));
  Value items = Value::array();
  for (const Shown& item : found.items) {
    Value object = item.value();
    Call one = call;
    one.name = object.get("metadata", "name").asString();
    one.ns = object.get("metadata", "namespace").asString();
    Result<Answer> removed = removeOne(one, *resource, one.ns, one.name);
    if (!removed && removed.error().code() == ErrorCode::NotFound) continue;
    if (!removed) return fail(removed.error());
    if (!resource->custom) {
      object.erase("kind");
      object.erase("apiVersion");
    }
    items.push(std::move(object));
  }
  Value list =
      Value::object({{"kind", resource->kind->kind + "List"},
                     {"apiVersion", resource->kind->apiVersion()},
                     {"metadata", Value::object({{"resourceVersion", std::to_string(found.revision)}})},
                     {"items", std::move(items)}});
  if (found.remaining) list["metadata"].set("remainingItemCount", *found.remaining);
  if (!found.continueToken.empty()) list["metadata"].set("continue", found.continueToken);
  return Answer{200, std::move(list)};
}

}  // namespace puppis::apiserver
