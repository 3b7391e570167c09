// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/source.h"
#include "data/value.h"

namespace puppis::schema {

/// Whether a document says of itself that it is a JSON Schema ("$schema") or an OpenAPI 3 description:
/// "jsonschema", "openapi" or empty.
std::string interpretationOf(const data::Value& document);

/// A JSON Schema (drafts 4 to 2020-12) as CUE: the value that accepts what the schema accepts. Definitions
/// become `#name`. References must lie within the document. NotSupported for keywords that CUE has no means
/// for, InvalidArgument for what is no schema.
Result<std::string> cueOfJsonSchema(const data::Value& schema);
/// The schemas of an OpenAPI 3.0 or 3.1 description as CUE, each as `#name`, with `info` as CUE's importer
/// has it.
Result<std::string> cueOfOpenApi(const data::Value& description);

}  // namespace puppis::schema
