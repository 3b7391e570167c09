// SPDX-License-Identifier: Apache-2.0
// room: cue
// Any text is compiled, evaluated and shown within a budget: no crash, no hang, no leak, and no limit
// overrun. What is shown as CUE can be read again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "cue/cue.h"
#include "cue/export/export.h"
#include "cue/format/format.h"
#include "cue/syntax/parse.h"

using namespace puppis;

namespace {

void mustBeReadable(const cue::File& file) {
  const std::string text = cue::format(file);
  if (cue::parse(SourceFile::make("shown.cue", text))) return;
  std::fprintf(stderr, "what is shown is not CUE:\n%s\n", text.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto runtime = cue::Runtime::make();
  const std::string text(reinterpret_cast<const char*>(data), size);
  // Both ways of reading lists, chosen by the input so that a finding repeats.
  auto program = runtime->compile("fuzz.cue", text, {.listArithmetic = size % 2 == 1});
  if (!program) {
    if (program.error().message().empty()) std::abort();
    return 0;
  }
  cue::Budget budget;
  budget.wallTime = std::chrono::milliseconds(5000);
  budget.steps = 20'000;
  budget.memoryBytes = 64UL * 1024 * 1024;
  cue::Session session(runtime, budget);
  cue::Value root = session.evaluate(*program);
  for (const Error& error : root.validate({.concrete = true})) {
    if (error.message().empty() || error.report().empty()) std::abort();
  }
  static_cast<void>(root.toJson());
  if (auto shown =
          cue::exportValue(root, {.showOptional = true, .showDefinitions = true, .showHidden = true}))
    mustBeReadable(**shown);
  if (auto shown =
          cue::exportDefinition(root, {.showOptional = true, .showDefinitions = true, .showHidden = true}))
    mustBeReadable(**shown);
  if (session.steps() > budget.steps + budget.steps / 10) std::abort();
  if (session.arenaBytes() > budget.memoryBytes + budget.memoryBytes / 10) std::abort();
  return 0;
}
