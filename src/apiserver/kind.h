// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/schema.h"
#include "base/clock.h"
#include "data/value.h"

namespace puppis::apiserver {

/// The words Kubernetes opens a field error with.
enum class FaultKind : std::uint8_t {
  Required,      ///< "Required value"; no value is shown
  Invalid,       ///< "Invalid value: <value>"
  NotSupported,  ///< "Unsupported value: <value>"; detail lists the supported ones
  Duplicate,     ///< "Duplicate value: <value>"
  Forbidden,     ///< "Forbidden"; no value is shown
  TooLong,       ///< "Too long"; detail "may not be more than N bytes"
  TooMany,       ///< "Too many: <value>"; detail "must have at most N items"
  NotFound,      ///< "Not found: <value>"
  TypeInvalid,   ///< "Invalid value: <value>", cause FieldValueTypeInvalid
};

/// One thing wrong with one field, as Kubernetes' field.Error.
struct FieldFault {
  FaultKind kind;
  std::string path;    ///< spec.template.spec.containers[0].name
  data::Value value;   ///< the offending value, where the kind shows one
  std::string detail;  ///< the rest of the sentence
  std::string word;    ///< overrides the cause reason; usually empty

  /// "spec.replicas: Invalid value: -1: must be greater than or equal to 0"
  [[nodiscard]] std::string str() const;
  /// "Invalid value: -1: must be ..." (the message of a Status cause).
  [[nodiscard]] std::string body() const;
};

/// Collects faults.
class Faults {
 public:
  void required(std::string path, std::string detail) {
    add({FaultKind::Required, std::move(path), {}, std::move(detail), {}});
  }
  void invalid(std::string path, data::Value value, std::string detail) {
    add({FaultKind::Invalid, std::move(path), std::move(value), std::move(detail), {}});
  }
  void notSupported(std::string path, data::Value value, const std::vector<std::string>& supported);
  void duplicate(std::string path, data::Value value) {
    add({FaultKind::Duplicate, std::move(path), std::move(value), {}, {}});
  }
  void forbidden(std::string path, std::string detail) {
    add({FaultKind::Forbidden, std::move(path), {}, std::move(detail), {}});
  }
  void tooLong(std::string path, std::size_t most);
  void tooMany(std::string path, std::size_t actual, std::size_t most);
  void notFound(std::string path, data::Value value) {
    add({FaultKind::NotFound, std::move(path), std::move(value), {}, {}});
  }
  void add(FieldFault fault) { list_.push_back(std::move(fault)); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] const std::vector<FieldFault>& list() const { return list_; }

 private:
  std::vector<FieldFault> list_;
};

/// One column of the Table that kubectl prints.
struct TableColumn {
  std::string name;    ///< "Ready"
  std::string type;    ///< "string", "integer", "date", ...
  std::string format;  ///< "name" for the Name column, else empty
  std::string description;
  int priority = 0;  ///< 0 always, 1 with -o wide
  /// The cell for an object at this time (ages). String, integer or null.
  std::function<data::Value(const data::Value& object, Nanos now)> cell;
};

/// Where spec.replicas and its kin stand; JSON paths as ".spec.replicas".
struct ScaleInfo {
  std::string specReplicas, statusReplicas;
  std::string labelSelector;     ///< path of the selector; empty when there is none
  bool selectorIsObject = true;  ///< a metav1.LabelSelector (or a plain map) rather than a string
};

/// Everything the server knows of one served resource in one version. Hooks may be empty. They must not keep
/// references to what they are given, and run on several threads at once.
struct KindInfo {
  std::string group;     ///< "" for core
  std::string version;   ///< "v1"
  std::string kind;      ///< "Deployment"
  std::string resource;  ///< "deployments"
  std::string singular;  ///< "deployment"
  bool namespaced = true;
  std::vector<std::string> shortNames;
  std::vector<std::string> categories;
  std::vector<std::string>
      verbs;  ///< empty: all eight (create delete deletecollection get list patch update watch)

  /// The whole object, apiVersion, kind and metadata included; nullptr means free-form.
  const Schema* schema = nullptr;

  bool status = false;                     ///< has the subresource /status
  bool statusOnCreate = false;             ///< a new object keeps the status it is sent with (Nodes)
  std::shared_ptr<const ScaleInfo> scale;  ///< has the subresource /scale
  /// Further subresources by name ("eviction", "token", "log", "binding", "exec"...), with the kind they
  /// speak, as
  /// {"eviction", "policy/v1/Eviction"}; for discovery. What they do is known to the server by their names.
  std::vector<std::pair<std::string, std::string>> subresources;

