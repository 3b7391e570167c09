// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "apiserver/kind.h"
#include "apiserver/kinds/testing.h"
#include "base/strings.h"
#include "data/json.h"
#include "kube/kubeconfig.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Value;

/// What a server picks: addresses, ports, names of token volumes.
void blankChosen(Value& value) {
  if (value.isArray()) {
    for (std::size_t i = 0; i < value.size(); ++i) blankChosen(value.mutableAt(i));
    return;
  }
  if (!value.isObject()) {
    if (value.isString() && startsWith(value.asString(), "kube-api-access-")) value = "kube-api-access-?";
    return;
  }
  for (auto field : {"nodePort", "healthCheckNodePort"}) {
    if (value.get(field).asInt() != 0) value.set(field, 1);
  }
  if (startsWith(value.get("clusterIP").asString(), "10.96.")) {
    value.set("clusterIP", "?");
    value.set("clusterIPs", Value::array({"?"}));
  }
  std::vector<std::string> keys;
  for (const auto& member : value.members()) keys.push_back(member.key.str());
  for (const auto& key : keys) blankChosen(*value.mutableFind(key));
}

TEST(BuiltinKinds, MakeOfNewObjectsWhatKubernetesMakes) {
  testing::Kinds kinds;
  Value cases = testing::readCases("create.json", PUPPIS_SOURCE_DIR);
  ASSERT_GT(cases.size(), 45U);
  for (const auto& entry : cases.elements()) {
    if (entry.get("code").asInt() != 201) continue;
    const Value& expected = entry.get("response");
    const KindInfo* kind = kinds.of(expected);
    ASSERT_NE(kind, nullptr);
    SCOPED_TRACE(kind->kind + " " + expected.get("metadata", "name").asString());
    auto made = kinds.create(*kind, entry.get("request"), expected.get("metadata"));
    ASSERT_TRUE(made.has_value()) << made.error().str();
    Value want = expected;
    Value got = *made;
    for (auto field : {"generation"}) {
      EXPECT_EQ(kind->generation, want.get("metadata").has(field));
      want["metadata"].erase(field);
    }
    blankChosen(want);
    blankChosen(got);
    EXPECT_EQ(data::toJson(got, {.indent = 1, .sortKeys = true}),
              data::toJson(want, {.indent = 1, .sortKeys = true}));
  }
}

TEST(BuiltinKinds, PrintTheTablesThatKubernetesPrints) {
  testing::Kinds kinds;
  Value cases = testing::readCases("create.json", PUPPIS_SOURCE_DIR);
  for (const auto& entry : cases.elements()) {
    const Value& object = entry.get("response");
    const Value& table = entry.get("table");
    const KindInfo* kind = kinds.of(object);
    if (kind->columns.empty()) {
      EXPECT_EQ(table.get("columns").at(1).at(0).asString(), "Created At") << kind->kind;
      continue;
    }
    SCOPED_TRACE(kind->kind + " " + object.get("metadata", "name").asString());
    auto now = kube::parseRfc3339(object.get("metadata", "creationTimestamp").asString());
    Value columns = Value::array();
    Value cells = Value::array();
    for (const auto& column : kind->columns) {
      columns.push(Value::array({column.name, column.type, column.format, column.priority}));
      Value cell = column.cell(object, now.value_or(Nanos{}));
      cells.push(column.name == "Age" || endsWith(column.name, "Seen") ? Value("?") : cell);
    }
    Value want = table.get("cells");
    for (std::size_t i = 0; i < kind->columns.size(); ++i) {
      const std::string& name = kind->columns[i].name;
      if (name == "Age" || endsWith(name, "Seen")) want.mutableAt(i) = "?";
    }
    EXPECT_EQ(data::toJson(columns), data::toJson(table.get("columns")));
    EXPECT_EQ(data::toJson(cells), data::toJson(want));
  }
}

}  // namespace
}  // namespace puppis::apiserver::kinds
