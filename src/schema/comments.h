// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cue/cue.h"

namespace puppis::schema {

/// What the comments above a parameter say (KubeVela's markers).
struct Markers {
  std::string usage;       ///< `+usage=`: the description; without one, the plain comment text
  std::string shortFlag;   ///< `+short=`: the one-letter flag
  bool ignore = false;     ///< `+ignore`: kept out of reference docs and forms
  bool immutable = false;  ///< `+immutable`: must not change after creation
  std::vector<std::pair<std::string, std::string>> others;  ///< every other marker, in order
};

/// Reads the markers of one comment text (without the slashes). A usage may run over several lines; it ends
/// at the next marker.
Markers parseMarkers(std::string_view text);
/// The markers of all doc comments of a field; the first usage wins.
Markers markersOf(const cue::Value& field);

}  // namespace puppis::schema
