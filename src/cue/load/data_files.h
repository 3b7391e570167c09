// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "cue/load/input_file.h"
#include "cue/syntax/ast.h"
#include "data/value.h"

namespace puppis::cue {

/// A document of a data file as a file of CUE, with places in the document. A top-level object gives fields,
/// anything else one embedded value.
std::shared_ptr<File> fileOfData(const data::Value& value, const std::shared_ptr<const SourceFile>& source);

/// The document as an expression of `file`, without places.
Expr* exprOfData(File& file, const data::Value& value);

/// All documents of a data file: one for JSON, TOML and text, any number for YAML and JSON lines.
Result<std::vector<data::Value>> readDocuments(Encoding encoding,
                                               const std::shared_ptr<const SourceFile>& source);

/// The value as TOML. Error (InvalidArgument): what TOML cannot hold, as null.
Result<std::string> toToml(const data::Value& value);

}  // namespace puppis::cue
