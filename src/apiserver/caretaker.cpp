// SPDX-License-Identifier: Apache-2.0
#include "apiserver/caretaker.h"

#include <algorithm>

#include "apiserver/custom_kinds.h"
#include "base/strings.h"
#include "kube/object.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr auto kTryAgainAfter = std::chrono::milliseconds(500);
constexpr std::string_view kNamespaces = "/core/namespaces/";
constexpr std::string_view kDefinitions = "/apiextensions.k8s.io/customresourcedefinitions/";
constexpr const char* kCleanup = "customresourcecleanup.apiextensions.k8s.io";

bool hasFinalizer(const Value& object, std::string_view name) {
  for (const Value& one : object.get("metadata", "finalizers").elements()) {
    if (one.asString() == name) return true;
  }
  return false;
}

}  // namespace

class Caretaker::Sink final : public store::WatchSink {
 public:
  explicit Sink(Caretaker& owner) : owner_(owner) {}
  void event(const store::EventPtr& event) override {
    owner_.take(event->key(), event->entry.get(), event->previous.get());
  }
  void lost(const Error&) override {}

 private:
  Caretaker& owner_;
};

Caretaker::Caretaker(Api& api, std::string rootCa)
    : api_(api), rootCa_(std::move(rootCa)), sink_(std::make_shared<Sink>(*this)) {
  auto range = api.store().range("/", store::prefixEnd("/"));
  store::Revision after = range ? range->revision : 0;
  if (range) {
    for (const store::EntryPtr& entry : range->entries) take(entry->key, entry.get(), nullptr);
  }
  auto watch = api.store().watch("", after, sink_);
  if (watch) watch_ = std::move(*watch);
  thread_ = std::thread([this] { run(); });
}

