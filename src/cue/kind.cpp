// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cue/cue.h"

namespace puppis::cue {

std::string kindText(std::uint16_t kinds) {
  if (kinds == kBottom) return "_|_";
  if ((kinds & kTop) == kTop) return "_";
  static constexpr std::array<std::pair<std::uint16_t, std::string_view>, 9> kWords = {{
      {kNull, "null"},
      {kBool, "bool"},
      {kInt, "int"},
      {kFloat, "float"},
      {kString, "string"},
      {kBytes, "bytes"},
      {kFunc, "func"},
      {kList, "list"},
      {kStruct, "struct"},
  }};
  // "number" stands for both of its kinds, and last.
  bool number = (kinds & kNumber) == kNumber;
  if (number) kinds = static_cast<std::uint16_t>(kinds & ~kNumber);
  std::string out;
  std::size_t count = 0;
  auto add = [&](std::string_view word) {
    if (count++ > 0) out += '|';
    out += word;
  };
  for (auto [bit, word] : kWords) {
    if ((kinds & bit) != 0) add(word);
  }
  if (number) add("number");
  return count > 1 ? '(' + out + ')' : out;
}

std::string_view severityWord(Severity severity) {
  switch (severity) {
    case Severity::Eval:
      return "eval";
    case Severity::User:
      return "user";
    case Severity::StructuralCycle:
      return "structural_cycle";
    case Severity::Incomplete:
      return "incomplete";
    case Severity::Cycle:
      return "cycle";
  }
  return "eval";
}

}  // namespace puppis::cue
