// SPDX-License-Identifier: Apache-2.0
#include "kube/object.h"

namespace puppis::kube {

namespace {

std::optional<std::string> entry(const Value& object, std::string_view map, std::string_view key) {
  return object.get("metadata").get(map).get(key).stringValue();
}

}  // namespace

Gvk gvkOf(const Value& object) {
  return Gvk::of(object.get("apiVersion").asString(), object.get("kind").asString());
}

ObjectName nameOf(const Value& object) {
  return {namespaceOf(object), name(object)};
}

const std::string& name(const Value& object) {
  return object.get("metadata", "name").asString();
}

const std::string& namespaceOf(const Value& object) {
  return object.get("metadata", "namespace").asString();
}

const std::string& uid(const Value& object) {
  return object.get("metadata", "uid").asString();
}

const std::string& resourceVersion(const Value& object) {
  return object.get("metadata", "resourceVersion").asString();
}

std::int64_t generation(const Value& object) {
  return object.get("metadata", "generation").asInt();
}

std::optional<std::string> label(const Value& object, std::string_view key) {
  return entry(object, "labels", key);
}

std::optional<std::string> annotation(const Value& object, std::string_view key) {
  return entry(object, "annotations", key);
}

bool beingDeleted(const Value& object) {
  return !object.get("metadata", "deletionTimestamp").isNull();
}

bool hasFinalizer(const Value& object, std::string_view finalizer) {
  for (const auto& f : object.get("metadata", "finalizers").elements()) {
    if (f.asString() == finalizer) return true;
  }
  return false;
}

void setLabel(Value& object, std::string_view key, std::string_view value) {
  object["metadata"]["labels"].set(key, value);
}

void setAnnotation(Value& object, std::string_view key, std::string_view value) {
  object["metadata"]["annotations"].set(key, value);
}

bool addFinalizer(Value& object, std::string_view finalizer) {
  if (hasFinalizer(object, finalizer)) return false;
  object["metadata"]["finalizers"].push(finalizer);
  return true;
}

bool removeFinalizer(Value& object, std::string_view finalizer) {
  if (!hasFinalizer(object, finalizer)) return false;
  Value& metadata = object["metadata"];
  Value rest = Value::array();
  for (const auto& f : metadata.get("finalizers").elements()) {
    if (f.asString() != finalizer) rest.push(f);
  }
  if (rest.empty()) {
    metadata.erase("finalizers");
  } else {
    metadata.set("finalizers", std::move(rest));
  }
  return true;
}

std::vector<OwnerReference> ownerReferences(const Value& object) {
  std::vector<OwnerReference> out;
  for (const auto& ref : object.get("metadata", "ownerReferences").elements()) {
    out.push_back({ref.get("apiVersion").asString(), ref.get("kind").asString(), ref.get("name").asString(),
                   ref.get("uid").asString(), ref.get("controller").asBool(),
                   ref.get("blockOwnerDeletion").asBool()});
  }
  return out;
}

std::optional<OwnerReference> controllerOf(const Value& object) {
  for (auto& ref : ownerReferences(object)) {
    if (ref.controller) return ref;
  }
  return std::nullopt;
}

Value ownerReferenceTo(const Value& owner, bool controller, bool blockOwnerDeletion) {
  return Value::object({{"apiVersion", owner.get("apiVersion")},
                        {"kind", owner.get("kind")},
                        {"name", name(owner)},
                        {"uid", uid(owner)},
                        {"controller", controller},
                        {"blockOwnerDeletion", blockOwnerDeletion}});
}

std::string describe(const Value& object) {
  return gvkOf(object).str() + " " + nameOf(object).str();
}

}  // namespace puppis::kube
