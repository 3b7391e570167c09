// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "data/value.h"

namespace puppis::apiserver {

/// Reads an object in Kubernetes' protobuf envelope (application/vnd.kubernetes.protobuf), which Go clients
/// send for built-in kinds. Only reading: answers are JSON, which those clients take too. InvalidArgument
/// when it is malformed or of a kind that has no protobuf form here.
Result<data::Value> decodeProtobuf(std::string_view bytes);

}  // namespace puppis::apiserver
