// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "cue/builtin/builtin.h"

/// YAML as CUE writes and reads it.
namespace puppis::cue::builtin::yaml {

/// One document in block style, two spaces a level, lists indented under their key; ends with a newline.
/// Bytes become
/// !!binary. What an old or new reader would take for something else than a string is quoted.
std::string write(const Value& value);

/// Every document of a text; none for an empty text. Error: InvalidArgument.
Result<std::vector<Value>> read(std::string_view text, Arena& arena);

}  // namespace puppis::cue::builtin::yaml
