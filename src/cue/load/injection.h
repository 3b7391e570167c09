// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/error.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// Checks the `@extern(kind)` attributes of files: they stand before the package clause, once for each kind,
/// and the kind must be one that is supported ("embed").
std::vector<Error> checkInjections(std::span<const std::shared_ptr<const File>> files);

}  // namespace puppis::cue
