// SPDX-License-Identifier: Apache-2.0
#include "apiserver/auth.h"

#include <algorithm>

#include "base/strings.h"
#include "data/json.h"
#include "net/certificates.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr const char* kIssuer = "https://kubernetes.default.svc";
constexpr std::string_view kAccountPrefix = "system:serviceaccount:";

std::string base64Url(std::string_view bytes) {
  std::string text = base64Encode(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::optional<std::string> fromBase64Url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (text.size() % 4 != 0) text += '=';
  return base64Decode(text);
}

Error unauthorized() {
  return Error(ErrorCode::Unauthorized, "Unauthorized").reason("Unauthorized");
}

std::int64_t secondsOf(Nanos time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

}  // namespace

Result<User> Authenticator::authenticate(const net::ServerRequest& request) const {
  if (const std::string* header = net::findHeader(request.headers, "authorization")) {
    if (header->size() > 7 && toLower(header->substr(0, 7)) == "bearer ") {
      std::optional<User> user = userOfToken(std::string(trim(header->substr(7))));
      if (!user) return fail(unauthorized());
      user->groups.emplace_back("system:authenticated");
      return *user;
    }
    return fail(unauthorized());
  }
  if (request.peer) {
    User user{request.peer->commonName, "", request.peer->organizations, {}};
    user.groups.emplace_back("system:authenticated");
    return user;
  }
  return User{"system:anonymous", "", {"system:unauthenticated"}, {}};
}

std::optional<User> Authenticator::userOfToken(const std::string& token) const {
  if (auto it = tokens_.find(token); it != tokens_.end()) return it->second;
  std::vector<std::string> parts = split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  auto signature = fromBase64Url(parts[2]);
  auto payload = fromBase64Url(parts[1]);
  if (!signature || !payload || !net::verifyEs256(signingKey_, parts[0] + "." + parts[1], *signature))
    return std::nullopt;
  auto claims = data::parseJson(std::string_view(*payload));
  if (!claims) return std::nullopt;
  if (claims->get("exp").asInt() < secondsOf(api_.clock().now())) return std::nullopt;
  const Value& bound = claims->get("kubernetes.io");
  const std::string& ns = bound.get("namespace").asString();
  const std::string& name = bound.get("serviceaccount", "name").asString();
  const std::string& uid = bound.get("serviceaccount", "uid").asString();
  // The token lives only as long as its account.
  ResourcePtr accounts = api_.registry().find({"", "v1", "serviceaccounts"});
  if (!accounts) return std::nullopt;
  auto account = api_.read(*accounts, ns, name);
  if (!account || account->get("metadata", "uid").asString() != uid) return std::nullopt;
  return User{std::string(kAccountPrefix) + ns + ":" + name,
              uid,
              {"system:serviceaccounts", "system:serviceaccounts:" + ns},
              {}};
}

Result<std::pair<std::string, Nanos>> Authenticator::issue(const TokenRequest& request) const {
  std::int64_t now = secondsOf(api_.clock().now());
  Value audiences = Value::array();
  for (const std::string& audience : request.audiences) audiences.push(audience);
  if (audiences.empty()) audiences.push(kIssuer);
  Value account = Value::object({{"name", request.serviceAccount}, {"uid", request.uid}});
  Value claims = Value::object(
      {{"aud", std::move(audiences)},
       {"exp", now + request.seconds},
       {"iat", now},
       {"iss", kIssuer},
       {"jti", api_.random().uuid()},
       {"kubernetes.io", Value::object({{"namespace", request.ns}, {"serviceaccount", std::move(account)}})},
       {"nbf", now},
       {"sub", std::string(kAccountPrefix) + request.ns + ":" + request.serviceAccount}});
  std::string text = base64Url(R"({"alg":"ES256","typ":"JWT"})") + "." + base64Url(data::toJson(claims));
  TRY(std::string signature, net::signEs256(signingKey_, text));
  return std::make_pair(text + "." + base64Url(signature),
                        Nanos(std::chrono::seconds(now + request.seconds)));
}

namespace {

Value reviewOf(const Value& body, const char* kind, const char* apiVersion, Value status) {
  Value meta = body.get("metadata").isObject() ? body.get("metadata") : Value::object();
  return Value::object({{"kind", kind},
                        {"apiVersion", apiVersion},
                        {"metadata", std::move(meta)},
                        {"spec", body.get("spec")},
                        {"status", std::move(status)}});
}

Value decide(const Authorizer& authorizer, const User& user, const Value& spec) {
  Value status = Value::object();
  std::optional<std::string> refused;
  if (const Value* path = spec.find("nonResourceAttributes"); path != nullptr && path->isObject()) {
    bool allowed = authorizer.allowsPath(user, path->get("verb").asString(), path->get("path").asString());
    if (!allowed) refused = "";
  } else {
    const Value& what = spec.get("resourceAttributes");
    refused = authorizer.refuses(user, what.get("verb").asString(), what.get("group").asString(),
                                 what.get("resource").asString(), what.get("subresource").asString(),
                                 what.get("namespace").asString(), what.get("name").asString());
  }
  status.set("allowed", !refused);
  if (refused && !refused->empty()) status.set("reason", *refused);
  return status;
}

User userOfSpec(const Value& spec) {
  User user{spec.get("user").asString(), spec.get("uid").asString(), {}, {}};
  for (const Value& group : spec.get("groups").elements()) user.groups.push_back(group.asString());
  return user;
}

constexpr const char* kAuthorization = "authorization.k8s.io/v1";
constexpr const char* kAuthentication = "authentication.k8s.io/v1";

Value userInfo(const User& user) {
  Value groups = Value::array();
  for (const std::string& group : user.groups) groups.push(group);
  Value out = Value::object({{"username", user.name}});
  if (!user.uid.empty()) out.set("uid", user.uid);
  out.set("groups", std::move(groups));
  return out;
}

}  // namespace

void addReviews(Api& api, const Authenticator& authenticator, const Authorizer& authorizer) {
  api.onPost("selfsubjectaccessreviews.authorization.k8s.io",
             [&authorizer](Call& call, const Value& body) -> Result<Answer> {
               return Answer{201, reviewOf(body, "SelfSubjectAccessReview", kAuthorization,
                                           decide(authorizer, call.user, body.get("spec")))};
             });
  auto subject = [&authorizer](const char* kind) {
    return [&authorizer, kind](Call&, const Value& body) -> Result<Answer> {
      return Answer{201, reviewOf(body, kind, kAuthorization,
                                  decide(authorizer, userOfSpec(body.get("spec")), body.get("spec")))};
    };
  };
  api.onPost("subjectaccessreviews.authorization.k8s.io", subject("SubjectAccessReview"));
  api.onPost("localsubjectaccessreviews.authorization.k8s.io", subject("LocalSubjectAccessReview"));
  api.onPost("selfsubjectrulesreviews.authorization.k8s.io",
             [&authorizer](Call& call, const Value& body) -> Result<Answer> {
               Value status = authorizer.rulesOf(call.user, body.get("spec", "namespace").asString());
               status.set("incomplete", false);
               return Answer{201,
                             reviewOf(body, "SelfSubjectRulesReview", kAuthorization, std::move(status))};
             });
  api.onPost("selfsubjectreviews.authentication.k8s.io", [](Call& call, const Value& body) -> Result<Answer> {
    Value out = reviewOf(body, "SelfSubjectReview", kAuthentication,
                         Value::object({{"userInfo", userInfo(call.user)}}));
    out.erase("spec");
    return Answer{201, std::move(out)};
  });
  api.onPost("tokenreviews.authentication.k8s.io",
             [&authenticator](Call&, const Value& body) -> Result<Answer> {
               std::optional<User> user = authenticator.userOfToken(body.get("spec", "token").asString());
               Value status = Value::object();
               if (user) {
                 status.set("authenticated", true);
                 status.set("user", userInfo(*user));
               } else {
                 status.set("error", "the token is not known, or has expired");
               }
               return Answer{201, reviewOf(body, "TokenReview", kAuthentication, std::move(status))};
             });
  api.onPost(
      "serviceaccounts/token", [&api, &authenticator](Call& call, const Value& body) -> Result<Answer> {
        TRY(ResourcePtr resource, api.resourceOf(call));
        TRY(Value account, api.read(*resource, call.ns, call.name));
        Authenticator::TokenRequest request{
            call.ns, call.name, account.get("metadata", "uid").asString(), {}, 3600};
        for (const Value& audience : body.get("spec", "audiences").elements())
          request.audiences.push_back(audience.asString());
        if (body.get("spec").has("expirationSeconds"))
          request.seconds = body.get("spec", "expirationSeconds").asInt();
        TRY(auto token, authenticator.issue(request));
        Value spec = body.get("spec").isObject() ? body.get("spec") : Value::object();
        spec.set("expirationSeconds", request.seconds);
        Value status =
            Value::object({{"token", token.first}, {"expirationTimestamp", formatRfc3339(token.second)}});
        Value meta = Value::object({{"name", call.name},
                                    {"namespace", call.ns},
                                    {"creationTimestamp", formatRfc3339(api.clock().now())}});
        return Answer{201, Value::object({{"kind", "TokenRequest"},
                                          {"apiVersion", kAuthentication},
                                          {"metadata", std::move(meta)},
                                          {"spec", std::move(spec)},
                                          {"status", std::move(status)}})};
      });
}

}  // namespace puppis::apiserver
