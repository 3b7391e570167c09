// SPDX-License-Identifier: Apache-2.0
#include "cli/webhook.h"

#include "base/strings.h"
#include "cli/delivery.h"
#include "data/json.h"
#include "kube/object.h"
#include "kube/status.h"
#include "net/certificates.h"
#include "net/server.h"

namespace puppis::cli {

using data::Value;

namespace {

const kube::Gvr kSecrets{"", "v1", "secrets"};
const kube::Gvr kWebhooks{"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations"};
constexpr const char* kName = "puppis-admission";
constexpr const char* kPath = "/validate";

bool isAddress(const std::string& host) {
  return host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
}

/// Authority, certificate and key: those of the Secret, or new ones put there.
struct Certificate {
  std::string authority;
  net::KeyPair server;
};

Result<Certificate> certificateFor(Context& context, kube::Client& client, const WebhookOptions& options) {
  auto secretText = [](const Value& secret, const char* key) {
    return base64Decode(secret.get("data").get(key).asString()).value_or("");
  };
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto found = client.get(kSecrets, {options.systemNamespace, kName});
    if (!found && found.error().code() != ErrorCode::NotFound) return fail(found.error());
    if (found && kube::annotation(*found, "puppis.dev/host") == options.host) {
      return Certificate{secretText(*found, "ca.crt"),
                         {secretText(*found, "tls.crt"), secretText(*found, "tls.key")}};
    }
    TRY(net::KeyPair authority, net::makeAuthority("puppis-webhook", context.clock));
    net::CertificateRequest request;
    request.commonName = options.host;
    request.server = true;
    (isAddress(options.host) ? request.addresses : request.dnsNames).push_back(options.host);
    TRY(net::KeyPair server, net::issueCertificate(authority, request, context.clock));
    Value secret = Value::object({{"apiVersion", "v1"}, {"kind", "Secret"}, {"type", "kubernetes.io/tls"}});
    secret.set("metadata", Value::object({{"name", kName}, {"namespace", options.systemNamespace}}));
    kube::setAnnotation(secret, "puppis.dev/host", options.host);
    secret.set("data", Value::object({{"ca.crt", base64Encode(authority.certificate)},
                                      {"tls.crt", base64Encode(server.certificate)},
                                      {"tls.key", base64Encode(server.key)}}));
    if (found) secret["metadata"].set("resourceVersion", kube::resourceVersion(*found));
    auto kept = found ? client.update(kSecrets, {options.systemNamespace, kName}, secret)
                      : client.create(kSecrets, options.systemNamespace, secret);
    if (kept) return Certificate{authority.certificate, std::move(server)};
    // Another replica was faster.
    bool raced =
        kept.error().code() == ErrorCode::AlreadyExists || kept.error().code() == ErrorCode::Conflict;
    if (!raced) return fail(kept.error());
  }
  return fail(ErrorCode::Conflict, "the Secret " + std::string(kName) + " changes while it is read");
}

Value registration(const std::string& url, const std::string& authority) {
  Value rule = Value::object({{"apiGroups", Value::array({"core.oam.dev"})},
                              {"apiVersions", Value::array({"v1beta1"})},
                              {"operations", Value::array({"CREATE", "UPDATE"})},
                              {"scope", "Namespaced"}});
  rule.set("resources", Value::array({"applications", "componentdefinitions", "traitdefinitions",
                                      "policydefinitions", "workflowstepdefinitions"}));
  Value hook =
      Value::object({{"name", "validating.core.oam.dev"},
                     {"clientConfig", Value::object({{"url", url}, {"caBundle", base64Encode(authority)}})},
                     {"rules", Value::array({std::move(rule)})},
                     {"failurePolicy", "Ignore"},
                     {"matchPolicy", "Equivalent"},
                     {"sideEffects", "None"},
                     {"timeoutSeconds", 10},
                     {"admissionReviewVersions", Value::array({"v1"})}});
  Value out =
      Value::object({{"apiVersion", kWebhooks.apiVersion()}, {"kind", "ValidatingWebhookConfiguration"}});
  out.set("metadata", Value::object({{"name", kName}}));
  out.set("webhooks", Value::array({std::move(hook)}));
  return out;
}

void answer(controller::Gatekeeper& keeper, const net::ServerRequest& request, net::Responder& responder) {
  net::Headers json = {{"content-type", "application/json"}};
  if (request.method != "POST" || request.path != kPath) {
    responder.send(404, json, "{}");
    return;
  }
  auto review = data::parseJson(request.body);
  auto reply = review ? answerReview(keeper, *review) : Result<Value>(fail(review.error()));
  if (reply) {
    responder.send(200, json, data::toJson(*reply));
  } else {
    responder.send(400, json, data::toJson(kube::statusOfError(reply.error())));
  }
}

}  // namespace

Result<Value> answerReview(controller::Gatekeeper& keeper, const Value& review) {
  const Value& request = review.get("request");
  if (review.get("kind").asString() != "AdmissionReview" || request.get("uid").asString().empty())
    return fail(ErrorCode::InvalidArgument, "this is no AdmissionReview");
  const Value& old = request.get("oldObject");
  std::vector<std::string> warnings;
  Status said = keeper.review(request.get("object"), old.isObject() ? &old : nullptr, warnings);
  Value response = Value::object({{"uid", request.get("uid")}, {"allowed", said.has_value()}});
  if (!said) response.set("status", kube::statusOfError(said.error()));
  if (!warnings.empty()) {
    Value list = Value::array();
    for (std::string& warning : warnings) list.push(std::move(warning));
    response.set("warnings", std::move(list));
  }
  return Value::object({{"apiVersion", "admission.k8s.io/v1"},
                        {"kind", "AdmissionReview"},
                        {"response", std::move(response)}});
}

Webhook::Webhook() = default;
Webhook::~Webhook() = default;

std::uint16_t Webhook::port() const {
  return server_->port();
}

Result<std::unique_ptr<Webhook>> Webhook::start(Context& context, kube::Client& client,
                                                std::shared_ptr<controller::Gatekeeper> keeper,
                                                const WebhookOptions& options) {
  TRY(Certificate certificate, certificateFor(context, client, options));
  net::ServerOptions serving;
  serving.address = options.address;
  serving.port = options.port;
  serving.workers = 2;
  serving.tls = net::ServerTls{certificate.server.certificate, certificate.server.key, ""};
  std::unique_ptr<Webhook> out(new Webhook());
  TRY(out->server_, net::Server::start(
                        std::move(serving),
                        [keeper = std::move(keeper)](net::ServerRequest request,
                                                     std::shared_ptr<net::Responder> responder) {
                          answer(*keeper, request, *responder);
                        },
                        context.log));
  std::string url = "https://" + options.host + ":" + std::to_string(out->port()) + kPath;
  TRY_VOID(applyObject(client, kWebhooks, registration(url, certificate.authority)));
  return out;
}

Status removeWebhook(kube::Client& client) {
  auto removed = client.remove(kWebhooks, {"", kName});
  if (!removed && removed.error().code() != ErrorCode::NotFound) return fail(removed.error());
  return {};
}

}  // namespace puppis::cli
