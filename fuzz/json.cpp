// SPDX-License-Identifier: Apache-2.0
// room: data
#include "data/json.h"

#include <cstdlib>
#include <string>

/// Any bytes give a value or an error with a place, with marks and without; what is read can be written and
/// read again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace puppis;
  std::string text(reinterpret_cast<const char*>(data), size);
  auto fast = data::parseJson(text);
  auto marked = data::parseJson(SourceFile::make("fuzz.json", text));
  if (marked && !fast) std::abort();
  if (!marked && marked.error().where().empty()) std::abort();
  if (!fast) return 0;
  auto again = data::parseJson(data::toJson(*fast, {.indent = 2, .escapeHtml = true}));
  if (!again || !(*again == *fast)) std::abort();
  return 0;
}
