// SPDX-License-Identifier: Apache-2.0
#include "cli/webhook.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "cli/testing/world.h"
#include "data/json.h"
#include "kube/memory_client.h"
#include "net/http.h"
#include "oam/runtime.h"

namespace puppis::cli {
namespace {

using data::Value;

constexpr const char* kReview =
    R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u",
  "object":{"apiVersion":"core.oam.dev/v1beta1","kind":"Application","metadata":{"name":"a","namespace":"d"},
  "spec":{"components":[{"name":"c","type":"TYPE","properties":{"image":"x"}}]}}}})";

std::string review(const std::string& type) {
  std::string text = kReview;
  return text.replace(text.find("TYPE"), 4, type);
}

TEST(Webhook, AnswersOverHttpsAndRegistersItself) {
  testing::World world;
  kube::MemoryClient client(world.clock, world.random);
  auto runtime = oam::makeRuntime();
  auto keeper = std::make_shared<controller::Gatekeeper>(
      client, runtime, std::make_shared<oam::BuiltInCatalog>(runtime), "vela-system");
  // Certificates are judged by the machine's clock.
  SystemClock now;
  world.clock.advance(now.now() - world.clock.now());
  WebhookOptions options;
  options.address = options.host = "127.0.0.1";
  options.systemNamespace = "vela-system";
  auto webhook = Webhook::start(world.context, client, keeper, options);
  ASSERT_TRUE(webhook) << webhook.error().str();
  auto registered = client.get({"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations"},
                               {"", "puppis-admission"});
  ASSERT_TRUE(registered);
  const Value& config = registered->get("webhooks").at(0).get("clientConfig");
  net::HttpTransportConfig transport;
  transport.tls.caPem = base64Decode(config.get("caBundle").asString()).value_or("");
  auto http = net::makeHttpTransport(transport);
  auto ask = [&](const std::string& body) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = config.get("url").asString();
    request.body = body;
    auto answer = http->send(request);
    EXPECT_TRUE(answer) << answer.error().str();
    auto parsed = answer ? data::parseJson(answer->body) : Result<Value>(Value());
    return parsed ? parsed->get("response") : Value();
  };
  EXPECT_TRUE(ask(review("webservice")).get("allowed").asBool());
  Value refused = ask(review("webservce"));
  EXPECT_FALSE(refused.get("allowed").asBool());
  EXPECT_EQ(refused.get("uid").asString(), "u");
  EXPECT_EQ(refused.get("status", "code").asInt(), 422);
  EXPECT_NE(refused.get("status", "message").asString().find("spec.components[0].type"), std::string::npos);
  EXPECT_TRUE(ask("{}").isNull());

  // Another replica takes the same certificate.
  auto second = Webhook::start(world.context, client, keeper, options);
  ASSERT_TRUE(second) << second.error().str();
  auto secrets = client.list({"", "v1", "secrets"}, "");
  EXPECT_EQ(secrets->items.size(), 1U);
  EXPECT_TRUE(removeWebhook(client));
  EXPECT_TRUE(removeWebhook(client));
}

}  // namespace
}  // namespace puppis::cli
