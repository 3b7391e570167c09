// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cue/cue.h"

namespace puppis::render {

/// What a field's comments say about patching: `// +patchKey=name`, `// +patchStrategy=retainKeys`.
struct PatchMarks {
  std::string key;
  std::string strategy;
};
PatchMarks patchMarks(const std::vector<cue::Doc>& docs);

/// Merges a trait's `patch` into the object made so far, by the rules of KubeVela's strategies: jsonPatch and
/// jsonMergePatch on the whole patch, else field by field with patchKey, replace and retainKeys. Both values
/// are of the session. What is unfinished in the base (a default that may still be overridden) stays so.
/// Whether the result is valid shows when it is looked at; what cannot be aligned at all is the Error, with
/// the places of both sides.
Result<cue::Value> applyPatch(cue::Session& session, const cue::Value& base, const cue::Value& patch);
/// The same without regard to the strategy of the whole patch, as patchOutputs merges.
Result<cue::Value> applyStrategicPatch(cue::Session& session, const cue::Value& base,
                                       const cue::Value& patch);

}  // namespace puppis::render
