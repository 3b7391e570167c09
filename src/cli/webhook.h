// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/context.h"
#include "controller/gatekeeper.h"
#include "data/value.h"
#include "kube/client.h"

namespace puppis::net {
class Server;
}

namespace puppis::cli {

/// The AdmissionReview that answers one: allowed, or refused with the gatekeeper's faults.
Result<data::Value> answerReview(controller::Gatekeeper& keeper, const data::Value& review);

struct WebhookOptions {
  std::string address;          ///< to listen on
  std::uint16_t port = 0;       ///< 0 lets the system choose
  std::string host;             ///< by which the API server reaches it: a name or an address
  std::string systemNamespace;  ///< holds the Secret with the certificate
};

/// The gatekeeper as a validating webhook of a real Kubernetes: serves HTTPS, and tells the API server of
/// itself. The certificate lies in a Secret, so that several replicas are one to the API server. The
/// registration outlives the process, with failurePolicy Ignore: while nobody answers, everything passes.
class Webhook {
 public:
  static Result<std::unique_ptr<Webhook>> start(Context& context, kube::Client& client,
                                                std::shared_ptr<controller::Gatekeeper> keeper,
                                                const WebhookOptions& options);
  ~Webhook();
  [[nodiscard]] std::uint16_t port() const;

 private:
  Webhook();
  std::unique_ptr<net::Server> server_;
};

/// Takes the registration back. NotFound is no failure.
Status removeWebhook(kube::Client& client);

}  // namespace puppis::cli
