// SPDX-License-Identifier: Apache-2.0
#include "kube/memory_client.h"

#include <algorithm>
#include <charconv>
#include <deque>

#include "data/merge_patch.h"
#include "kube/object.h"
#include "kube/selector.h"
#include "kube/status.h"

namespace puppis::kube {

namespace {

/// With the reason that tells a missing object from a missing type.
Error absent(const Gvr& type, const ObjectName& name) {
  return Error(ErrorCode::NotFound, type.str() + " \"" + name.name + "\" not found").reason("NotFound");
}

}  // namespace

struct MemoryClient::Watcher {
  Gvr type;
  std::string ns;
  LabelSelector labels;
  FieldSelector fields;
  WatchHandler handler;
  std::recursive_mutex running;  ///< held while the handler runs
  std::deque<WatchEvent> pending;
  bool closed = false;

  [[nodiscard]] bool wants(const Gvr& t, const Value& object) const {
    return t == type && (ns.empty() || namespaceOf(object) == ns) &&
           labels.matches(object.get("metadata", "labels")) && fields.matches(object);
  }
};

class MemoryClient::Handle final : public Subscription {
 public:
  explicit Handle(std::shared_ptr<Watcher> watcher) : watcher_(std::move(watcher)) {}
  ~Handle() override {
    std::lock_guard lock(watcher_->running);
    watcher_->closed = true;
  }

