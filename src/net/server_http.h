// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puppis::net {

/// Header fields, names in lower case, in the order they came.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first field of that (lower-case) name, or nullptr.
const std::string* findHeader(const Headers& headers, std::string_view name);
/// Every value of that name, joined by ", ".
std::string joinedHeader(const Headers& headers, std::string_view name);

/// Who the client's certificate says it is.
struct PeerIdentity {
  std::string commonName;
  std::vector<std::string> organizations;
};

/// One request as a server got it.
struct ServerRequest {
  std::string method;
  std::string path;   ///< as sent, still percent-encoded, without the query
  std::string query;  ///< as sent, without '?'
  Headers headers;
  std::string body;
  std::string peerAddress;
  std::optional<PeerIdentity> peer;  ///< verified by the server's client CA
};

/// The words that go with a status: "OK", "Not Found".
std::string_view reasonPhrase(int status);

/// %41 becomes A; '+' becomes a space when `plusIsSpace`. Malformed escapes stay as they are.
std::string percentDecode(std::string_view text, bool plusIsSpace = false);
/// "a=1&b=2" taken apart and decoded.
std::vector<std::pair<std::string, std::string>> parseQuery(std::string_view query);

}  // namespace puppis::net
