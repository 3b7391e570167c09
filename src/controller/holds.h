// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/health.h"
#include "controller/wish.h"
#include "data/value.h"
#include "deliver/plan.h"

namespace puppis::controller {

/// Component to those it needs, of an Application's spec.components: by dependsOn, and by the values it takes
/// from them.
std::map<std::string, std::set<std::string>> dependencies(const data::Value& components);

/// The wish's objects, with those on hold whose turn has not come: a component waits until what it depends on
/// is applied and healthy; within a component, what traits of the stage PreDispatch make must stand and be
/// healthy before the rest, and the rest before what those of PostDispatch make. `free` is the plan without
/// holds.
std::vector<deliver::Desired> withHolds(const Wish& wish, const data::Value& components,
                                        const deliver::Plan& free,
                                        const std::vector<ServiceHealth>& services);

}  // namespace puppis::controller