  bool generation =
      false;  ///< metadata.generation is kept: 1 on create, +1 when what is not metadata or status changes
  bool createOnUpdate = false;           ///< PUT of a missing object creates it
  bool allowUnconditionalUpdate = true;  ///< PUT without resourceVersion is taken
  int graceSeconds = 0;                  ///< default deletion grace (30 for pods); 0 deletes at once
  bool preferred = true;                 ///< the version kubectl names first, when a group has several
  /// Where the object is kept: the version that is stored. Empty means `version`. Every version of a resource
  /// shares one place, (storageGroup or group, resource).
  std::string storageVersion;
  std::string storageVersionHash;  ///< as discovery prints it; empty for none
  std::string storageGroup;  ///< set when another group shares the storage (events.k8s.io stores as core
                             ///< events: " " means core)

  /// The object as Kubernetes would write it after reading it: zero values left out where they say nothing,
  /// canonical quantities and times, unknown fields and nulls dropped; InvalidArgument in the words of Go's
  /// decoder. Empty: decodeTyped() by the schema. Runs on every object and patch result a client sends,
  /// before `setDefaults`. (Unknown fields are found by the schema.)
  std::function<Result<data::Value>(const data::Value& object)> decode;
  /// Fills in what the user left out, in place. Runs on create, update and after each patch, before
  /// validation.
  std::function<void(data::Value& object)> setDefaults;
  /// Cleans what the user may not set on create (spec fields the server owns); status is dropped generically
  /// when `status`.
  std::function<void(data::Value& object)> prepareCreate;
  /// Carries over what an update may not change (clusterIP and kin), before validation. `subresource` is ""
  /// or "status".
  std::function<void(data::Value& object, const data::Value& old, std::string_view subresource)>
      prepareUpdate;
  /// Gives the object what no other object of the resource may have (cluster IPs, node ports): on create
  /// (`old` is null) and update of the object itself, after validation, while no other is allocated. Asking
  /// `taken` costs the same however many objects there are; it tells
  /// whether another object holds a claim.
  std::function<Status(data::Value& object, const data::Value* old,
                       const std::function<bool(const std::string& claim)>& taken, Faults& faults)>
      allocate;
  /// What a stored object holds, in the words that `allocate` asks with.
  std::function<std::vector<std::string>(const data::Value& object)> claims;
  /// Checks a new object (metadata is checked by the server).
  std::function<void(const data::Value& object, Faults& faults)> validate;
  /// Checks a change; `validate` has run on the new object before. `subresource` is "" or "status".
  std::function<void(const data::Value& object, const data::Value& old, std::string_view subresource,
                     Faults& faults)>
      validateUpdate;
  /// How names are checked: DNS subdomain (the default), DNS label, or "path" (RBAC and the like).
  enum class NameRule : std::uint8_t {
    Subdomain,
    Label,
    Label1035,
    PathSegment
  } nameRule = NameRule::Subdomain;
  /// Rewrites an object of the storage version to this version and back; empty means only apiVersion differs.
  std::function<data::Value(const data::Value& object)> fromStorage, toStorage;
  /// Warnings to send back with a create or update (deprecated fields).
  std::function<std::vector<std::string>(const data::Value& object)> warnings;

  /// Fields that a field selector may name besides metadata.name and metadata.namespace, and how they are
  /// read (a missing field is "").
  std::map<std::string, std::function<std::string(const data::Value& object)>, std::less<>> selectableFields;

  /// Columns of the Table; empty means Name and Age ("Created At").
  std::vector<TableColumn> columns;

  [[nodiscard]] std::string apiVersion() const { return group.empty() ? version : group + "/" + version; }
  [[nodiscard]] std::string groupResource() const {
    return group.empty() ? resource : resource + "." + group;
  }
  [[nodiscard]] std::string groupKind() const { return group.empty() ? kind : kind + "." + group; }
};

/// An autoscaling/v1 Scale as Kubernetes would write it after reading it; InvalidArgument in the words of
/// Go's decoder.
Result<data::Value> decodeScale(const data::Value& scale);

/// Every built-in kind, with its schemas made in `schemas` (which must outlive them). Implemented in
/// apiserver/kinds/.
std::vector<KindInfo> builtinKinds(SchemaSet& schemas);

}  // namespace puppis::apiserver
