// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cue/cue.h"
#include "data/value.h"

namespace puppis::schema {

/// A parameter taken apart into what schema, form and reference all need: its alternatives and its default.
struct Shape {
  std::vector<data::Value> constants;    ///< concrete scalars it may equal ("TCP" | "UDP")
  std::vector<cue::Value> alternatives;  ///< the other alternatives, each neither null nor a constant
  bool nullable = false;                 ///< null is an alternative
  std::uint16_t kinds = 0;               ///< kinds of all alternatives, null left out
  std::optional<data::Value> standard;   ///< the default, when it is concrete
  bool hasDefault = false;               ///< a default exists, concrete or not (`*null | [...]`)
};

/// Takes `value` apart. A default that another alternative covers is no alternative of its own: `*"x" |
/// string` is a string with a default.
Shape shapeOf(const cue::Value& value);

/// The operands of nested conjunctions, flat; the value itself when it is none.
std::vector<cue::Value> conjunctsOf(const cue::Value& value);

/// The OpenAPI type of a set of kinds: "string", "integer", ...; empty when there are several or any.
std::string typeOf(std::uint16_t kinds);

/// What stands for a value that may recur: the reference it is made of; empty when it is no reference.
std::string referenceName(const cue::Value& value);

/// Whether some alternative of `value` is a struct with declared fields.
bool hasProperties(const cue::Value& value);

}  // namespace puppis::schema
