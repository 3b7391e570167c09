// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

/// The Common Expression Language, as far as Kubernetes uses it to validate custom resources.
namespace puppis::cel {

enum class TypeKind : std::uint8_t {
  Dyn,
  Null,
  Bool,
  Int,
  Uint,
  Double,
  String,
  Bytes,
  List,
  Map,
  Object,
  Timestamp,
  Duration,
  TypeOf,
  Optional,
  Quantity,
  Ip,
  Cidr,
  Url,
};

/// What is known of a value before it is there. Pointers are borrowed from the TypePool that made it.
struct Type {
  TypeKind kind = TypeKind::Dyn;
  const Type* element =
      nullptr;  ///< of List, Map (whose keys are strings unless `key` says else) and Optional
  const Type* key = nullptr;
  std::map<std::string, const Type*, std::less<>> fields;  ///< of Object, by their real names

  /// "list(int)", "map(string, dyn)", "object".
  [[nodiscard]] std::string str() const;
};

/// Owns types.
class TypePool {
 public:
  TypePool() = default;
  TypePool(const TypePool&) = delete;
  TypePool& operator=(const TypePool&) = delete;
  Type& make(TypeKind kind, const Type* element = nullptr);

 private:
  std::deque<Type> all_;
};

/// The types without parts.
[[nodiscard]] const Type* simple(TypeKind kind);
/// Whether a value of one may stand where the other is expected; Dyn goes with everything.
[[nodiscard]] bool compatible(const Type& a, const Type& b);

/// A field name as rules write it: "__namespace__" for a reserved word, "a__dash__b" for "a-b"; and back.
[[nodiscard]] std::string unescapeField(std::string_view name);

}  // namespace puppis::cel
