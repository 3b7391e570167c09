// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "apiserver/kinds/defaults.h"
#include "data/value.h"

namespace puppis::apiserver::kinds {

using DefaultRules = std::map<std::string, Defaulter, std::less<>>;

/// The rules by type name: v1 core; apps, batch and autoscaling; everything else.
void addCoreDefaults(DefaultRules& rules);
void addWorkloadDefaults(DefaultRules& rules);
void addOtherDefaults(DefaultRules& rules);

/// Sets a field that is missing or null.
inline void fillIn(data::Value& object, std::string_view field, const data::Value& value) {
  if (object.get(field).isNull()) object.set(field, value);
}
/// Sets a field that is missing, null, "" or 0.
inline void fillZero(data::Value& object, std::string_view field, const data::Value& value) {
  const data::Value& present = object.get(field);
  if (present.isNull() || present == data::Value("") || present == data::Value(0)) object.set(field, value);
}
/// The image pull policy that Kubernetes picks for an image name.
std::string defaultPullPolicy(const std::string& image);

}  // namespace puppis::apiserver::kinds
