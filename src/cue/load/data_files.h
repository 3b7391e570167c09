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

/// A document of a data file: as data, and as a file of CUE with places in the document, in which a top-level
/// object gives fields, anything else one embedded value. Bytes are base64 in the data and a bytes literal in
/// the file.
struct Document {
  data::Value value;
  std::shared_ptr<File> file;
};

/// Data as an expression of `file`, without places.
Expr* exprOfData(File& file, const data::Value& value);

/// All documents of a data file: any number for YAML and JSON lines, else one.
Result<std::vector<Document>> readDocuments(Encoding encoding,
                                            const std::shared_ptr<const SourceFile>& source);

}  // namespace puppis::cue
