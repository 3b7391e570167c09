// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "data/value.h"

namespace puppis::kube {

/// The Error that a failed API answer stands for: its code from the HTTP status (and reason, where one status
/// has two meanings), the Status' message and reason, and each of its details.causes as a detail with its
/// path.
Error errorOfStatus(int httpStatus, const data::Value& status);

/// A meta/v1 Status for an Error, as an API server answers it: code, reason, message, details.causes.
data::Value statusOfError(const Error& error);

/// A Status of success.
data::Value successStatus();

}  // namespace puppis::kube
