// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cel/type.h"
#include "data/quantity.h"
#include "data/value.h"

namespace puppis::cel {

/// A value of the language. Lists and maps from outside stay the JSON they are and are read as their type
/// says.
struct Val {
  TypeKind kind = TypeKind::Null;
  bool boolean = false;
  std::int64_t integer = 0;   ///< Int; Timestamp (since the epoch) and Duration in nanoseconds
  std::uint64_t natural = 0;  ///< Uint
  double real = 0;
  std::string text;  ///< String, Bytes, TypeOf, and what Ip, Cidr and Url were made of
  data::Quantity quantity;
  std::shared_ptr<const std::vector<Val>> list;  ///< List made by the expression; Optional: none or one
  std::shared_ptr<const std::vector<std::pair<Val, Val>>> map;  ///< Map made by the expression
  data::Value json;                                             ///< List, Map or Object from outside
  const Type* type = nullptr;                                   ///< of `json`

  static Val ofBool(bool value);
  static Val ofInt(std::int64_t value);
  static Val ofUint(std::uint64_t value);
  static Val ofDouble(double value);
  static Val ofString(std::string value);
  static Val ofList(std::vector<Val> elements);
  static Val ofOptional(std::optional<Val> value);
  /// As `type` reads it; a value that does not fit (a bad time) reads as a plain string.
  static Val ofJson(const data::Value& value, const Type* type);

  [[nodiscard]] std::size_t size() const;         ///< of a List, Map or Object
  [[nodiscard]] Val at(std::size_t index) const;  ///< of a List
  [[nodiscard]] std::vector<Val> keys() const;    ///< of a Map or Object
  [[nodiscard]] std::optional<Val> find(const Val& key) const;
  /// The member of this real name; nothing when there is none or it is null.
  [[nodiscard]] std::optional<Val> field(const std::string& name) const;
  [[nodiscard]] bool isMap() const { return kind == TypeKind::Map || kind == TypeKind::Object; }
  [[nodiscard]] bool isNumber() const {
    return kind == TypeKind::Int || kind == TypeKind::Uint || kind == TypeKind::Double;
  }
};

[[nodiscard]] bool equal(const Val& a, const Val& b);
/// Less than, equal, greater than as -1, 0, 1; nothing when the two have no order.
[[nodiscard]] std::optional<int> compare(const Val& a, const Val& b);
/// Nanoseconds since the epoch of an RFC 3339 text.
[[nodiscard]] std::optional<std::int64_t> parseTimestamp(const std::string& text);
/// Nanoseconds of "1h30m", "-1.5s".
[[nodiscard]] std::optional<std::int64_t> parseGoDuration(const std::string& text);
/// The text that string(value) gives, where there is one.
[[nodiscard]] std::optional<std::string> textOf(const Val& value);

}  // namespace puppis::cel
