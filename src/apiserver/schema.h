// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::apiserver {

enum class SchemaType : std::uint8_t {
  Any,
  Object,
  Array,
  String,
  Integer,
  Number,
  Boolean,
  IntOrString,
  Quantity
};
/// The type as OpenAPI spells it; "" for those without one spelling.
std::string_view typeWord(SchemaType type);
enum class ListType : std::uint8_t { Atomic, Set, Map };

/// The limits a schema sets on a value beyond its type; only CustomResourceDefinitions use them.
struct SchemaLimits;

/// The structure of a value, for built-in kinds and custom ones alike: it drives unknown-field checks,
/// pruning, defaulting, strategic merge, server-side apply, validation and the OpenAPI documents. Pointers
/// are borrowed from the SchemaSet that made this one; a schema may contain itself.
struct Schema {
  SchemaType type = SchemaType::Any;
  bool nullable = false;
  bool preserveUnknown = false;   ///< x-kubernetes-preserve-unknown-fields
  bool embeddedResource = false;  ///< x-kubernetes-embedded-resource
  bool atomicMap = false;         ///< x-kubernetes-map-type: atomic
  ListType listType = ListType::Atomic;
  std::vector<std::string>
      listMapKeys;               ///< of a ListType::Map, in the order that managedFields keys sort anyway
  std::string patchMergeKey;     ///< strategic merge: the key of a list of objects
  bool patchMerge = false;       ///< strategic merge: lists merge instead of being replaced
  bool patchRetainKeys = false;  ///< strategic merge: "retainKeys"
  std::string name;              ///< OpenAPI definition name ("io.k8s.api.core.v1.PodSpec"), or empty
  std::vector<std::string>
      omitZero;  ///< fields that Go leaves out when they are "", 0 or false (omitempty, no pointer)
  std::string format;
  std::string description;
  std::map<std::string, const Schema*, std::less<>> properties;
  std::vector<std::string> required;
  const Schema* items = nullptr;       ///< of an array
  const Schema* additional = nullptr;  ///< values of a map
  std::optional<data::Value> defaultValue;
  std::shared_ptr<const SchemaLimits> limits;  ///< nullptr when there are none

  /// The schema of a field, or of any key of a map; nullptr when the field is not known.
  [[nodiscard]] const Schema* field(std::string_view key) const {
    auto it = properties.find(key);
    return it != properties.end() ? it->second : additional;
  }
  [[nodiscard]] bool isMap() const { return type == SchemaType::Object && additional != nullptr; }
};

/// One rule of x-kubernetes-validations.
struct SchemaRule {
  std::string rule, message, messageExpression, reason, fieldPath;
  bool optionalOldSelf = false;
};

struct SchemaLimits {
  std::optional<data::Value> minimum, maximum, multipleOf;
  bool exclusiveMinimum = false, exclusiveMaximum = false, uniqueItems = false;
  std::optional<std::int64_t> minLength, maxLength, minItems, maxItems, minProperties, maxProperties;
  std::string pattern;
  std::vector<data::Value> enumeration;
  std::vector<const Schema*> allOf, anyOf, oneOf;
  const Schema* negated = nullptr;  ///< "not"
  std::vector<SchemaRule> rules;
};

/// Owns schemas, and finds them by name. Fill it first, share it read-only afterwards.
class SchemaSet {
 public:
  SchemaSet() = default;
  SchemaSet(const SchemaSet&) = delete;
  SchemaSet& operator=(const SchemaSet&) = delete;

  /// A new schema to fill in.
  Schema& make(SchemaType type = SchemaType::Any);
  /// Takes every definition of an OpenAPI v2 `definitions` or v3 `components.schemas` object, with its
  /// x-kubernetes extensions; $ref between them is resolved, also in cycles.
  Status addDefinitions(const data::Value& definitions);
  /// One inline schema (a CustomResourceDefinition's openAPIV3Schema).
  Result<const Schema*> addInline(const data::Value& schema);
  /// By full definition name; nullptr when there is none.
  [[nodiscard]] const Schema* find(std::string_view name) const;
  /// The schema of metav1.ObjectMeta, always there.
  [[nodiscard]] const Schema* objectMeta();

 private:
  Result<const Schema*> read(const data::Value& schema, int depth);
  void makeVariants();
  Status fill(Schema& out, const data::Value& schema, int depth);

  /// A use of a named schema with marks of its own; made when all names are filled.
  struct Variant {
    Schema* made;
    const Schema* target;
    data::Value marks;
  };
  std::deque<Schema> all_;
  std::vector<Variant> variants_;
  std::map<std::string, Schema*, std::less<>> named_;
  const Schema* objectMeta_ = nullptr;
};

}  // namespace puppis::apiserver
