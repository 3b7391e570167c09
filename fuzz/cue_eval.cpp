// room: cue
// SPDX-License-Identifier: Apache-2.0

// Any text is compiled and evaluated within a budget: no crash, no hang, no leak.

#include <cstddef>
#include <cstdint>
#include <string>

#include "cue/cue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace puppis;
  auto runtime = cue::Runtime::make();
  auto program = runtime->compile("fuzz.cue", std::string(reinterpret_cast<const char*>(data), size));
  if (!program) return 0;
  cue::Budget budget;
  budget.wallTime = std::chrono::milliseconds(2000);
  budget.steps = 200'000;
  budget.memoryBytes = 256UL * 1024 * 1024;
  cue::Session session(runtime, budget);
  cue::Value root = session.evaluate(*program);
  static_cast<void>(root.validate());
  static_cast<void>(root.toJson());
  return 0;
}