Caretaker::~Caretaker() {
  watch_.reset();
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Caretaker::take(const std::string& key, const store::Entry* now, const store::Entry* before) {
  // Most objects have nothing that matters here, and their text tells so without making a tree of it.
  Value object;
  if (now != nullptr && (now->json().find("\"ownerReferences\"") != std::string::npos ||
                         now->json().find("\"deletionTimestamp\"") != std::string::npos)) {
    object = now->value();
  }
  std::lock_guard lock(mutex_);
  std::set<std::string> wakes;
  if (startsWith(key, kNamespaces)) {
    std::string name = key.substr(kNamespaces.size());
    bool ends = object.get("metadata").has("deletionTimestamp");
    if (ends) {
      terminating_.insert(name);
    } else {
      terminating_.erase(name);
    }
    bool isNew = before == nullptr;
    if (now != nullptr && (ends || isNew)) wakes.insert("namespace " + name);
  } else if (now == nullptr && !terminating_.empty()) {
    // Something went; a namespace that waits for it may be empty now.
    for (const std::string& name : terminating_) {
      if (key.find("/" + name + "/") != std::string::npos) wakes.insert("namespace " + name);
    }
  }
  // What every namespace has comes back when somebody deletes it.
  bool everywhere = (startsWith(key, "/core/serviceaccounts/") && endsWith(key, "/default")) ||
                    (startsWith(key, "/core/configmaps/") && endsWith(key, "/kube-root-ca.crt"));
  if (now == nullptr && everywhere) wakes.insert("namespace " + split(key, '/')[3]);
  if (startsWith(key, kDefinitions) && now != nullptr)
    wakes.insert("definition " + key.substr(kDefinitions.size()));

  // Who depends on whom.
  std::set<std::string> owners;
  for (const Value& reference : object.get("metadata", "ownerReferences").elements())
    owners.insert(reference.get("uid").asString());
  auto had = ownersOf_.find(key);
  bool changed = had == ownersOf_.end() ? !owners.empty() : had->second != owners;
  if (changed) {
    if (had != ownersOf_.end()) {
      for (const std::string& uid : had->second) {
        auto it = dependents_.find(uid);
        if (it == dependents_.end()) continue;
        it->second.erase(key);
        if (it->second.empty()) dependents_.erase(it);
      }
      ownersOf_.erase(had);
    }
    if (!owners.empty()) {
      for (const std::string& uid : owners) dependents_[uid].insert(key);
      ownersOf_[key] = owners;
      wakes.insert("owned " + key);
    }
    if (before != nullptr) {
      // An owner that waits for its dependents may have lost its last one.
      Value was = before->value();
      for (const Value& reference : was.get("metadata", "ownerReferences").elements())
        wakes.insert("uid " + reference.get("uid").asString());
    }
  }
  if (now == nullptr && before != nullptr && !dependents_.empty()) {
    auto it = dependents_.find(before->value().get("metadata", "uid").asString());
    if (it != dependents_.end()) {
      for (const std::string& dependent : it->second) wakes.insert("owned " + dependent);
    }
  }
  if (object.get("metadata").has("deletionTimestamp") &&
      (hasFinalizer(object, "orphan") || hasFinalizer(object, "foregroundDeletion"))) {
    wakes.insert("deleting " + key);
    deleting_[object.get("metadata", "uid").asString()] = key;
  } else if (before != nullptr && !deleting_.empty()) {
    deleting_.erase(before->value().get("metadata", "uid").asString());
  }
  for (const std::string& work : wakes) {
    if (startsWith(work, "uid ")) {
      auto it = deleting_.find(work.substr(4));
      if (it != deleting_.end()) work_.insert("deleting " + it->second);
    } else {
      work_.insert(work);
    }
  }
  if (!work_.empty()) changed_.notify_all();
}

void Caretaker::run() {
  std::unique_lock lock(mutex_);
  while (!quit_) {
    if (work_.empty()) {
      if (later_.empty()) {
        changed_.wait(lock);
      } else if (changed_.wait_for(lock, kTryAgainAfter) == std::cv_status::timeout) {
        work_.swap(later_);
      }
      continue;
    }
    std::string work = *work_.begin();
    work_.erase(work_.begin());
    lock.unlock();
    bool done = doWork(work);
    lock.lock();
    if (!done) later_.insert(work);
  }
}

bool Caretaker::doWork(const std::string& work) {
  std::size_t space = work.find(' ');
  std::string what = work.substr(0, space);
  std::string which = work.substr(space + 1);
  if (what == "namespace") return tendNamespace(which);
  if (what == "definition") return tendDefinition(which);
  if (what == "owned") return tendOwned(which);
  return tendDeleting(which);
}

Call Caretaker::callFor(const Resource& resource, const std::string& ns, const std::string& name) const {
  Call call;
  call.user = {"system:serviceaccount:kube-system:puppis", "", {"system:masters"}, {}};
  call.userAgent = "puppis-caretaker";
  call.type = {resource.kind->group, resource.kind->version, resource.kind->resource};
  call.ns = ns;
  call.name = name;
  call.fieldValidation = "Ignore";
  return call;
}

bool Caretaker::tendNamespace(const std::string& name) {
  ResourcePtr namespaces = api_.registry().find({"", "v1", "namespaces"});
  if (!namespaces) return true;
  auto object = api_.read(*namespaces, "", name);
  if (!object) return true;
  if (object->get("metadata").has("deletionTimestamp")) return emptyNamespace(name);
  ResourcePtr accounts = api_.registry().find({"", "v1", "serviceaccounts"});
  if (accounts && !api_.read(*accounts, name, "default")) {
    Call call = callFor(*accounts, name, "");
    auto made = api_.create(call, Value::object({{"apiVersion", "v1"},
                                                 {"kind", "ServiceAccount"},
                                                 {"metadata", Value::object({{"name", "default"}})}}));
    if (!made && made.error().code() != ErrorCode::AlreadyExists &&
        made.error().code() != ErrorCode::Forbidden)
      return false;
  }
  ResourcePtr maps = api_.registry().find({"", "v1", "configmaps"});
  if (maps && !rootCa_.empty() && !api_.read(*maps, name, "kube-root-ca.crt")) {
    Value meta =
        Value::object({{"name", "kube-root-ca.crt"},
                       {"annotations", Value::object({{"kubernetes.io/description",
                                                       "The authority that signed the certificate of this "
                                                       "API server, for programs in the namespace."}})}});
    Call call = callFor(*maps, name, "");
    auto made = api_.create(call, Value::object({{"apiVersion", "v1"},
                                                 {"kind", "ConfigMap"},
                                                 {"metadata", std::move(meta)},
                                                 {"data", Value::object({{"ca.crt", rootCa_}})}}));
    if (!made && made.error().code() != ErrorCode::AlreadyExists &&
        made.error().code() != ErrorCode::Forbidden)
      return false;
  }
  return true;
}

bool Caretaker::emptyNamespace(const std::string& name) {
  bool empty = true;
  for (const ResourcePtr& resource : api_.registry().stored()) {
    if (!resource->kind->namespaced || !resource->serves("delete")) continue;
    std::string prefix = resource->prefixOf(name);
    if (api_.store().count(prefix, store::prefixEnd(prefix)) == 0) continue;
    Call call = callFor(*resource, name, "");
    call.remove.propagation = "Background";
    // Simulated nodes need no grace for what goes with its namespace.
    call.remove.gracePeriodSeconds = 0;
    if (resource->serves("deletecollection")) {
      auto gone = api_.removeCollection(call);
      if (!gone)
        api_.log().warn("cannot empty a namespace", {{"namespace", name}, {"error", gone.error().str()}});
    }
    if (api_.store().count(prefix, store::prefixEnd(prefix)) != 0) empty = false;
  }
  if (!empty) return true;  // the deletion of what is left wakes us
  ResourcePtr namespaces = api_.registry().find({"", "v1", "namespaces"});
  std::string key = namespaces->key("", name);
  store::EntryPtr entry = api_.store().get(key);
  if (!entry) return true;
  Value object = entry->value();
  bool hadOwn = !object.get("spec", "finalizers").empty();
  object["spec"].erase("finalizers");
  store::Change change{key, std::nullopt, entry->modified, {}};
  if (!object.get("metadata", "finalizers").empty()) {
    change.value = std::move(object);
    change.stamp = &stampRevision;
    if (!hadOwn) return true;
  }
  std::vector<store::Change> changes;
  changes.push_back(std::move(change));
  return static_cast<bool>(api_.store().commit(std::move(changes)));
}

bool Caretaker::tendDefinition(const std::string& name) {
  ResourcePtr definitions = api_.registry().find({"apiextensions.k8s.io", "v1", "customresourcedefinitions"});
  if (!definitions) return true;
  std::string key = definitions->key("", name);
  store::EntryPtr entry = api_.store().get(key);
  if (!entry) return true;
  Value object = entry->value();
  bool deleting = object.get("metadata").has("deletionTimestamp");
  if (deleting) {
    if (!hasFinalizer(object, kCleanup)) return true;
    ResourcePtr custom = api_.registry().findGroupResource(object.get("spec", "group").asString(),
                                                           object.get("spec", "names", "plural").asString());
    if (custom) {
      Call call = callFor(*custom, "", "");
      auto gone = api_.removeCollection(call);
      if (!gone || api_.store().count(custom->prefix, store::prefixEnd(custom->prefix)) != 0) return false;
    }
    return dropFinalizer(*definitions, "", name, kCleanup);
  }
  bool changed = acceptDefinition(object, api_.clock().now());
  if (!hasFinalizer(object, kCleanup)) {
    Value finalizers = object.get("metadata", "finalizers");
    finalizers.push(kCleanup);
    object["metadata"].set("finalizers", std::move(finalizers));
    changed = true;
  }
  if (!changed) return true;
  std::vector<store::Change> changes;
  changes.push_back({key, std::move(object), entry->modified, &stampRevision});
  return static_cast<bool>(api_.store().commit(std::move(changes)));
}

ResourcePtr Caretaker::resourceAt(const std::string& key, std::string& ns, std::string& name) const {
  std::vector<std::string> parts = split(key.substr(1), '/');
  if (parts.size() < 3) return nullptr;
  ResourcePtr resource = api_.registry().findGroupResource(parts[0] == "core" ? "" : parts[0], parts[1]);
  if (!resource) return nullptr;
  ns = parts.size() > 3 ? parts[2] : "";
  name = parts.back();
  return resource;
}

bool Caretaker::ownerExists(const Value& reference, const std::string& ns) const {
  ResourcePtr resource =
      api_.registry().findKind(reference.get("apiVersion").asString(), reference.get("kind").asString());
  // Another version of the same kind will do.
  if (!resource) return false;
  auto owner = api_.read(*resource, resource->kind->namespaced ? ns : "", reference.get("name").asString());
  return owner && owner->get("metadata", "uid") == reference.get("uid");
}

bool Caretaker::tendOwned(const std::string& key) {
  std::string ns, name;
  ResourcePtr resource = resourceAt(key, ns, name);
  store::EntryPtr entry = api_.store().get(key);
  if (!resource || !entry) return true;
  Value object = entry->value();
  const Value& meta = object.get("metadata");
  if (meta.get("ownerReferences").empty() || meta.has("deletionTimestamp")) return true;
  for (const Value& reference : meta.get("ownerReferences").elements()) {
    if (ownerExists(reference, ns)) return true;
  }
  Call call = callFor(*resource, ns, name);
  call.remove.uid = meta.get("uid").asString();
  if (!hasFinalizer(object, "orphan") && !hasFinalizer(object, "foregroundDeletion"))
    call.remove.propagation = "Background";
  auto removed = api_.remove(call);
  return removed || removed.error().code() == ErrorCode::NotFound ||
         removed.error().code() == ErrorCode::Conflict;
}

bool Caretaker::tendDeleting(const std::string& key) {
  std::string ns, name;
  ResourcePtr resource = resourceAt(key, ns, name);
  store::EntryPtr entry = api_.store().get(key);
  if (!resource || !entry) return true;
  Value owner = entry->value();
  if (!owner.get("metadata").has("deletionTimestamp")) return true;
  const std::string uid = owner.get("metadata", "uid").asString();
  std::set<std::string> dependents;
  {
    std::lock_guard lock(mutex_);
    auto it = dependents_.find(uid);
    if (it != dependents_.end()) dependents = it->second;
  }
  bool orphans = hasFinalizer(owner, "orphan");
  bool waits = false, done = true;
  for (const std::string& dependent : dependents) {
    std::string dependentNs, dependentName;
    ResourcePtr kind = resourceAt(dependent, dependentNs, dependentName);
    store::EntryPtr child = api_.store().get(dependent);
    if (!kind || !child) continue;
    Value object = child->value();
    Value references = Value::array();
    bool blocks = false;
    for (const Value& reference : object.get("metadata", "ownerReferences").elements()) {
      if (reference.get("uid").asString() == uid) {
        blocks = reference.get("blockOwnerDeletion").asBool();
      } else {
        references.push(reference);
      }
    }
    if (orphans || (!references.empty() && !object.get("metadata").has("deletionTimestamp"))) {
      // Left to live, by wish or because somebody else owns it too.
      if (references.empty()) {
        object["metadata"].erase("ownerReferences");
      } else {
        object["metadata"].set("ownerReferences", std::move(references));
      }
      std::vector<store::Change> changes;
      changes.push_back({dependent, std::move(object), child->modified, &stampRevision});
      done = static_cast<bool>(api_.store().commit(std::move(changes))) && done;
      continue;
    }
    if (blocks) waits = true;
    if (object.get("metadata").has("deletionTimestamp")) continue;
    Call call = callFor(*kind, dependentNs, dependentName);
    call.remove.uid = object.get("metadata", "uid").asString();
    call.remove.propagation = "Foreground";
    auto removed = api_.remove(call);
    done = (removed || removed.error().code() == ErrorCode::NotFound) && done;
  }
  if (!done) return false;
  if (waits && !orphans) {
    for (const std::string& dependent : dependents) {
      if (api_.store().get(dependent)) return true;  // its going wakes us
    }
  }
  return dropFinalizer(*resource, ns, name, orphans ? "orphan" : "foregroundDeletion");
}

bool Caretaker::dropFinalizer(const Resource& resource, const std::string& ns, const std::string& name,
                              const std::string& finalizer) {
  std::string key = resource.key(ns, name);
  store::EntryPtr entry = api_.store().get(key);
  if (!entry) return true;
  Value object = entry->value();
  if (!kube::removeFinalizer(object, finalizer)) return true;
  const Value& meta = object.get("metadata");
  store::Change change{key, std::nullopt, entry->modified, {}};
  if (!meta.get("finalizers").empty() || meta.get("deletionGracePeriodSeconds").asInt() != 0) {
    change.value = std::move(object);
    change.stamp = &stampRevision;
  }
  std::vector<store::Change> changes;
  changes.push_back(std::move(change));
  return static_cast<bool>(api_.store().commit(std::move(changes)));
}

}  // namespace puppis::apiserver
