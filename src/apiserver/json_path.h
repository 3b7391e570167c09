// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::apiserver {

/// A JSONPath as printer columns use it: .a.b, ['a'], [0], [*], ..., [?(@.type=="Ready")]. Parsed once, used
/// often.
class JsonPath {
 public:
  /// With or without braces and a leading dot; Invalid when it is none.
  static Result<JsonPath> parse(std::string_view text);
  /// Everything it finds, in document order.
  [[nodiscard]] std::vector<data::Value> find(const data::Value& root) const;

 private:
  struct Step {
    enum class Kind : std::uint8_t { Field, Index, All, Filter } kind;
    std::string name;  // of a Field; the path of a Filter
    std::int64_t index = 0;
    std::string op, operand;  // of a Filter
  };
  std::vector<Step> steps_;
};

}  // namespace puppis::apiserver
