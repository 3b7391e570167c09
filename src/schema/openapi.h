// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "cue/cue.h"
#include "data/value.h"

namespace puppis::schema {

/// The OpenAPI v3 schema object of a definition's `parameter` (or of any value), as KubeVela publishes it
/// under the key `openapi-v3-json-schema`: titles are the field names, descriptions come from `+usage=`,
/// references are expanded. A reference into itself is cut to an open object. Differences from KubeVela's own
/// generator, each where that one gives a schema no instance fits or loses a type, are listed in
/// definitions/DIFFERENCES.md.
///
/// A value that does not exist gives the empty object schema: a definition without parameters takes none.
/// Fails with InvalidArgument when the value itself is in error.
Result<data::Value> openApiSchema(const cue::Value& parameter);

/// The same, with only those fields under `required` that whoever writes the value must give. KubeVela's form
/// above lists every field that is not optional in CUE: those with a default as well, those whose default is
/// only known when the definition is used, and maps and lists, which are finished when they are empty.
Result<data::Value> inputSchema(const cue::Value& parameter);

}  // namespace puppis::schema
