// SPDX-License-Identifier: Apache-2.0
#include "render/providers.h"

#include <gtest/gtest.h>

#include "data/json.h"
#include "oam/runtime.h"
#include "render/testing/fixture.h"

namespace puppis::render {
namespace {

/// Answers from tables and remembers what it was asked.
class TableWorld final : public World {
 public:
  Result<HttpAnswer> http(const HttpQuestion& question) override {
    asked.push_back(question.method + " " + question.url + " " + question.body);
    auto found = pages.find(question.url);
    if (found == pages.end()) return HttpAnswer{404, "gone", {}};
    return HttpAnswer{200, found->second, {{"content-type", {"application/json"}}}};
  }
  Result<data::Value> get(const std::string& apiVersion, const std::string& kind, const std::string& ns,
                          const std::string& name) override {
    asked.push_back("get " + apiVersion + " " + kind + " " + ns + "/" + name);
    if (name == "missing") return fail(ErrorCode::NotFound, "configmaps \"missing\" not found");
    return data::parseJson(R"({"apiVersion":"v1","kind":"ConfigMap","data":{"image":"nginx"}})");
  }
  Result<std::vector<data::Value>> list(const std::string&, const std::string& kind, const std::string& ns,
                                        const std::map<std::string, std::string>& labels) override {
    asked.push_back("list " + kind + " " + ns + " " + labels.begin()->first + "=" + labels.begin()->second);
    return std::vector<data::Value>{
        data::Value::object({{"metadata", data::Value::object({{"name", "a"}})}}),
        data::Value::object({{"metadata", data::Value::object({{"name", "b"}})}})};
  }

  std::map<std::string, std::string> pages;
  std::vector<std::string> asked;
};

class Providers : public ::testing::Test, public testing::Fixture {
 protected:
  void SetUp() override { context.world = &world; }
  std::string made(const std::string& definition, const std::string& traits = "") {
    component("c", definition);
    auto out =
        render("spec:\n  components:\n    - name: web\n      type: c\n      properties: {}\n" + traits);
    if (!out) return "error: " + out.error().str();
    return data::toJson(out->components.at(0).resources.at(0).object.get("data"), {.sortKeys = true});
  }

  std::shared_ptr<cue::Runtime> library = oam::makeRuntime();
  Renderer renderer{library};
  Result<Rendered> render(const std::string& spec) {
    oam::Application application =
        files("apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata:\n  name: app\n" + spec)
            .application;
    return renderer.render(application, *catalog, context);
  }
  TableWorld world;
};

TEST_F(Providers, PureFunctionsNeedNoWorld) {
  context.world = nullptr;
  EXPECT_EQ(
      made("import \"vela/base64\"\nenc: base64.#Encode & {$params: context.name}\n"
           "dec: base64.#Decode & {$params: enc.$returns}\n"
           "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: {e: enc.$returns, d: dec.$returns}}"),
      R"({"d":"web","e":"d2Vi"})");
  EXPECT_EQ(made("import \"vela/cue\"\nu: cue.#StrategyUnify & {$params: {\n"
                 "value: {l: [{n: \"a\", v: \"1\"}]}\npatch: {\n// +patchKey=n\nl: [{n: \"b\"}]}}}\n"
                 "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: u.$returns}"),
            R"({"l":[{"n":"a","v":"1"},{"n":"b"}]})");
}

TEST_F(Providers, FetchesAndReadsThroughTheWorld) {
  world.pages["http://x/a"] = R"({"next": "http://x/b"})";
  world.pages["http://x/b"] = "last";
  EXPECT_EQ(made("import (\"vela/http\", \"encoding/json\")\n"
                 "a: http.#Get & {$params: url: \"http://x/a\"}\n"
                 "b: http.#Do & {$params: {method: \"POST\", request: body: \"hi\", url: "
                 "json.Unmarshal(a.$returns.body).next}}\n"
                 "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: {body: b.$returns.body, "
                 "status: \"\\(b.$returns.statusCode)\", type: b.$returns.header[\"content-type\"][0]}}"),
            R"({"body":"last","status":"200","type":"application/json"})");
  EXPECT_EQ(world.asked, (std::vector<std::string>{"GET http://x/a ", "POST http://x/b hi"}));
  world.asked.clear();
  EXPECT_EQ(
      made("import \"vela/kube\"\n"
           "cm: kube.#Get & {$params: resource: {apiVersion: \"v1\", kind: \"ConfigMap\", metadata: {name: "
           "\"x\", namespace: context.namespace}}}\n"
           "all: kube.#List & {$params: {resource: {apiVersion: \"v1\", kind: \"Pod\"}, filter: {namespace: "
           "\"d\", matchingLabels: app: \"w\"}}}\n"
           "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: {image: cm.$returns.data.image, names: "
           "[for "
           "i in all.$returns.items {i.metadata.name}]}}"),
      R"({"image":"nginx","names":["a","b"]})");
  EXPECT_EQ(world.asked, (std::vector<std::string>{"get v1 ConfigMap default/x", "list Pod d app=w"}));
}

TEST_F(Providers, WithoutAWorldTheUserIsToldWhatWasAsked) {
  context.world = nullptr;
  std::string said = made(
      "import \"vela/http\"\na: http.#Get & {$params: url: \"http://x/a\"}\n"
      "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: b: a.$returns.body}");
  EXPECT_NE(said.find("app.yaml:8:13"), std::string::npos) << said;
  EXPECT_NE(said.find("fetches http://x/a while it is rendered"), std::string::npos) << said;
}

TEST_F(Providers, RenderingChangesNothing) {
  std::string said = made(
      "import \"vela/kube\"\na: kube.#Apply & {$params: resource: {apiVersion: \"v1\", kind: "
      "\"ConfigMap\", metadata: name: \"x\"}}\n"
      "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: b: a.$returns.kind}");
  EXPECT_NE(said.find("rendering changes nothing"), std::string::npos) << said;
  EXPECT_EQ(world.asked.size(), 0U);
}

TEST_F(Providers, AFailedCallNamesItsPlace) {
  std::string said = made(
      "import \"vela/kube\"\nx: y: kube.#Get & {$params: resource: {apiVersion: \"v1\", kind: "
      "\"ConfigMap\", metadata: name: \"missing\"}}\n"
      "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: b: x.y.$returns.kind}");
  EXPECT_NE(said.find("configmaps \"missing\" not found"), std::string::npos) << said;
}

TEST_F(Providers, ProcessingHttpFillsItsOutput) {
  world.pages["http://x/t"] = R"({"token": "abc"})";
  trait("fetch",
        "processing: {\n  output: {token?: string}\n  http: {method: \"GET\", url: parameter.url, request: "
        "header: "
        "a: \"b\"}\n}\npatch: data: token: processing.output.token\nparameter: url: string\n");
  const std::string plain = "output: {apiVersion: \"v1\", kind: \"ConfigMap\", data: {}}";
  EXPECT_EQ(
      made(plain, "      traits:\n        - type: fetch\n          properties: {url: \"http://x/t\"}\n"),
      R"({"token":"abc"})");
  EXPECT_NE(
      made(plain, "      traits:\n        - type: fetch\n          properties: {url: \"http://x/none\"}\n")
          .find("http://x/none answers with status 404"),
      std::string::npos);
}

}  // namespace
}  // namespace puppis::render
