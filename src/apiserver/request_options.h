// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apiserver/call.h"
#include "base/result.h"
#include "net/server_http.h"

/// What a request says besides its path and its object: the options in the query, and the body of a DELETE.
namespace puppis::apiserver {

using Query = std::vector<std::pair<std::string, std::string>>;

/// The value of a query parameter, or nullptr.
const std::string* queryValue(const Query& query, std::string_view name);
/// Whether a boolean parameter is given and not false.
bool queryFlag(const Query& query, std::string_view name);

/// Reads the options of reading and writing into `call`. BadRequest for a number that is none.
Status readOptions(const Query& query, Call& call);
/// Invalid (CreateOptions, UpdateOptions, PatchOptions, DeleteOptions) when Kubernetes does not take what was
/// given for a writing `verb`.
Status checkWriteOptions(const Query& query, std::string_view verb, Call& call);
/// The options of a DELETE from its body, which then says everything, or from its query when there is none.
Status readDeleteOptions(const net::ServerRequest& request, const Query& query, Call& call);

}  // namespace puppis::apiserver
