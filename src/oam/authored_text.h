// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "data/value.h"
#include "oam/definition.h"

namespace puppis::oam {

/// A Definition in the authored form, laid out as `cue fmt` does: the reverse of parseAuthoredDefinition.
/// Fails when its template cannot be read, or when it has none (terraform, helm and kube schematics).
Result<std::string> authoredText(const Definition& definition);

/// Data as CUE text: names without quotes where they need none, texts of several lines as blocks.
std::string cueText(const data::Value& value);

/// A label as CUE writes it: plain where it can be.
std::string cueLabel(std::string_view name);
/// A string as CUE writes it.
std::string cueString(std::string_view text);

}  // namespace puppis::oam
