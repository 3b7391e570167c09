// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cue/builtin/builtin.h"

/// TOML 1.0 as CUE reads and writes it.
namespace puppis::cue::builtin::toml {

/// The document's root table. Times become strings; tables that are declared in parts are joined. Error:
/// InvalidArgument, with the line.
Result<Value> read(std::string_view text, Arena& arena);

/// Tables sorted by key, plain values before tables. Error (InvalidArgument): what TOML cannot hold.
Result<std::string> write(const Value& value);

}  // namespace puppis::cue::builtin::toml
