// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::data {

/// A way into a value, as people write it: spec.components[0].type, metadata.annotations["a.b/c"].
class Path {
 public:
  /// A member's name or an element's index.
  using Step = std::variant<std::string, std::size_t>;

  Path() = default;
  explicit Path(std::vector<Step> steps) : steps_(std::move(steps)) {}
  /// InvalidArgument with the column of the fault. An empty text is the root.
  static Result<Path> parse(std::string_view text);

  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  [[nodiscard]] bool empty() const { return steps_.empty(); }
  [[nodiscard]] Path operator/(std::string key) const;
  [[nodiscard]] Path operator/(const char* key) const { return *this / std::string(key); }
  [[nodiscard]] Path operator/(std::size_t index) const;
  [[nodiscard]] std::string str() const;
  friend bool operator==(const Path&, const Path&) = default;

 private:
  std::vector<Step> steps_;
};

/// What stands there, or nullptr.
const Value* find(const Value& root, const Path& path);
/// Puts `value` there. Missing objects are made; an index may be at most the list's size (it then appends).
/// InvalidArgument when a step does not fit what is there.
Status assign(Value& root, const Path& path, Value value);
/// Whether there was something to remove.
bool remove(Value& root, const Path& path);
/// The nearest place known on the way to `path`: the member's key where it exists, else that of the closest
/// ancestor.
Mark markAt(const Value& root, const Path& path);

}  // namespace puppis::data
