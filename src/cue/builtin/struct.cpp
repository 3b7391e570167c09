// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"

// Package struct.

namespace puppis::cue::builtin {

namespace {

std::string message(std::size_t count, std::string_view relation, std::string_view name, std::int64_t n) {
  std::string have = std::to_string(count);
  std::string limit = std::to_string(n);
  return "len(fields) " + std::string(relation) + " " + std::string(name) + "(" + limit + ") (" + have + " " +
         std::string(relation) + " " + limit + ")";
}

Answer minFields(Call& call, StructArg object, std::int64_t n) {
  StructShape shape;
  if (Answer answer = call.host().shape(object.value, shape); !answer.ok()) return answer;
  if (static_cast<std::int64_t>(shape.regular) >= n) return Value::of(true);
  bool mayGrow = shape.open || static_cast<std::int64_t>(shape.regular + shape.constraints) >= n;
  return refused(call, message(shape.regular, "<", "MinFields", n), mayGrow);
}

Answer maxFields(Call& call, StructArg object, std::int64_t n) {
  StructShape shape;
  if (Answer answer = call.host().shape(object.value, shape); !answer.ok()) return answer;
  if (static_cast<std::int64_t>(shape.regular) <= n) return Value::of(true);
  return refused(call, message(shape.regular, ">", "MaxFields", n));
}

constexpr Function kFunctions[] = {
    function<&minFields>("MinFields", kBool),
    function<&maxFields>("MaxFields", kBool),
};

}  // namespace

const Package kStructPackage{"struct", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
