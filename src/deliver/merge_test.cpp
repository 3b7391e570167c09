// SPDX-License-Identifier: Apache-2.0
#include "deliver/merge.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "data/json.h"
#include "data/merge_patch.h"
#include "deliver/labels.h"
#include "kube/object.h"

namespace puppis::deliver {
namespace {

Value json(std::string_view text) {
  auto parsed = data::parseJson(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? *parsed : Value();
}

Value deployment(std::string_view podSpec) {
  return json(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","namespace":"d"},
                 "spec":{"template":{"spec":)" +
              std::string(podSpec) + "}}}");
}

/// The patch that brings `live`, made from `before` by a server that then changed it with `serverSays`, to
/// `after`.
std::string patchText(const Value& before, const Value& serverSays, const Value& after) {
  Value live = data::applyMergePatch(creatable(before), serverSays);
  auto update = updateTo(creatable(after), live);
  EXPECT_TRUE(update.has_value());
  Value patch = update->patch;
  if (Value* annotations = patch["metadata"].mutableFind("annotations")) annotations->erase(kLastApplied);
  return data::toJson(patch.get("spec").isNull() ? patch.get("data") : patch.get("spec", "template", "spec"));
}

TEST(MergeTest, DefaultsAndOthersFieldsAreNoDifference) {
  Value wanted = deployment(R"({"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],
      "resources":{"limits":{"cpu":"0.5","memory":"1024Mi"}},"env":[]}],"tolerations":[{"key":"k"}]})");
  Value live = creatable(wanted);
  live = data::applyMergePatch(live,
                               json(R"({"status":{"replicas":1},"metadata":{"uid":"u","resourceVersion":"5",
      "annotations":{"deployment.kubernetes.io/revision":"1"}},
      "spec":{"replicas":1,"template":{"spec":{"restartPolicy":"Always","containers":[{"name":"c","image":"i",
      "imagePullPolicy":"Always","ports":[{"containerPort":80,"protocol":"TCP"}],
      "resources":{"limits":{"cpu":"500m","memory":"1Gi"}}}],"tolerations":[{"key":"k","operator":"Equal"}]}}}})"));
  auto update = updateTo(creatable(wanted), live);
  ASSERT_TRUE(update);
  EXPECT_FALSE(update->needed()) << data::toJson(update->patch);
}

TEST(MergeTest, AChangedFieldInAListKeepsItsNeighbours) {
  Value before = deployment(R"({"containers":[{"name":"c","image":"i:1"}]})");
  Value after = deployment(R"({"containers":[{"name":"c","image":"i:2"}]})");
  Value server = json(
      R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:1","imagePullPolicy":"Always"},
      {"name":"injected","image":"proxy"}]}}}})");
  Value patch = json(patchText(before, server, after));
  EXPECT_EQ(patch, json(R"({"containers":[{"name":"c","image":"i:2","imagePullPolicy":"Always"},
      {"name":"injected","image":"proxy"}]})"));
}

TEST(MergeTest, WhatIsNoLongerWantedGoes) {
  Value before = deployment(
      R"({"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]},
      {"name":"side","image":"s"}],"nodeSelector":{"x":"y"}})");
  Value after = deployment(R"({"containers":[{"name":"c","image":"i","env":[{"name":"B","value":"2"}]}]})");
  Value patch = json(patchText(before, Value::object(), after));
  EXPECT_EQ(patch.get("containers"), json(R"([{"name":"c","image":"i","env":[{"name":"B","value":"2"}]}])"));
  EXPECT_TRUE(patch.has("nodeSelector"));
  EXPECT_TRUE(patch.get("nodeSelector").isNull() || patch.get("nodeSelector", "x").isNull());
}

TEST(MergeTest, RemovedFieldOfAnAtomicListElementGoes) {
  Value before = deployment(R"({"containers":[],"tolerations":[{"key":"k","value":"v"}]})");
  Value after = deployment(R"({"containers":[],"tolerations":[{"key":"k"}]})");
  Value patch = json(patchText(before, Value::object(), after));
  EXPECT_EQ(patch.get("tolerations"), json(R"([{"key":"k"}])"));
}

TEST(MergeTest, ConfigKeysThatGoAreRemovedButOthersKeysStay) {
  auto config = [](std::string_view data) {
    return json(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":)" +
                std::string(data) + "}");
  };
  std::string patch =
      patchText(config(R"({"a":"1","b":"2"})"), json(R"({"data":{"injected":"x"}})"), config(R"({"a":"3"})"));
  EXPECT_EQ(json(patch), json(R"({"a":"3","b":null})"));
}

TEST(MergeTest, SecretsAreNotRememberedInClear) {
  Value secret = json(
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"stringData":{"password":"hunter2"}})");
  Value made = creatable(secret);
  EXPECT_EQ(made.get("data", "password").asString(), base64Encode("hunter2"));
  EXPECT_FALSE(made.has("stringData"));
  std::string memory = kube::annotation(made, kLastApplied).value_or("");
  EXPECT_NE(memory.find("password"), std::string::npos);
  EXPECT_EQ(memory.find("hunter2"), std::string::npos);
  EXPECT_EQ(memory.find(base64Encode("hunter2")), std::string::npos);
}

TEST(MergeTest, OnePortOnTwoProtocols) {
  Value service = json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[
      {"name":"t","port":53,"protocol":"TCP"},{"name":"u","port":53,"protocol":"UDP"}]}})");
  auto update = updateTo(creatable(service), creatable(service));
  ASSERT_TRUE(update);
  EXPECT_FALSE(update->needed());
}

TEST(MergeTest, Quantities) {
  EXPECT_TRUE(sameQuantity("0.5", "500m"));
  EXPECT_TRUE(sameQuantity("1024Mi", "1Gi"));
  EXPECT_TRUE(sameQuantity("1k", "1000"));
  EXPECT_TRUE(sameQuantity("1e3", "1k"));
  EXPECT_FALSE(sameQuantity("1M", "1Mi"));
  EXPECT_FALSE(sameQuantity("1", "1x"));
  EXPECT_FALSE(sameQuantity("abc", "abd"));
}

}  // namespace
}  // namespace puppis::deliver
