// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <sstream>
#include <string>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/random.h"
#include "cli/context.h"

namespace puppis::cli::testing {

/// A Context in memory, for tests of verbs: files, streams and environment are this object's own.
struct World {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  MemoryFiles files;
  ManualClock clock;
  SeededRandom random{1};
  NullLog log;
  std::map<std::string, std::string> environment;
  Context context{
      in, out, err, files, clock, random, log, [this](const std::string& name) -> std::optional<std::string> {
        auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
      }};
};

}  // namespace puppis::cli::testing
