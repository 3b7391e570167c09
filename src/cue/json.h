// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "cue/cue.h"

namespace puppis::cue {

/// Appends the finished value as JSON text on one line: what data::toJson(*value.toJson()) gives, without
/// making the tree of it in between. On failure, which is that of Value::toJson(), `out` is as it was.
Status appendJson(std::string& out, const Value& value);

}  // namespace puppis::cue
