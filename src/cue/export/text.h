// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "cue/cue.h"

namespace puppis::cue {

/// A finished value in a data format, laid out as CUE's standard library does: encoding/yaml, encoding/toml.
/// Unlike data they keep bytes apart from strings. Fails with what is not finished in the value, and where
/// the format cannot hold it (null in TOML).
Result<std::string> yamlText(const Value& value);
Result<std::string> tomlText(const Value& value);

}  // namespace puppis::cue
