// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "apiserver/call.h"
#include "apiserver/registry.h"
#include "base/error.h"
#include "data/value.h"

/// The failures of the API, in Kubernetes' words.
namespace puppis::apiserver {

Error notFound(const std::string& groupResource, const std::string& name);
Error alreadyExists(const std::string& groupResource, const std::string& name);
Error conflict(const std::string& groupResource, const std::string& name, const std::string& why);
/// 400 with reason BadRequest.
Error badRequest(std::string message);
/// 403: 'pods "web" is forbidden: why'.
Error forbidden(const std::string& groupResource, const std::string& name, const std::string& why);
Error methodNotSupported(const std::string& groupResource, const std::string& verb);
/// "the server could not find the requested resource".
Error noSuchPath();

/// The meta/v1 Status that answers a failed call, details included.
data::Value statusOf(const Error& error, const Call& call, const Resource* resource);

/// The reason of the few failures for which Kubernetes gives none.
inline const char* const kNoReason = "(none)";

inline const char* const kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

}  // namespace puppis::apiserver
