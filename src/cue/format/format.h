// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/source.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

struct FormatOptions {
  bool simplify = false;  ///< leave out quotes and braces that say nothing
  /// Indent with tabs. Without it, tabs become `tabWidth` blanks each.
  bool tabs = true;
  int tabWidth = 8;  ///< columns a tab is reckoned for alignment
  int indent = 0;    ///< tabs before every line but the first
};

/// A file in the canonical style of `cue fmt`. Applying it again changes nothing. Comments are kept.
std::string format(const File& file, const FormatOptions& options = {});

/// A single expression or declaration. `source` is the text its positions refer to; null for a built tree.
std::string formatNode(const Node& node, const SourceFile* source = nullptr,
                       const FormatOptions& options = {});

/// Reads and formats a text; fails with the text's syntax errors.
Result<std::string> formatSource(std::shared_ptr<const SourceFile> source, const FormatOptions& options = {},
                                 const std::string& languageVersion = {});

}  // namespace puppis::cue
