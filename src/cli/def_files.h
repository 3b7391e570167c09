// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/context.h"
#include "oam/definition.h"
#include "oam/diagnostics.h"

namespace puppis::cue {
class Runtime;
}

namespace puppis::cli {

/// A definition and the file it was read from.
struct DefinitionFile {
  std::string path;
  std::shared_ptr<const oam::Definition> definition;
};

/// The definitions of files and directories ("-": standard input). A path that does not exist is the Error;
/// files that cannot be read as definitions are noted in `diagnostics`, and the others are returned.
Result<std::vector<DefinitionFile>> readDefinitionFiles(Context& context,
                                                        const std::vector<std::string>& paths,
                                                        cue::Runtime& runtime, oam::Diagnostics& diagnostics);
/// The built-in ones; their paths are those below definitions/.
Result<std::vector<DefinitionFile>> builtInDefinitionFiles(cue::Runtime& runtime);

/// Gives each definition what it inherits, from the others of `files` and the built-in ones. One whose base
/// is missing is noted in `diagnostics` and left out.
void inheritDefinitions(std::vector<DefinitionFile>& files, const std::shared_ptr<cue::Runtime>& runtime,
                        oam::Diagnostics& diagnostics);

/// The definitions of `paths` (the working directory when there are none and `builtIn` is not asked), the
/// built-in ones behind them with `builtIn`, each with what it inherits.
Result<std::vector<DefinitionFile>> readWholeDefinitions(Context& context, std::vector<std::string> paths,
                                                         bool builtIn,
                                                         const std::shared_ptr<cue::Runtime>& runtime,
                                                         oam::Diagnostics& diagnostics);

/// A kind as the user says it ("trait", "TraitDefinition"), with the nearest right word for a slip.
Result<oam::DefinitionKind> parseDefinitionKind(const std::string& word);
/// The same for a flag that may be left out: none for "".
Result<std::optional<oam::DefinitionKind>> optionalDefinitionKind(const std::string& word);

/// Prints every fault of `diagnostics` on `err`. Whether there was none.
bool printFaults(Context& context, const oam::Diagnostics& diagnostics);

}  // namespace puppis::cli
