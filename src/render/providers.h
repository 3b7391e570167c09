// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "cue/cue.h"
#include "render/world.h"

namespace puppis::render {

/// Whether a template can ask for anything: only then is callProviders worth its walk.
bool asksTheWorld(const cue::Program& program);

/// Makes the calls a template asks for (every struct with `#do` and `#provider`, innermost first, once its
/// `$params` are known) and gives the root with their `$returns` filled in; then fetches `processing.http`
/// into `processing.output`. Functions: base64 (encode, decode), cue (strategyUnify), http (do), kube (get,
/// list). `world` may be null: what needs it is then NotSupported. A failed call is the Error, with its path.
Result<cue::Value> callProviders(cue::Session& session, cue::Value root, World* world);

}  // namespace puppis::render
