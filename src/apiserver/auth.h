// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "apiserver/api.h"
#include "apiserver/call.h"
#include "net/server_http.h"

namespace puppis::apiserver {

/// Tells who sent a request: by client certificate, bearer token (fixed ones and service accounts'), or
/// nobody.
class Authenticator {
 public:
  /// `signingKey` is the PEM key that service-account tokens are signed with.
  Authenticator(Api& api, std::string signingKey) : api_(api), signingKey_(std::move(signingKey)) {}

  void addToken(const std::string& token, User user) { tokens_[token] = std::move(user); }
  /// system:anonymous when the request says nothing of who sent it; Unauthorized when it says something
  /// untrue.
  Result<User> authenticate(const net::ServerRequest& request) const;
  /// The user a token stands for; nothing when it stands for none, or for none of these audiences (empty:
  /// this API). `shared`, if given, gets the audiences that the token and the question have in common.
  [[nodiscard]] std::optional<User> userOfToken(const std::string& token,
                                                std::vector<std::string> audiences = {},
                                                std::vector<std::string>* shared = nullptr) const;

  struct TokenRequest {
    std::string ns, serviceAccount, uid;
    std::vector<std::string> audiences;
    std::int64_t seconds = 3600;
  };
  /// A signed token for a service account, and when it expires.
  Result<std::pair<std::string, Nanos>> issue(const TokenRequest& request) const;

 private:
  Api& api_;
  std::string signingKey_;
  std::map<std::string, User> tokens_;
};

/// The kinds that only answer questions (TokenReview, SubjectAccessReview and kin), and the token
/// subresource.
void addReviews(Api& api, const Authenticator& authenticator, const Authorizer& authorizer);

}  // namespace puppis::apiserver