 private:
  std::shared_ptr<Watcher> watcher_;
};

Status MemoryClient::admit(Call call) {
  std::optional<Error> error;
  if (fault) error = fault(call);
  std::lock_guard lock(mutex_);
  calls_.push_back(std::move(call));
  if (error) return fail(*error);
  return {};
}

void MemoryClient::record(const Gvr& type, WatchEvent::Type kind, const Value& object) {
  history_.push_back({version_, type, {kind, object}});
  for (const auto& watcher : watchers_) {
    if (watcher->wants(type, object)) watcher->pending.push_back({kind, object});
  }
}

/// Hands the pending events out, outside the lock.
void MemoryClient::deliver() {
  while (true) {
    std::vector<std::pair<std::shared_ptr<Watcher>, WatchEvent>> batch;
    {
      std::lock_guard lock(mutex_);
      std::erase_if(watchers_, [](const auto& w) { return w->closed; });
      for (const auto& watcher : watchers_) {
        while (!watcher->pending.empty()) {
          batch.emplace_back(watcher, std::move(watcher->pending.front()));
          watcher->pending.pop_front();
        }
      }
    }
    if (batch.empty()) return;
    for (auto& [watcher, event] : batch) {
      std::lock_guard lock(watcher->running);
      if (!watcher->closed) watcher->handler.event(std::move(event));
    }
  }
}

Result<Value> MemoryClient::get(const Gvr& type, const ObjectName& name, const GetOptions&) {
  TRY_VOID(admit({"get", type, name, ""}));
  std::lock_guard lock(mutex_);
  auto it = objects_.find({type, name});
  if (it == objects_.end()) return fail(absent(type, name));
  return it->second;
}

Result<List> MemoryClient::list(const Gvr& type, const std::string& ns, const ListOptions& options) {
  TRY_VOID(admit({"list", type, {ns, ""}, ""}));
  TRY(auto labels, LabelSelector::parse(options.labelSelector));
  TRY(auto fields, FieldSelector::parse(options.fieldSelector));
  std::lock_guard lock(mutex_);
  List out;
  out.resourceVersion = std::to_string(version_);
  for (const auto& [key, object] : objects_) {
    bool wanted = key.first == type && (ns.empty() || key.second.ns == ns);
    if (wanted && labels.matches(object.get("metadata", "labels")) && fields.matches(object))
      out.items.push_back(object);
  }
  return out;
}

Result<std::unique_ptr<Subscription>> MemoryClient::watch(const Gvr& type, const std::string& ns,
                                                          WatchHandler handler, const WatchOptions& options) {
  TRY_VOID(admit({"watch", type, {ns, ""}, ""}));
  auto watcher = std::make_shared<Watcher>();
  watcher->type = type;
  watcher->ns = ns;
  TRY(watcher->labels, LabelSelector::parse(options.labelSelector));
  TRY(watcher->fields, FieldSelector::parse(options.fieldSelector));
  watcher->handler = std::move(handler);
  std::uint64_t from = 0;
  const std::string& text = options.resourceVersion;
  std::from_chars(text.data(), text.data() + text.size(), from);
  {
    std::lock_guard lock(mutex_);
    if (from != 0 && from < compacted_) {
      watcher->closed = true;
      watcher->handler.ended(fail(ErrorCode::Gone, "too old resource version"));
      return std::make_unique<Handle>(watcher);
    }
    if (from == 0) {
      for (const auto& [key, object] : objects_) {
        if (watcher->wants(key.first, object)) watcher->pending.push_back({WatchEvent::Type::Added, object});
      }
    } else {
      for (const auto& event : history_) {
        if (event.version > from && watcher->wants(event.type, event.event.object))
          watcher->pending.push_back(event.event);
      }
    }
    watchers_.push_back(watcher);
  }
  deliver();
  return std::make_unique<Handle>(watcher);
}

/// Keeps `object` as the newest version. The caller holds the lock.
Result<Value> MemoryClient::store(const Gvr& type, const ObjectName& name, Value object,
                                  const std::optional<Value>& before) {
  ++version_;
  object["metadata"].set("resourceVersion", std::to_string(version_));
  objects_[{type, name}] = object;
  record(type, before ? WatchEvent::Type::Modified : WatchEvent::Type::Added, object);
  return object;
}

void MemoryClient::erase(const Gvr& type, const ObjectName& name, Value object) {
  ++version_;
  object["metadata"].set("resourceVersion", std::to_string(version_));
  objects_.erase({type, name});
  record(type, WatchEvent::Type::Deleted, object);
}

Result<Value> MemoryClient::create(const Gvr& type, const std::string& ns, const Value& object,
                                   const WriteOptions& options) {
  ObjectName name{ns, kube::name(object)};
  if (name.name.empty()) name.name = object.get("metadata", "generateName").asString() + random_.suffix(5);
  TRY_VOID(admit({"create", type, name, options.subresource}));
  Result<Value> out;
  {
    std::lock_guard lock(mutex_);
    if (objects_.count({type, name}) != 0) {
      return fail(ErrorCode::AlreadyExists, type.str() + " \"" + name.name + "\" already exists");
    }
    Value made = object;
    Value& metadata = made["metadata"];
    metadata.set("name", name.name);
    if (!ns.empty()) metadata.set("namespace", ns);
    metadata.set("uid", random_.uuid());
    metadata.set("generation", 1);
    metadata.set("creationTimestamp", formatRfc3339(clock_.now()));
    if (options.dryRun) return made;
    out = store(type, name, std::move(made), std::nullopt);
  }
  deliver();
  return out;
}

/// Replaces an object by `wanted`, or one of its two halves when there is a status subresource in play.
Result<Value> MemoryClient::change(const Gvr& type, const ObjectName& name, const Value& wanted,
                                   const std::string& subresource, bool dryRun) {
  Result<Value> out;
  {
    std::lock_guard lock(mutex_);
    auto it = objects_.find({type, name});
    if (it == objects_.end()) return fail(absent(type, name));
    const Value before = it->second;
    for (const char* field : {"uid", "resourceVersion"}) {
      const std::string& given = wanted.get("metadata", field).asString();
      if (!given.empty() && given != before.get("metadata", field).asString()) {
        return fail(ErrorCode::Conflict, "the object has been modified; " + std::string(field) + " differs");
      }
    }
    Value after = wanted;
    if (subresource == "status") {
      after = before;
      after.set("status", wanted.get("status"));
    } else if (before.has("status")) {
      after.set("status", before.get("status"));
    }
    for (const char* field :
         {"uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp"}) {
      if (before.get("metadata").has(field)) after["metadata"].set(field, before.get("metadata", field));
    }
    if (after == before || dryRun) return after;
    if (!(after.get("spec") == before.get("spec")))
      after["metadata"].set("generation", generation(before) + 1);
    if (beingDeleted(after) && after.get("metadata", "finalizers").empty()) {
      erase(type, name, after);
      out = after;
    } else {
      out = store(type, name, std::move(after), before);
    }
  }
  deliver();
  return out;
}

Result<Value> MemoryClient::update(const Gvr& type, const ObjectName& name, const Value& object,
                                   const WriteOptions& options) {
  TRY_VOID(admit({"update", type, name, options.subresource}));
  return change(type, name, object, options.subresource, options.dryRun);
}

Result<Value> MemoryClient::patch(const Gvr& type, const ObjectName& name, PatchType kind, const Value& body,
                                  const PatchOptions& options) {
  TRY_VOID(admit({"patch", type, name, options.subresource}));
  if (kind != PatchType::Merge) return fail(ErrorCode::UnsupportedMedia, "only merge patches are served");
  Value current;
  {
    std::lock_guard lock(mutex_);
    auto it = objects_.find({type, name});
    if (it == objects_.end()) return fail(absent(type, name));
    current = it->second;
  }
  return change(type, name, data::applyMergePatch(current, body), options.subresource, options.dryRun);
}

Result<Value> MemoryClient::remove(const Gvr& type, const ObjectName& name, const DeleteOptions& options) {
  TRY_VOID(admit({"delete", type, name, ""}));
  Result<Value> out = successStatus();
  {
    std::lock_guard lock(mutex_);
    auto it = objects_.find({type, name});
    if (it == objects_.end()) return fail(absent(type, name));
    Value object = it->second;
    bool sameUid = !options.uid || *options.uid == uid(object);
    bool sameVersion = !options.resourceVersion || *options.resourceVersion == resourceVersion(object);
    if (!sameUid || !sameVersion)
      return fail(ErrorCode::Conflict, "the precondition of the delete does not hold");
    if (options.dryRun) return out;
    if (object.get("metadata", "finalizers").empty()) {
      erase(type, name, object);
    } else if (!beingDeleted(object)) {
      object["metadata"].set("deletionTimestamp", formatRfc3339(clock_.now()));
      out = store(type, name, std::move(object), it->second);
    }
  }
  deliver();
  return out;
}

Result<Value> MemoryClient::removeCollection(const Gvr& type, const std::string& ns, const ListOptions& which,
                                             const DeleteOptions& options) {
  TRY_VOID(admit({"deletecollection", type, {ns, ""}, ""}));
  TRY(auto found, list(type, ns, which));
  for (const auto& object : found.items) {
    auto removed = remove(type, nameOf(object), options);
    if (!removed && removed.error().code() != ErrorCode::NotFound) return removed;
  }
  return successStatus();
}

Result<RawResponse> MemoryClient::raw(const RawRequest& request) {
  auto it = documents.find(request.path);
  bool found = request.method == "GET" && it != documents.end();
  return RawResponse{found ? 200 : 404, "application/json", found ? it->second : "{}"};
}

Result<std::unique_ptr<Subscription>> MemoryClient::stream(const RawRequest& request, StreamHandler) {
  return fail(ErrorCode::NotFound, "the test double serves no " + request.path);
}

std::vector<MemoryClient::Call> MemoryClient::calls() const {
  std::lock_guard lock(mutex_);
  return calls_;
}

void MemoryClient::forgetCalls() {
  std::lock_guard lock(mutex_);
  calls_.clear();
}

void MemoryClient::breakWatches(const Status& outcome) {
  std::vector<std::shared_ptr<Watcher>> broken;
  {
    std::lock_guard lock(mutex_);
    broken.swap(watchers_);
  }
  for (const auto& watcher : broken) {
    std::lock_guard lock(watcher->running);
    if (watcher->closed) continue;
    watcher->closed = true;
    watcher->handler.ended(outcome);
  }
}

void MemoryClient::compact() {
  std::lock_guard lock(mutex_);
  history_.clear();
  compacted_ = version_;
}

}  // namespace puppis::kube
