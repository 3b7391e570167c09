// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <rapidcheck.h>

#include "data/value.h"

/// Random values for property tests. Only test programs include this.
namespace puppis::data::testing {

/// A text over an alphabet in which quoting, line breaks and look-alikes of other types are common.
inline std::string anyText() {
  static const std::vector<std::string> kPieces = {
      "a",  "b", " ", "\n", ":",    "#",   "-", "'",    "\"", "\\", "1", "0", ".",  "e", "é",
      "😀", "{", "[", ",",  "true", "no",  "~", "null", "\t", "y",  "|", ">", "%",  "&", "*",
      "?",  "!", "@", "=",  "<<",   "0x1", "+", "_",    "\r", "/",  "]", "}", "---"};
  std::string out;
  auto picks = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, static_cast<int>(kPieces.size())));
  for (int pick : picks) out += kPieces[static_cast<std::size_t>(pick)];
  return out;
}

inline Value anyValue(int depth = 0) {
  switch (*rc::gen::inRange(0, depth < 4 ? 8 : 6)) {
    case 0:
      return Value();
    case 1:
      return Value(*rc::gen::arbitrary<bool>());
    case 2:
      return Value(static_cast<long>(*rc::gen::arbitrary<std::int64_t>()));
    case 3:
      return Value(*rc::gen::inRange(-100000, 100000) / 64.0);
    case 4:
    case 5:
      return Value(anyText());
    case 6: {
      Value out = Value::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) out.push(anyValue(depth + 1));
      return out;
    }
    default: {
      Value out = Value::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) out.set(anyText(), anyValue(depth + 1));
      return out;
    }
  }
}

}  // namespace puppis::data::testing
