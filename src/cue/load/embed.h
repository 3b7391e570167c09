// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// Gives the fields of `file` marked `@embed(file=..., glob=..., type=..., allowEmptyGlob)` the contents of
/// the files these name, when the file says `@extern(embed)`. Names are relative to `directory`, that of
/// `file`, and stay within it and its module; `inModule` tells whether there is one. Gives all that is wrong.
std::vector<Error> embedFiles(Files& files, File& file, const std::string& directory, bool inModule);

}  // namespace puppis::cue
