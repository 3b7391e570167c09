// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace puppis::cli {

struct Listen {
  std::string address;
  std::uint16_t port = 0;
};

/// "HOST:PORT" of a flag; no host, or localhost, is 127.0.0.1. `flag` names it in the Error.
Result<Listen> parseListen(const std::string& text, const std::string& flag);

}  // namespace puppis::cli
