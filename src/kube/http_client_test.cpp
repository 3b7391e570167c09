// SPDX-License-Identifier: Apache-2.0
#include "kube/http_client.h"

#include <deque>

#include <gtest/gtest.h>

#include "base/random.h"
#include "data/json.h"
#include "kube/object.h"

namespace puppis::kube {
namespace {

const Gvr kPods{"", "v1", "pods"};

/// Gives out prepared answers, and keeps the requests and the last stream's handler for the test to speak
/// through.
class FakeTransport final : public net::HttpTransport {
 public:
  struct Tape {
    std::vector<net::HttpRequest> requests;
    std::deque<net::HttpResponse> answers;
    net::HttpStreamHandler handler;
  };
  explicit FakeTransport(Tape& tape) : tape_(tape) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request) override {
    tape_.requests.push_back(request);
    if (tape_.answers.empty()) return fail(ErrorCode::Unavailable, "nobody there");
    net::HttpResponse out = std::move(tape_.answers.front());
    tape_.answers.pop_front();
    return out;
  }
  std::unique_ptr<net::HttpStream> stream(const net::HttpRequest& request,
                                          net::HttpStreamHandler handler) override {
    tape_.requests.push_back(request);
    tape_.handler = std::move(handler);
    return std::make_unique<net::HttpStream>();
  }

 private:
  Tape& tape_;
};

class FakeProcesses final : public Processes {
 public:
  Result<ProcessResult> run(const ProcessRequest&) override {
    ++runs;
    ProcessResult out;
    out.output = R"({"kind":"ExecCredential","status":{"token":"token-)" + std::to_string(runs) + "\"}}";
    return out;
  }
  int runs = 0;
};

class HttpClientTest : public testing::Test {
 protected:
  std::unique_ptr<Client> make() {
    return makeHttpClientOn(std::make_unique<FakeTransport>(tape), connection, {clock, files, processes});
  }
  void answer(int status, std::string body, net::HttpHeaders headers = {}) {
    tape.answers.push_back({status, std::move(headers), std::move(body)});
  }
  std::string header(const net::HttpRequest& request, std::string_view name) {
    for (const auto& [key, value] : request.headers) {
      if (key == name) return value;
    }
    return "";
  }

  FakeTransport::Tape tape;
  ManualClock clock;
  MemoryFiles files;
  FakeProcesses processes;
  ConnectionConfig connection{.server = "https://api"};
};

TEST_F(HttpClientTest, SpeaksOfObjectsAsTheApiDoes) {
  answer(200, R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"next"},
      "items":[{"metadata":{"name":"a"}}]})");
  auto client = make();
  ListOptions options;
  options.labelSelector = "a in (b)";
  options.limit = 1;
  auto list = client->list(kPods, "d", options);
  ASSERT_TRUE(list) << list.error().str();
  EXPECT_EQ(tape.requests[0].url,
            "https://api/api/v1/namespaces/d/pods?labelSelector=a%20in%20%28b%29&limit=1");
  EXPECT_EQ(list->resourceVersion, "7");
  EXPECT_EQ(list->continueToken, "next");
  EXPECT_EQ(list->items.at(0).get("kind").asString(), "Pod");
  EXPECT_EQ(list->items.at(0).get("apiVersion").asString(), "v1");

  answer(200, "{}");
  PatchOptions patch;
  patch.fieldManager = "puppis";
  patch.force = true;
  patch.subresource = "status";
  ASSERT_TRUE(
      client->patch({"apps", "v1", "deployments"}, {"d", "x"}, PatchType::Apply, Value::object(), patch));
  EXPECT_EQ(tape.requests[1].method, "PATCH");
  EXPECT_EQ(tape.requests[1].url,
            "https://api/apis/apps/v1/namespaces/d/deployments/x/status?fieldManager=puppis&force=true");
  EXPECT_EQ(header(tape.requests[1], "Content-Type"), "application/apply-patch+yaml");

  answer(200, "{}");
  DeleteOptions remove;
  remove.uid = "u";
  remove.resourceVersion = "9";
  remove.propagation = "Background";
  ASSERT_TRUE(client->remove(kPods, {"d", "x"}, remove));
  auto body = data::parseJson(tape.requests[2].body);
  EXPECT_EQ(body->get("preconditions", "uid").asString(), "u");
  EXPECT_EQ(body->get("preconditions", "resourceVersion").asString(), "9");
  EXPECT_EQ(body->get("propagationPolicy").asString(), "Background");
}

