// SPDX-License-Identifier: Apache-2.0
// room: oam
#include "oam/application.h"

#include <string>

/// Any text is an Application, an Appfile or a list of faults, and never more than that.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace puppis;
  auto source = SourceFile::make("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  oam::Diagnostics diagnostics;
  auto isTrait = [](std::string_view name) { return name == "scaler"; };
  auto files = oam::readApplicationFiles({source}, isTrait, diagnostics);
  return files && files->application.components.size() > size ? 1 : 0;
}
