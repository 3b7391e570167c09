// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

/// What is known of the built-in kinds as data (kinds.json, made by tools/kindgen).
namespace puppis::apiserver::kinds {

enum class Form : std::uint8_t {
  String,
  Bool,
  Int32,
  Int64,
  Double,
  Bytes,
  Quantity,
  IntOrString,
  Time,
  MicroTime,
  Duration,
  Any,  ///< free-form JSON
  Struct,
  List,
  Map,
};

struct TypeInfo;

/// The type of a field.
struct TypeRef {
  Form form = Form::Any;
  std::string word;                  ///< of a leaf: "string", "schemaOrBool", ...
  const TypeInfo* type = nullptr;    ///< of a Struct
  const TypeRef* element = nullptr;  ///< of a List or Map
};

struct FieldInfo {
  std::string name;
  const TypeRef* type = nullptr;
  bool pointer = false;    ///< absence differs from the zero value
  bool omitEmpty = false;  ///< the zero value is not written
  bool omitZero = false;   ///< nor is a zero struct
  std::string goType;      ///< the name a decoding error calls it by, when it is not the plain one
  data::Value facts;       ///< enum, itemEnum, list, keys, map, patch, mergeKey, default
};

/// One API type, its fields in the order Kubernetes writes them.
struct TypeInfo {
  std::string name;  ///< "io.k8s.api.core.v1.PodSpec"
  std::vector<FieldInfo> fields;
  std::map<std::string, const FieldInfo*, std::less<>> byName;
  std::vector<std::string> required;
  bool atomicMap = false;
  data::Value gvk;                                  ///< list of {group, version, kind}
  void (*defaults)(data::Value& object) = nullptr;  ///< fills in one object of this type, children excluded
  bool reachesDefaults = false;                     ///< it or a type below it has defaults

  /// "PodSpec"
  [[nodiscard]] std::string_view shortName() const;
};

/// One row of discovery.
struct ResourceInfo {
  std::string group, version, resource, kind, singular, hash;
  std::string objectGroup, objectVersion;  ///< of a subresource that speaks another group's kind
  bool namespaced = false;
  std::vector<std::string> shortNames, categories, verbs;
  const TypeInfo* type = nullptr;
  const TypeInfo* listType = nullptr;
};

/// All types and resources. Immutable; safe to share.
class TypeTable {
 public:
  /// Reads the data built into the program; the first call pays for it.
  static const TypeTable& builtin();
  /// Internal error when the text is not of kindgen.
  static Result<std::unique_ptr<TypeTable>> parse(std::string_view json);

  [[nodiscard]] const TypeInfo* find(std::string_view name) const;
  [[nodiscard]] const std::vector<ResourceInfo>& resources() const { return resources_; }
  [[nodiscard]] const std::map<std::string, TypeInfo*, std::less<>>& types() const { return byName_; }

 private:
  const TypeRef* ref(const std::string& word);
  void markDefaults();

  std::deque<TypeInfo> types_;
  std::map<std::string, TypeInfo*, std::less<>> byName_;
  std::map<std::string, std::unique_ptr<TypeRef>, std::less<>> refs_;
  std::vector<ResourceInfo> resources_;
};

}  // namespace puppis::apiserver::kinds