TEST_F(HttpClientTest, ErrorsKeepWhatTheApiSaid) {
  auto client = make();
  answer(409, R"({"kind":"Status","reason":"AlreadyExists","message":"pods \"x\" already exists"})");
  auto made = client->create(kPods, "d", Value::object());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::AlreadyExists);
  EXPECT_EQ(made.error().message(), "pods \"x\" already exists");
  answer(502, "bad gateway");
  auto got = client->get(kPods, {"d", "x"});
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message().find("bad gateway"), std::string::npos);
  got = client->get(kPods, {"d", "x"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), ErrorCode::Unavailable);
}

TEST_F(HttpClientTest, WaitsWhenToldToAndRenewsItsToken) {
  connection.exec = ExecPlugin{};
  connection.exec->command = "get-token";
  auto client = make();
  answer(429, "", {{"retry-after", "3"}});
  answer(401, "");
  answer(200, "{}");
  Nanos before = clock.monotonic();
  EXPECT_FALSE(client->get(kPods, {"d", "x"}).has_value()) << "a 401 after a wait is not tried again";
  EXPECT_EQ(clock.monotonic() - before, Nanos(std::chrono::seconds(3)));
  tape.answers.clear();
  tape.requests.clear();
  answer(401, "");
  answer(200, "{}");
  ASSERT_TRUE(client->get(kPods, {"d", "x"}).has_value());
  EXPECT_EQ(header(tape.requests[0], "Authorization"), "Bearer token-1");
  EXPECT_EQ(header(tape.requests[1], "Authorization"), "Bearer token-2");
}

TEST_F(HttpClientTest, ATokenFileIsReadAgain) {
  connection.tokenFile = "/token";
  ASSERT_TRUE(files.write("/token", "one\n", 0600));
  auto client = make();
  answer(200, "{}");
  ASSERT_TRUE(client->get(kPods, {"d", "x"}));
  ASSERT_TRUE(files.write("/token", "two", 0600));
  clock.advance(std::chrono::minutes(2));
  answer(200, "{}");
  ASSERT_TRUE(client->get(kPods, {"d", "x"}));
  EXPECT_EQ(header(tape.requests[0], "Authorization"), "Bearer one");
  EXPECT_EQ(header(tape.requests[1], "Authorization"), "Bearer two");
}

TEST_F(HttpClientTest, WatchesAreCutIntoEventsWhereverThePiecesEnd) {
  auto client = make();
  std::vector<std::string> seen;
  std::optional<Status> ended;
  WatchHandler handler;
  handler.event = [&](const WatchEvent& event) {
    seen.push_back(std::to_string(static_cast<int>(event.type)) + resourceVersion(event.object));
  };
  handler.ended = [&](Status outcome) { ended = std::move(outcome); };
  WatchOptions options;
  options.resourceVersion = "5";
  auto watch = client->watch(kPods, "", handler, options);
  ASSERT_TRUE(watch);
  EXPECT_EQ(tape.requests[0].url,
            "https://api/api/v1/pods?watch=true&resourceVersion=5&allowWatchBookmarks=true");
  tape.handler.head(200, {});
  std::string text =
      R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"6"}}})"
      "\n"
      R"({"type":"MODIFIED","object":{"metadata":{"resourceVersion":"7"}}})"
      "\n"
      R"({"type":"DELETED","object":{"metadata":{"resourceVersion":"8"}}})"
      "\n"
      R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}})"
      "\n"
      R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}})"
      "\n";
  for (char c : text) tape.handler.data({&c, 1});
  tape.handler.ended({});
  EXPECT_EQ(seen, (std::vector<std::string>{"06", "17", "28", "39"}));
  ASSERT_TRUE(ended.has_value());
  ASSERT_FALSE(ended->has_value());
  EXPECT_EQ(ended->error().code(), ErrorCode::Gone);
}

TEST_F(HttpClientTest, ARefusedWatchEndsWithTheStatus) {
  auto client = make();
  std::optional<Status> ended;
  WatchHandler handler;
  handler.event = [](const WatchEvent&) { FAIL(); };
  handler.ended = [&](Status outcome) { ended = std::move(outcome); };
  auto watch = client->watch(kPods, "", handler);
  ASSERT_TRUE(watch);
  tape.handler.head(403, {});
  tape.handler.data(R"({"kind":"Status","reason":"Forbidden","message":"no"})");
  tape.handler.ended({});
  ASSERT_TRUE(ended && !ended->has_value());
  EXPECT_EQ(ended->error().code(), ErrorCode::Forbidden);
}

}  // namespace
}  // namespace puppis::kube
