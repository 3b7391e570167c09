// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "base/source.h"
#include "cue/cue.h"

namespace puppis::cue {

/// Session::evaluateExpression for a text with a name, which messages show.
Result<Value> evaluateExpression(Session& session, std::shared_ptr<const SourceFile> source,
                                 const Value& scope, const CompileOptions& options = {});

}  // namespace puppis::cue
