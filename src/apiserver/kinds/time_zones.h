// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace puppis::apiserver::kinds {

/// Whether the machine's time zone database knows `name` ("Europe/Berlin").
bool isTimeZone(const std::string& name);

}  // namespace puppis::apiserver::kinds
