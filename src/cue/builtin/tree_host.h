// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/builtin/builtin.h"

namespace puppis::cue::builtin {

/// A Host over plain data: a Handle points to a Value that is concrete. It lets functions be called where
/// there is no evaluator. Schemas and comparers do not exist in it: what needs them fails.
class TreeHost final : public Host {
 public:
  explicit TreeHost(Arena& arena) : arena_(arena) {}

  void step() override {}
  std::uint16_t kind(Handle value) override;
  Answer concrete(Handle) override { return Value::of(true); }
  std::uint16_t possibleKinds(Handle value) override { return kind(value); }
  Answer scalar(Handle value) override;
  Answer elements(Handle value, bool* open) override;
  Answer data(Handle value) override;
  Answer shape(Handle value, StructShape& out) override;
  Handle lookup(Handle value, std::string_view label) override;
  bool equal(Handle a, Handle b) override;
  bool isFinal(Handle) override { return true; }
  bool matches(Handle value, Handle schema) override { return equal(value, schema); }
  bool accepts(Handle constraint, const Value& data) override;
  Answer validate(const Value& data, Handle schema, Strictness strictness) override;
  Answer less(Handle comparer, Handle x, Handle y) override;
  std::string text(Handle value) override;

  /// Calls `entry`, with what the evaluator does before: count and kinds of the arguments, defaults.
  Answer call(const Function& entry, std::span<const Value> arguments);

 private:
  static const Value& at(Handle value) { return *static_cast<const Value*>(value.node); }
  /// With what Handles point to in their place.
  Value plain(const Value& value);
  Handle handleOf(const Value& value);
  Arena& arena_;
};

/// The kind of a concrete value.
std::uint16_t kindOf(const Value& value);
/// Structural equality: struct fields in any order, numbers of the same kind by value.
bool equalValues(const Value& a, const Value& b);

}  // namespace puppis::cue::builtin
