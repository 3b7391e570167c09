// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/source.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

struct ParseOptions {
  /// The module's language version ("v0.9.0"); empty means the newest. Decides the experiments and whether
  /// lists take a line break for a comma (from v0.17.0).
  std::string languageVersion;
  bool comments = true;            ///< keep comments in the tree
  bool functions = false;          ///< read `func(...)` as a function type
  bool importsOnly = false;        ///< stop behind the imports
  std::uint32_t maxDepth = 2'000;  ///< of nested expressions; deeper input is an error
};

/// Reads a whole file. On failure the Error (InvalidArgument) lists every syntax fault in its details(), each
/// with place, expected and found, in source order; a single fault is the Error itself.
Result<std::shared_ptr<const File>> parse(std::shared_ptr<const SourceFile> source,
                                          const ParseOptions& options = {});

/// As parse(), for a caller that changes the tree before it shares it (tag injection, import).
Result<std::shared_ptr<File>> parseEditable(std::shared_ptr<const SourceFile> source,
                                            const ParseOptions& options = {});

/// Reads one expression, as the ones of the flag -e. The File has it as its only declaration, an EmbedDecl.
Result<std::shared_ptr<const File>> parseExpression(std::shared_ptr<const SourceFile> source,
                                                    const ParseOptions& options = {});

}  // namespace puppis::cue
