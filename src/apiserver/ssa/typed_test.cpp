// SPDX-License-Identifier: Apache-2.0
#include "apiserver/ssa/typed.h"

#include <gtest/gtest.h>

#include "data/json.h"

namespace puppis::apiserver {
namespace {

using data::Value;

Value json(const char* text) {
  auto value = data::parseJson(std::string_view(text));
  EXPECT_TRUE(value) << text;
  return value ? *value : Value();
}

class Typed : public testing::Test {
 protected:
  Typed() {
    auto schema = schemas_.addInline(json(R"({"type":"object","properties":{
      "n":{"type":"integer"},
      "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
      "map":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],
             "items":{"type":"object","properties":{"id":{"type":"string"},"v":{"type":"integer"}}}},
      "whole":{"type":"array","items":{"type":"integer"}},
      "labels":{"type":"object","additionalProperties":{"type":"string"}},
      "atom":{"type":"object","x-kubernetes-map-type":"atomic","properties":{"a":{"type":"string"}}}}})"));
    type_ = {*schema, false};
  }
  std::string fields(const char* value) {
    return data::toJson(toFieldsV1(fieldsOf(json(value), type_)), {.sortKeys = true});
  }
  std::string merged(const char* left, const char* right) {
    auto out = mergeTyped(json(left), json(right), type_);
    return out ? data::toJson(*out, {.sortKeys = true}) : "error: " + out.error().message();
  }
  SchemaSet schemas_;
  TypeRef type_;
};

TEST_F(Typed, FieldsAreNamedAsManagedFieldsDoes) {
  EXPECT_EQ(fields(R"({"n":1,"whole":[1,2],"atom":{"a":"x"}})"), R"({"f:atom":{},"f:n":{},"f:whole":{}})");
  EXPECT_EQ(fields(R"({"set":["a","b"]})"), R"({"f:set":{"v:\"a\"":{},"v:\"b\"":{}}})");
  EXPECT_EQ(fields(R"({"map":[{"id":"x","v":1}]})"),
            R"({"f:map":{"k:{\"id\":\"x\"}":{".":{},"f:id":{},"f:v":{}}}})");
  EXPECT_EQ(fields(R"({"labels":{"a":"1"}})"), R"({"f:labels":{"f:a":{}}})");
}

TEST_F(Typed, MergingKeepsWhatTheOtherDoesNotMention) {
  EXPECT_EQ(merged(R"({"n":1,"labels":{"a":"1"}})", R"({"labels":{"b":"2"}})"),
            R"({"labels":{"a":"1","b":"2"},"n":1})");
  EXPECT_EQ(merged(R"({"whole":[1,2]})", R"({"whole":[3]})"), R"({"whole":[3]})");
  EXPECT_EQ(merged(R"({"set":["a","b"]})", R"({"set":["c","a"]})"), R"({"set":["c","a","b"]})");
}

TEST_F(Typed, KeyedItemsMergeAndTakeTheOrderOfTheApplied) {
  EXPECT_EQ(
      merged(R"({"map":[{"id":"x","v":1},{"id":"y","v":2}]})", R"({"map":[{"id":"y","v":3},{"id":"z"}]})"),
      R"({"map":[{"id":"x","v":1},{"id":"y","v":3},{"id":"z"}]})");
  EXPECT_EQ(merged(R"({})", R"({"map":[{"id":"x"},{"id":"x"}]})").substr(0, 6), "error:");
  EXPECT_EQ(merged(R"({})", R"({"map":[{"v":1}]})").substr(0, 6), "error:");
}

TEST_F(Typed, ComparingTellsWhatWasAddedChangedAndRemoved) {
  Value left = json(R"({"n":1,"labels":{"a":"1","b":"1"}})");
  Value right = json(R"({"n":2,"labels":{"a":"1","c":"1"}})");
  Comparison change = compareTyped(&left, &right, type_);
  EXPECT_EQ(data::toJson(toFieldsV1(change.modified)), R"({"f:n":{}})");
  EXPECT_EQ(data::toJson(toFieldsV1(change.added)), R"({"f:labels":{"f:c":{}}})");
  EXPECT_EQ(data::toJson(toFieldsV1(change.removed)), R"({"f:labels":{"f:b":{}}})");
}

TEST_F(Typed, FieldsV1IsReadAsItIsWritten) {
  Value text = json(R"({"f:map":{"k:{\"id\":\"x\"}":{".":{},"f:v":{}}},"f:n":{}})");
  auto set = fromFieldsV1(text);
  ASSERT_TRUE(set);
  EXPECT_EQ(toFieldsV1(*set), text);
  EXPECT_TRUE(set->has({"f:map", "k:{\"id\":\"x\"}"}));
  EXPECT_FALSE(set->has({"f:map"}));
  EXPECT_EQ(pathText({"f:map", "k:{\"id\":\"x\"}", "f:v"}), ".map[id=\"x\"].v");
}

TEST_F(Typed, SetsAddAndTakeAway) {
  FieldSet a, b;
  a.insert({"f:x"});
  a.insert({"f:y", "f:z"});
  b.insert({"f:y"});
  EXPECT_EQ(difference(a, b).paths().size(), 2U);
  EXPECT_EQ(differenceBelow(a, b).paths().size(), 1U);
  EXPECT_EQ(unite(a, b).paths().size(), 3U);
  EXPECT_TRUE(intersection(a, b).empty());
}

}  // namespace
}  // namespace puppis::apiserver
