// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.h"
#include "cue/cue.h"
#include "data/value.h"

namespace puppis::render::deftest {

/// Draws inputs that a parameter allows: optional fields given or left out, defaults taken or replaced by
/// something else, every alternative of a disjunction, numbers at and between their bounds, maps and lists of
/// none to a few elements, texts that match their pattern.
///
/// Constraints between fields cannot be read off a schema. Draw, evaluate, and let complete() add what the
/// evaluation still misses.
class RandomParameter {
 public:
  explicit RandomParameter(Random& random) : random_(random) {}

  /// Something `schema` allows; null when nothing was found.
  data::Value draw(const cue::Value& schema) { return draw(schema, 0); }
  /// Adds to `input` a value for everything that is not concrete in `evaluated`, which is the schema with
  /// `input` unified into it. Whether something was added.
  bool complete(const cue::Value& evaluated, data::Value& input);

 private:
  data::Value draw(const cue::Value& schema, int depth);
  data::Value drawStruct(const cue::Value& schema, int depth);
  data::Value drawList(const cue::Value& schema, int depth);
  data::Value drawScalar(const cue::Value& schema);
  data::Value drawInt(const cue::Value& schema);
  data::Value drawAny(int depth);
  std::string word();
  bool chance(unsigned percent) { return random_.below(100) < percent; }

  Random& random_;
};

}  // namespace puppis::render::deftest
