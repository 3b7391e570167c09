// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/value.h"
#include "kube/gvk.h"

/// What every Kubernetes object has, read from and written into a data::Value.
namespace puppis::kube {

using data::Value;

[[nodiscard]] Gvk gvkOf(const Value& object);
[[nodiscard]] ObjectName nameOf(const Value& object);
[[nodiscard]] const std::string& name(const Value& object);
[[nodiscard]] const std::string& namespaceOf(const Value& object);
[[nodiscard]] const std::string& uid(const Value& object);
[[nodiscard]] const std::string& resourceVersion(const Value& object);
[[nodiscard]] std::int64_t generation(const Value& object);
/// The label's value, or nothing.
[[nodiscard]] std::optional<std::string> label(const Value& object, std::string_view key);
[[nodiscard]] std::optional<std::string> annotation(const Value& object, std::string_view key);
/// Whether metadata.deletionTimestamp is set.
[[nodiscard]] bool beingDeleted(const Value& object);
[[nodiscard]] bool hasFinalizer(const Value& object, std::string_view finalizer);

void setLabel(Value& object, std::string_view key, std::string_view value);
void setAnnotation(Value& object, std::string_view key, std::string_view value);
/// Whether it changed anything.
bool addFinalizer(Value& object, std::string_view finalizer);
bool removeFinalizer(Value& object, std::string_view finalizer);

struct OwnerReference {
  std::string apiVersion;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
  bool blockOwnerDeletion = false;
};
[[nodiscard]] std::vector<OwnerReference> ownerReferences(const Value& object);
/// The owner marked controller: true.
[[nodiscard]] std::optional<OwnerReference> controllerOf(const Value& object);
/// A reference to `owner` as an element of metadata.ownerReferences.
[[nodiscard]] Value ownerReferenceTo(const Value& owner, bool controller = true,
                                     bool blockOwnerDeletion = true);

/// "apps/v1 Deployment ns/name", for messages.
[[nodiscard]] std::string describe(const Value& object);

}  // namespace puppis::kube
