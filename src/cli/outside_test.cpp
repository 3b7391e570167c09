// SPDX-License-Identifier: Apache-2.0
#include "cli/outside.h"

#include <gtest/gtest.h>

#include "cli/testing/world.h"
#include "cli/verbs.h"
#include "kube/memory_client.h"
#include "net/server.h"

namespace puppis::cli {
namespace {

/// A server on the loopback that answers every request with a JSON object which tells what it got.
class Loopback {
 public:
  Loopback() {
    auto started = net::Server::start(
        {},
        [](net::ServerRequest request, std::shared_ptr<net::Responder> responder) {
          int status = request.path == "/missing" ? 404 : 200;
          responder->send(status, {{"content-type", "application/json"}},
                          R"({"image": "nginx:)" + request.method + R"(", "sent": ")" + request.body + "\"}");
        },
        log_);
    EXPECT_TRUE(started) << started.error().str();
    if (started) server_ = std::move(*started);
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }

 private:
  NullLog log_;
  std::unique_ptr<net::Server> server_;
};

TEST(Outside, AsksOverHttp) {
  Loopback server;
  Outside outside(nullptr);
  auto answer = outside.http({"POST", server.url("/x"), "body", {{"a", "b"}}});
  ASSERT_TRUE(answer) << answer.error().str();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"({"image": "nginx:POST", "sent": "body"})");
  EXPECT_EQ(answer->header.at("content-type"), (std::vector<std::string>{"application/json"}));
  EXPECT_EQ(outside.http({"GET", server.url("/missing"), "", {}})->status, 404);
  EXPECT_EQ(outside.http({"GET", "file:///etc/hostname", "", {}}).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(outside.get("v1", "Secret", "d", "x").error().code(), ErrorCode::NotSupported);
}

TEST(Outside, ReadsTheCluster) {
  ManualClock clock;
  SeededRandom random{1};
  kube::MemoryClient client(clock, random);
  for (const char* name : {"a", "b"}) {
    data::Value labels = data::Value::object({{"app", name}});
    data::Value object = data::Value::object({{"apiVersion", "v1"}, {"kind", "ConfigMap"}});
    object.set("metadata", data::Value::object({{"name", name}, {"namespace", "d"}, {"labels", labels}}));
    ASSERT_TRUE(client.create({"", "v1", "configmaps"}, "d", object));
  }
  Outside outside(&client);
  EXPECT_EQ(outside.get("v1", "ConfigMap", "d", "a")->get("metadata", "name").asString(), "a");
  EXPECT_EQ(outside.get("v1", "ConfigMap", "d", "c").error().code(), ErrorCode::NotFound);
  EXPECT_EQ(outside.list("v1", "ConfigMap", "d", {{"app", "b"}})->size(), 1U);
  EXPECT_EQ(outside.list("v1", "ConfigMap", "", {})->size(), 2U);
}

TEST(Outside, ADryRunFetchesOnlyWhenItIsTold) {
  Loopback server;
  testing::World world;
  ASSERT_TRUE(world.files.write("d/fetched.cue",
                                "import \"vela/http\"\nimport \"encoding/json\"\n"
                                "fetched: {type: \"component\", annotations: {}, labels: {}, description: "
                                "\"\", attributes: workload: type: "
                                "\"autodetects.core.oam.dev\"}\n"
                                "template: {\n\tanswer: http.#Get & {$params: url: parameter.url}\n"
                                "\toutput: {apiVersion: \"v1\", kind: \"ConfigMap\", data: image: "
                                "json.Unmarshal(answer.$returns.body).image}\n"
                                "\tparameter: url: string\n}\n",
                                0644));
  ASSERT_TRUE(
      world.files.write("app.yaml",
                        "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: a}\nspec:\n"
                        "  components: [{name: c, type: fetched, properties: {url: \"" +
                            server.url("/x") + "\"}}]\n",
                        0644));
  EXPECT_NE(runCommandLine({"dry-run", "-d", "d"}, allVerbs(), world.context), 0);
  EXPECT_NE(world.err.str().find("fetches " + server.url("/x")), std::string::npos) << world.err.str();
  EXPECT_EQ(runCommandLine({"dry-run", "-d", "d", "--fetch"}, allVerbs(), world.context), 0)
      << world.err.str();
  EXPECT_NE(world.out.str().find("image: nginx:GET"), std::string::npos) << world.out.str();
}

}  // namespace
}  // namespace puppis::cli
