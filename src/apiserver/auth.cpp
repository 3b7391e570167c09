// SPDX-License-Identifier: Apache-2.0
#include "apiserver/auth.h"

#include <algorithm>
#include <map>

#include "apiserver/faults.h"
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

std::optional<User> Authenticator::userOfToken(const std::string& token, std::vector<std::string> audiences,
                                               std::vector<std::string>* shared) const {
  if (audiences.empty()) audiences.emplace_back(kIssuer);
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
  std::vector<std::string> common;
  for (const Value& audience : claims->get("aud").elements()) {
    if (std::find(audiences.begin(), audiences.end(), audience.asString()) != audiences.end())
      common.push_back(audience.asString());
  }
  if (common.empty()) return std::nullopt;
  if (shared != nullptr) *shared = std::move(common);
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

/// What is wrong with the question of an access review.
Status checkAccessSpec(Call& call, const Value& spec, bool names) {
  Faults faults;
  bool resource = spec.get("resourceAttributes").isObject(),
       path = spec.get("nonResourceAttributes").isObject();
  if (resource && path)
    faults.invalid("spec.nonResourceAttributes",
                   Value::object({{"Path", spec.get("nonResourceAttributes", "path")},
                                  {"Verb", spec.get("nonResourceAttributes", "verb")}}),
                   "cannot be specified in combination with resourceAttributes");
  if (!resource && !path)
    faults.invalid("spec.resourceAttributes", spec.get("nonResourceAttributes"),
                   "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  if (names && spec.get("user").asString().empty() && spec.get("groups").empty())
    faults.invalid("spec.user", "", "at least one of user or group must be specified");
  if (faults.empty()) return {};
  call.about = Call::About{"authorization.k8s.io", "", ""};
  return fail(invalidObject(".authorization.k8s.io", "", faults));
}

Result<Answer> reviewToken(const Authenticator& authenticator, const Value& body) {
  const std::string& token = body.get("spec", "token").asString();
  if (token.empty()) return fail(badRequest("token is required for TokenReview in authentication"));
  std::vector<std::string> audiences, shared;
  for (const Value& one : body.get("spec", "audiences").elements()) audiences.push_back(one.asString());
  std::optional<User> user = authenticator.userOfToken(token, audiences, &shared);
  if (!user) {
    Value status = Value::object({{"user", Value::object()}, {"error", "invalid bearer token"}});
    return Answer{201, reviewOf(body, "TokenReview", kAuthentication, std::move(status))};
  }
  user->groups.emplace_back("system:authenticated");
  Value common = Value::array();
  for (const std::string& one : shared) common.push(one);
  Value status = Value::object({{"authenticated", true}, {"user", userInfo(*user)}});
  if (!common.empty()) status.set("audiences", std::move(common));
  return Answer{201, reviewOf(body, "TokenReview", kAuthentication, std::move(status))};
}

/// The object that a token is to die with: it must be there.
Status checkBound(Api& api, const Call& call, const Value& bound) {
  if (!bound.isObject()) return {};
  static const std::map<std::string, std::string> kKinds = {
      {"Pod", "pods"}, {"Secret", "secrets"}, {"Node", "nodes"}};
  auto kind = kKinds.find(bound.get("kind").asString());
  if (kind == kKinds.end() || bound.get("apiVersion").asString() != "v1") {
    return fail(badRequest("cannot bind token to object of type /" + bound.get("apiVersion").asString() +
                           ", Kind=" + bound.get("kind").asString()));
  }
  ResourcePtr resource = api.registry().find({"", "v1", kind->second});
  if (!resource) return fail(noSuchPath());
  auto found = api.read(*resource, resource->kind->namespaced ? call.ns : "", bound.get("name").asString());
  if (!found) return fail(found.error());
  return {};
}

Result<Answer> requestToken(Api& api, const Authenticator& authenticator, Call& call, const Value& body) {
  constexpr std::int64_t kLeast = 600, kMost = std::int64_t{1} << 32, kUsual = 3600;
  TRY(ResourcePtr resource, api.resourceOf(call));
  TRY(Value account, api.read(*resource, call.ns, call.name));
  Value spec = body.get("spec").isObject() ? body.get("spec") : Value::object();
  if (!spec.get("expirationSeconds").isInt()) spec.set("expirationSeconds", kUsual);
  std::int64_t seconds = spec.get("expirationSeconds").asInt();
  Faults faults;
  if (seconds < kLeast)
    faults.invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
  if (seconds > kMost)
    faults.invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
  if (!faults.empty()) {
    call.about = Call::About{"authentication.k8s.io", "TokenRequest", ""};
    return fail(invalidObject("TokenRequest.authentication.k8s.io", "", faults));
  }
  if (Status bound = checkBound(api, call, spec.get("boundObjectRef")); !bound) {
    call.about = Call::About{"", spec.get("boundObjectRef", "kind").asString() == "Pod" ? "pods" : "secrets",
                             spec.get("boundObjectRef", "name").asString()};
    return fail(bound.error());
  }
  Authenticator::TokenRequest request{
      call.ns, call.name, account.get("metadata", "uid").asString(), {}, seconds};
  for (const Value& audience : spec.get("audiences").elements())
    request.audiences.push_back(audience.asString());
  TRY(auto token, authenticator.issue(request));
  if (request.audiences.empty()) spec.set("audiences", Value::array({kIssuer}));
  if (!spec.has("boundObjectRef")) spec.set("boundObjectRef", Value());
  Value fields = Value::object({{"f:expirationSeconds", Value::object()}});
  if (body.get("spec").has("audiences"))
    fields = Value::object({{"f:audiences", Value::object()}, {"f:expirationSeconds", Value::object()}});
  if (body.get("spec").has("boundObjectRef")) fields.set("f:boundObjectRef", Value::object());
  Value entry = Value::object({{"manager", api.managerOf(call)},
                               {"operation", "Update"},
                               {"apiVersion", kAuthentication},
                               {"time", formatRfc3339(api.clock().now())},
                               {"fieldsType", "FieldsV1"},
                               {"fieldsV1", Value::object({{"f:spec", std::move(fields)}})},
                               {"subresource", "token"}});
  Value meta = Value::object({{"name", call.name},
                              {"namespace", call.ns},
                              {"managedFields", Value::array({std::move(entry)})},
                              {"uid", account.get("metadata", "uid")},
                              {"creationTimestamp", formatRfc3339(api.clock().now())}});
  return Answer{
      201,
      Value::object({{"kind", "TokenRequest"},
                     {"apiVersion", kAuthentication},
                     {"metadata", std::move(meta)},
                     {"spec", std::move(spec)},
                     {"status", Value::object({{"token", token.first},
                                               {"expirationTimestamp", formatRfc3339(token.second)}})}})};
}

}  // namespace

void addReviews(Api& api, const Authenticator& authenticator, const Authorizer& authorizer) {
  api.onPost("selfsubjectaccessreviews.authorization.k8s.io",
             [&authorizer](Call& call, const Value& body) -> Result<Answer> {
               TRY_VOID(checkAccessSpec(call, body.get("spec"), false));
               return Answer{201, reviewOf(body, "SelfSubjectAccessReview", kAuthorization,
                                           decide(authorizer, call.user, body.get("spec")))};
             });
  auto subject = [&authorizer](const char* kind) {
    return [&authorizer, kind](Call& call, const Value& body) -> Result<Answer> {
      TRY_VOID(checkAccessSpec(call, body.get("spec"), true));
      Value review = reviewOf(body, kind, kAuthorization,
                              decide(authorizer, userOfSpec(body.get("spec")), body.get("spec")));
      if (!call.ns.empty()) review["metadata"].set("namespace", call.ns);
      return Answer{201, std::move(review)};
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
  api.onPost("selfsubjectreviews.authentication.k8s.io",
             [&api](Call& call, const Value& body) -> Result<Answer> {
               Value out = reviewOf(body, "SelfSubjectReview", kAuthentication,
                                    Value::object({{"userInfo", userInfo(call.user)}}));
               out.erase("spec");
               out["metadata"].set("creationTimestamp", formatRfc3339(api.clock().now()));
               return Answer{201, std::move(out)};
             });
  api.onPost("tokenreviews.authentication.k8s.io",
             [&authenticator](Call&, const Value& body) { return reviewToken(authenticator, body); });
  api.onPost("serviceaccounts/token", [&api, &authenticator](Call& call, const Value& body) {
    return requestToken(api, authenticator, call, body);
  });
}

}  // namespace puppis::apiserver
