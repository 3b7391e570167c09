// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "data/value.h"
#include "data/yaml.h"

namespace puppis::data {

/// What a scalar turned out to be.
enum class ScalarType { Null, Bool, Int, Float, Timestamp, Text };

/// A scalar with its type. `fault` is set when the text cannot be held: an infinity, or a tag that does not
/// fit.
struct ResolvedScalar {
  ScalarType type = ScalarType::Text;
  Value value;
  const char* fault = nullptr;
};

/// The type of an untagged plain scalar under a schema.
ResolvedScalar resolvePlain(std::string_view text, YamlSchema schema);
/// The type of a scalar that carries a tag ("!!str", "!!int", ...), plain or quoted.
ResolvedScalar resolveTagged(std::string_view tag, std::string_view text, bool plain, YamlSchema schema);

}  // namespace puppis::data
