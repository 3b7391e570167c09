// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::apiserver {

/// A path into an object: its elements as managedFields writes them, "f:spec", "k:{\"name\":\"web\"}",
/// "v:\"x\"" or "i:0".
using FieldPath = std::vector<std::string>;

/// A set of paths, kept as the tree that managedFields shows. The root itself is no member.
struct FieldSet {
  bool member = false;
  std::map<std::string, FieldSet, std::less<>> children;

  [[nodiscard]] bool empty() const { return !member && children.empty(); }
  void insert(const FieldPath& path);
  [[nodiscard]] bool has(const FieldPath& path) const;
  [[nodiscard]] const FieldSet* child(std::string_view element) const;
  /// Every member's path, in order.
  [[nodiscard]] std::vector<FieldPath> paths() const;
};

FieldSet unite(const FieldSet& a, const FieldSet& b);
/// Members of `a` that are not members of `b`.
FieldSet difference(const FieldSet& a, const FieldSet& b);
/// The same, and nothing below a member of `b` either.
FieldSet differenceBelow(const FieldSet& a, const FieldSet& b);
FieldSet intersection(const FieldSet& a, const FieldSet& b);

/// The FieldsV1 form.
data::Value toFieldsV1(const FieldSet& set);
Result<FieldSet> fromFieldsV1(const data::Value& fields);

/// ".spec.containers[name=\"web\"].image", for messages.
std::string pathText(const FieldPath& path);

}  // namespace puppis::apiserver
