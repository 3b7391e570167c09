// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "data/value.h"
#include "oam/catalog.h"
#include "oam/diagnostics.h"

namespace puppis::cue {
class Runtime;
}

namespace puppis::cli {

/// The definitions of a command line: the built-in ones, and those of `-d` before them.
struct Definitions {
  std::shared_ptr<cue::Runtime> runtime;
  std::shared_ptr<const oam::Catalog> catalog;
  std::vector<data::Value> others;  ///< objects in the files of -d that are no definitions
};
Result<Definitions> loadDefinitions(Context& context, const std::vector<std::string>& paths);

/// The text of a file, "-" being standard input, as a source with its name.
Result<std::shared_ptr<const SourceFile>> readSource(Context& context, const std::string& path);

/// The first document of a YAML or JSON file; an empty object when there is none or `path` is empty.
Result<data::Value> readDocument(Context& context, const std::string& path);

/// Prints warnings on `err`, as "file:line:column: warning: ...".
void printWarnings(Context& context, const std::vector<Error>& warnings);

/// Prints the warnings, each once and in the order of the text, and fails with all errors, in that order as
/// well. `strict` takes warnings for errors.
Status settle(Context& context, oam::Diagnostics& diagnostics, bool strict);

}  // namespace puppis::cli
