// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apiserver/schema.h"
#include "base/result.h"
#include "data/value.h"
#include "kube/client.h"

namespace puppis::apiserver {

/// `live` after a JSON, merge or strategic patch; `schema` (may be nullptr) says how lists merge. Errors in
/// the words of Kubernetes.
Result<data::Value> patched(const data::Value& live, kube::PatchType type, const data::Value& body,
                            const Schema* schema);
/// A patch whose outcome is no object of the kind.
Error invalidPatch(const data::Value& outcome, const std::string& why);

}  // namespace puppis::apiserver
