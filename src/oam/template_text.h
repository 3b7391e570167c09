// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/source.h"
#include "data/value.h"

namespace puppis::oam {

/// A text that lies in a file as a YAML block (`key: |`), as a source whose lines and columns are those of
/// the file, so that a place in it is a place in the file. Null when `text` is not such a block.
std::shared_ptr<const SourceFile> textInFile(const SourceFile& file, data::Mark key, const std::string& text);

/// `text` with everything outside of the byte ranges [from, to) turned to blanks; line breaks stay.
std::string keepOnly(std::string_view text,
                     std::initializer_list<std::pair<std::size_t, std::size_t>> ranges);

/// The lines of `text` without the indentation they all share, and without blank lines at the ends.
std::string dedented(std::string_view text);

}  // namespace puppis::oam
