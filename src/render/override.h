// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "oam/application.h"
#include "oam/diagnostics.h"

namespace puppis::render {

/// The Application as a deploy step sees it: its components after the override policies, in their order. A
/// name in an override may hold `*`, and then means every component whose whole name it matches; one that
/// matches none adds a component. Properties merge deeply, a trait merges into the one of its type or is
/// added, `disable` removes it.
oam::Application withOverrides(const oam::Application& application, const std::vector<oam::Policy>& overrides,
                               oam::Diagnostics& diagnostics);

/// `over` merged into `base`: objects member by member, all else replaced.
data::Value deepMerged(const data::Value& base, const data::Value& over);

}  // namespace puppis::render
