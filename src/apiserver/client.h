// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "apiserver/api.h"
#include "apiserver/http_front.h"
#include "kube/client.h"

namespace puppis::apiserver {

/// The API of this very process as a kube::Client: no sockets, and objects are shared with the store, not
/// copied. Acts as `user`, whom nothing is refused; `agent` names it in managedFields.
std::unique_ptr<kube::Client> makeLocalClient(Api& api, HttpFront& front, User user, std::string agent);

}  // namespace puppis::apiserver
