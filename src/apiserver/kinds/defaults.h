// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "data/value.h"

namespace puppis::apiserver::kinds {

struct TypeInfo;

using Defaulter = void (*)(data::Value& object);

/// The rule that fills in objects of this type (children excluded), or nullptr.
Defaulter defaultsOf(std::string_view typeName);

/// Fills in everything a user left out of an object of `type`, parents before children, as Kubernetes 1.34
/// does.
void applyDefaults(data::Value& object, const TypeInfo& type);

}  // namespace puppis::apiserver::kinds
