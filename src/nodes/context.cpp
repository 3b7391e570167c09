// SPDX-License-Identifier: Apache-2.0
#include "nodes/context.h"

#include <algorithm>

#include "base/strings.h"
#include "kube/object.h"

namespace puppis::nodes {
namespace {

std::vector<std::string> indexKeys(const Value& object) {
  std::vector<std::string> keys;
  if (auto owner = kube::controllerOf(object)) keys.push_back("owner:" + owner->uid);
  if (object.get("kind").asString() != "Pod") return keys;
  if (const auto& node = object.get("spec", "nodeName").asString(); !node.empty())
    keys.push_back("node:" + node);
  for (const auto& volume : object.get("spec", "volumes").elements()) {
    const auto& claim = volume.get("persistentVolumeClaim", "claimName").asString();
    if (!claim.empty()) keys.push_back("claim:" + kube::namespaceOf(object) + "/" + claim);
    if (volume.get("ephemeral").isObject()) {
      keys.push_back("claim:" + kube::namespaceOf(object) + "/" + kube::name(object) + "-" +
                     volume.get("name").asString());
    }
  }
  return keys;
}

kube::WriteOptions writing(std::string subresource = {}) {
  kube::WriteOptions options;
  options.fieldManager = "puppis-nodes";
  options.subresource = std::move(subresource);
  return options;
}

}  // namespace

Context::Context(kube::Client& clientIn, Clock& clockIn, Random& randomIn, Log& logIn, Options optionsIn)
    : client(clientIn),
      clock(clockIn),
      random(randomIn),
      log(logIn),
      options(std::move(optionsIn)),
      set_(clientIn, clockIn, logIn),
      queue_(clockIn, std::chrono::milliseconds(20), std::chrono::seconds(60)) {}

void Context::watch(const Gvr& type, std::function<void(const kube::Change&)> handler) {
  Request& request = requests_[type];
  if (handler) request.handlers.push_back(std::move(handler));
}

void Context::startMirrors() {
  for (auto& [type, request] : requests_) {
    kube::InformerOptions informer;
    informer.type = type;
    informer.transform = [](Value object) {
      object["metadata"].erase("managedFields");
      return object;
    };
    informer.index = indexKeys;
    kube::Informer& made = set_.add(std::move(informer), [&](kube::Informer& mirror) {
      for (auto& handler : request.handlers) mirror.onChange(handler);
    });
    mirrors_[type] = &made;
  }
}

std::vector<Value> Context::owned(const Gvr& type, const std::string& ownerUid) const {
  return mirror(type).byIndex("owner:" + ownerUid);
}
std::vector<Value> Context::podsOnNode(const std::string& node) const {
  return mirror(kPods).byIndex("node:" + node);
}
std::vector<Value> Context::podsUsingClaim(const ObjectName& claim) const {
  return mirror(kPods).byIndex("claim:" + claim.ns + "/" + claim.name);
}

void Context::enqueue(std::string_view controller, const ObjectName& name) {
  queue_.add(std::string(controller) + "|" + name.ns + "|" + name.name);
}

void Context::enqueueAfter(std::string_view controller, const ObjectName& name, Nanos pause) {
  queue_.addAfter(std::string(controller) + "|" + name.ns + "|" + name.name, pause);
}

void Context::enqueueOwners(std::string_view controller, std::string_view kind, const kube::Change& change) {
  for (const auto* side : {&change.before, &change.after}) {
    if (!*side) continue;
    auto owner = kube::controllerOf(**side);
    if (owner && owner->kind == kind) enqueue(controller, {kube::namespaceOf(**side), owner->name});
  }
}

void Context::learn(const Gvr& type, const Value& object) {
  auto it = mirrors_.find(type);
  if (it != mirrors_.end() && object.has("metadata")) it->second->learn(object);
}

Result<Value> Context::create(const Gvr& type, const Value& object) {
  TRY(Value made, client.create(type, kube::namespaceOf(object), object, writing()));
  learn(type, made);
  return made;
}

Result<Value> Context::update(const Gvr& type, const Value& object) {
  TRY(Value made, client.update(type, kube::nameOf(object), object, writing()));
  learn(type, made);
  return made;
}

Result<Value> Context::updateStatus(const Gvr& type, const Value& object) {
  TRY(Value made, client.update(type, kube::nameOf(object), object, writing("status")));
  learn(type, made);
  return made;
}

Result<Value> Context::patch(const Gvr& type, const ObjectName& name, const Value& body,
                             const std::string& subresource) {
  kube::PatchOptions how;
  how.fieldManager = "puppis-nodes";
  how.subresource = subresource;
  TRY(Value made, client.patch(type, name, kube::PatchType::Merge, body, how));
  learn(type, made);
  return made;
}

Status Context::remove(const Gvr& type, const Value& object, std::optional<std::int64_t> grace) {
  kube::DeleteOptions how;
  how.uid = kube::uid(object);
  how.gracePeriodSeconds = grace;
  how.propagation = "Background";
  auto answer = client.remove(type, kube::nameOf(object), how);
  if (!answer) {
    bool gone = answer.error().code() == ErrorCode::NotFound;
    return gone ? Status{} : fail(answer.error());
  }
  if (answer->get("kind").asString() != "Status") learn(type, *answer);
  return {};
}

void Context::event(const Value& about, std::string_view type, std::string_view reason,
                    const std::string& message, std::string_view component) {
  if (!options.events) return;
  std::string ns = kube::namespaceOf(about).empty() ? "default" : kube::namespaceOf(about);
  std::string identity = kube::uid(about) + "|" + std::string(reason) + "|" + message;
  std::string hash = std::to_string(fnv1a(identity));
  ObjectName name{ns, kube::name(about) + "." + hash.substr(0, 16)};
  Value reference = Value::object({{"kind", about.get("kind")},
                                   {"namespace", kube::namespaceOf(about)},
                                   {"name", kube::name(about)},
                                   {"uid", kube::uid(about)},
                                   {"apiVersion", about.get("apiVersion")},
                                   {"resourceVersion", kube::resourceVersion(about)}});
  Value time = nowText();
  Value object = Value::object({{"apiVersion", "v1"},
                                {"kind", "Event"},
                                {"metadata", Value::object({{"name", name.name}, {"namespace", ns}})},
                                {"involvedObject", reference},
                                {"type", type},
                                {"reason", reason},
                                {"message", message},
                                {"source", Value::object({{"component", component}})},
                                {"reportingComponent", component},
                                {"firstTimestamp", time},
                                {"lastTimestamp", time},
                                {"count", 1}});
  auto made = client.create(kEvents, ns, object);
  if (made) return;
  if (made.error().code() != ErrorCode::AlreadyExists) {
    log.debug("event not written", {{"reason", std::string(reason)}, {"error", made.error().str()}});
    return;
  }
  auto present = client.get(kEvents, name);
  if (!present) return;
  Value again = Value::object({{"count", present->get("count").asInt() + 1}, {"lastTimestamp", time}});
  if (auto patched = client.patch(kEvents, name, kube::PatchType::Merge, again); !patched) {
    log.debug("event not counted", {{"reason", std::string(reason)}, {"error", patched.error().str()}});
  }
}

}  // namespace puppis::nodes
