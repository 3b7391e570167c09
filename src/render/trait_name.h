// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "data/value.h"

namespace puppis::render {

/// The name of a trait's object that gave none: COMPONENT-TYPE-HASH, the hash being KubeVela's over the
/// object, so that what KubeVela has applied keeps its name here. `object` has its labels but no name yet.
std::string generatedTraitName(const std::string& component, const std::string& traitType,
                               const data::Value& object);

}  // namespace puppis::render
