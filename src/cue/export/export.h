// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "cue/cue.h"
#include "cue/export/profile.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// An evaluated value as a syntax tree, for format(). Hidden fields of `package` (empty for a main program)
/// are shown when the profile shows hidden ones.
Result<std::shared_ptr<File>> exportValue(const Value& value, const ExportProfile& profile,
                                          const std::string& package = {});

/// What a value was made of, merged into one struct where that can be done: references, comments and
/// constraints stay.
Result<std::shared_ptr<File>> exportDefinition(const Value& value, const ExportProfile& profile,
                                               const std::string& package = {});

}  // namespace puppis::cue
