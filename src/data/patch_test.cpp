// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/diff.h"
#include "data/json.h"
#include "data/json_patch.h"
#include "data/merge_patch.h"
#include "data/path.h"
#include "data/strategic_merge.h"
#include "data/testing/values.h"

namespace puppis::data {
namespace {

Value v(std::string_view json) {
  auto out = parseJson(json);
  EXPECT_TRUE(out) << out.error().str() << " in " << json;
  return out ? *out : Value();
}

TEST(Path, ParsesAndPrints) {
  for (const char* text : {"spec.components[0].type", "metadata.annotations[\"a.b/c\"].x", "[2][3]", ""}) {
    auto path = Path::parse(text);
    ASSERT_TRUE(path) << path.error().str();
    EXPECT_EQ(path->str(), text);
  }
  for (const char* text : {"a..b", "a.", "a[x]", "a[1", "a[\"x]", "a[1]b"})
    EXPECT_FALSE(Path::parse(text)) << text;
}

TEST(Path, FindsAssignsAndRemoves) {
  Value root = v(R"({"a":[{"b":1},{"b":2}]})");
  Path second = *Path::parse("a[1].b");
  EXPECT_EQ(find(root, second)->asInt(), 2);
  ASSERT_TRUE(assign(root, *Path::parse("a[2].c.d"), Value(7)));
  EXPECT_EQ(toJson(root), R"({"a":[{"b":1},{"b":2},{"c":{"d":7}}]})");
  EXPECT_FALSE(assign(root, *Path::parse("a.x"), Value(1)));
  EXPECT_TRUE(remove(root, *Path::parse("a[0]")));
  EXPECT_FALSE(remove(root, *Path::parse("a[9]")));
  EXPECT_EQ(toJson(root), R"({"a":[{"b":2},{"c":{"d":7}}]})");
}

TEST(JsonPatch, EveryOperation) {
  auto out = applyJsonPatch(v(R"({"a":[1,2],"b":{"c":3},"d/e":4})"), v(R"([
    {"op":"add","path":"/a/1","value":9},{"op":"add","path":"/a/-","value":5},{"op":"remove","path":"/b/c"},
    {"op":"replace","path":"/d~1e","value":"x"},{"op":"copy","from":"/a/0","path":"/f"},
    {"op":"move","from":"/f","path":"/g"},{"op":"test","path":"/g","value":1.0},{"op":"remove","path":"/a/-1"}])"));
  ASSERT_TRUE(out) << out.error().str();
  EXPECT_EQ(toJson(*out), R"({"a":[1,9,2],"b":{},"d/e":"x","g":1})");
}

TEST(JsonPatch, ReplacingWhatIsNotThereAddsIt) {
  auto out = applyJsonPatch(v(R"({"a":{}})"), v(R"([{"op":"replace","path":"/a/b","value":1}])"));
  ASSERT_TRUE(out) << out.error().str();
  EXPECT_EQ(toJson(*out), R"({"a":{"b":1}})");
}

TEST(JsonPatch, Misfits) {
  Value doc = v(R"({"a":[1],"b":{}})");
  for (const char* patch :
       {R"([{"op":"remove","path":"/x"}])", R"([{"op":"replace","path":"/q/x","value":1}])",
        R"([{"op":"add","path":"/a/5","value":1}])", R"([{"op":"test","path":"/a/0","value":2}])",
        R"([{"op":"add","path":"/q/r","value":1}])", R"([{"op":"move","from":"/b","path":"/b/c"}])",
        R"([{"op":"add","path":"/a/01","value":1}])"}) {
    auto out = applyJsonPatch(doc, v(patch));
    ASSERT_FALSE(out) << patch;
    EXPECT_EQ(out.error().code(), ErrorCode::Invalid) << patch;
  }
  for (const char* patch : {R"({})", R"([{"op":"ad","path":"/x","value":1}])",
                            R"([{"op":"add","path":"x","value":1}])", R"([{"op":"add","path":"/x"}])"}) {
    auto out = applyJsonPatch(doc, v(patch));
    ASSERT_FALSE(out) << patch;
    EXPECT_EQ(out.error().code(), ErrorCode::InvalidArgument) << patch;
  }
}

TEST(MergePatch, ExamplesOfTheRfc) {
  struct Case {
    const char *target, *patch, *result;
  };
  for (const Case& c :
       {Case{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"}, Case{R"({"a":"b"})", R"({"a":null})", "{}"},
        Case{R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
        Case{R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
        Case{R"(["a"])", R"(["c"])", R"(["c"])"}, Case{R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
        Case{R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
        Case{"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}}) {
    EXPECT_EQ(toJson(applyMergePatch(v(c.target), v(c.patch))), c.result);
  }
}

Value withoutNulls(const Value& value) {
  if (value.isObject()) {
    Value out = Value::object();
    for (const Member& m : value.members()) {
      if (!m.value.isNull()) out.append(m.key, withoutNulls(m.value));
    }
    return out;
  }
  return value;
}

RC_GTEST_PROP(MergePatchProperty, CreatedPatchLeadsThere, ()) {
  Value from = withoutNulls(Value::object({{"a", testing::anyValue()}, {"b", testing::anyValue()}}));
  Value to = withoutNulls(Value::object({{"a", testing::anyValue()}, {"c", testing::anyValue()}}));
  RC_ASSERT(applyMergePatch(from, createMergePatch(from, to)) == to);
}

MergeRule podRule(std::span<const std::string> path) {
  if (path.empty()) return {};
  const std::string& last = path.back();
  if (last == "containers" || last == "env") return MergeRule::parse("merge", "name");
  if (last == "ports") return MergeRule::parse("merge", "containerPort");
  if (last == "finalizers") return MergeRule::parse("merge", "");
  if (last == "strategy") return MergeRule::parse("retainKeys", "");
  return {};
}
std::string merged(std::string_view original, std::string_view patch) {
  auto out = applyStrategicMerge(v(original), v(patch), podRule);
  return out ? toJson(*out) : "error: " + out.error().str();
}

TEST(StrategicMerge, ListsMergeByKeyOrAreReplaced) {
  EXPECT_EQ(
      merged(R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}],"args":["x"]})",
             R"({"containers":[{"name":"b","image":"3"},{"name":"c","image":"4"}],"args":["y"]})"),
      R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"3"},{"name":"c","image":"4"}],"args":["y"]})");
}

TEST(StrategicMerge, Directives) {
  EXPECT_EQ(merged(R"({"containers":[{"name":"a"},{"name":"b"}]})",
                   R"({"containers":[{"$patch":"delete","name":"a"}]})"),
            R"({"containers":[{"name":"b"}]})");
  EXPECT_EQ(merged(R"({"containers":[{"name":"a"},{"name":"b"}]})",
                   R"({"containers":[{"name":"c"},{"$patch":"replace"}]})"),
            R"({"containers":[{"name":"c"}]})");
  EXPECT_EQ(merged(R"({"m":{"a":1,"b":2}})", R"({"m":{"$patch":"replace","c":3}})"), R"({"m":{"c":3}})");
  EXPECT_EQ(merged(R"({"m":{"a":1}})", R"({"m":{"$patch":"delete"}})"), R"({"m":{}})");
  EXPECT_EQ(merged(R"({"strategy":{"type":"RollingUpdate","rollingUpdate":{"x":1}}})",
                   R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})"),
            R"({"strategy":{"type":"Recreate"}})");
  EXPECT_EQ(merged(R"({"finalizers":["a","b","c"]})",
                   R"({"$deleteFromPrimitiveList/finalizers":["b"],"finalizers":["d"]})"),
            R"({"finalizers":["d","a","c"]})");  // what is new comes first, as in Kubernetes
  EXPECT_EQ(merged(R"({"containers":[{"name":"a"},{"name":"x"},{"name":"b"}]})",
                   R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})"),
            R"({"containers":[{"name":"x"},{"name":"b"},{"name":"a"}]})");
  EXPECT_NE(merged(R"({"m":{}})", R"({"m":{"$patch":"remove"}})").find("error"), std::string::npos);
  EXPECT_NE(merged(R"({"containers":[]})", R"({"containers":[{"image":"x"}]})").find("merge key"),
            std::string::npos);
}

TEST(StrategicMerge, NullsRemoveAndLeaveNothingBehind) {
  EXPECT_EQ(merged(R"({"a":1,"b":{"c":2}})", R"({"a":null,"x":null,"n":{"p":null,"q":1}})"),
            R"({"b":{"c":2},"n":{"q":1}})");
}

TEST(StrategicMerge, ThreeWayKeepsWhatOthersSet) {
  Value original =
      v(R"({"spec":{"containers":[{"name":"a","image":"1"},{"name":"old","image":"9"}],"x":1}})");
  Value modified = v(R"({"spec":{"containers":[{"name":"a","image":"2"}]}})");
  Value current = v(
      R"({"spec":{"containers":[{"name":"side","image":"s"},{"name":"a","image":"1","env":[{"name":"K"}]},{"name":"old","image":"9"}],"x":1,"y":2}})");
  auto patch = createThreeWayStrategicMerge(original, modified, current, podRule);
  ASSERT_TRUE(patch) << patch.error().str();
  auto out = applyStrategicMerge(current, *patch, podRule);
  ASSERT_TRUE(out) << out.error().str();
  EXPECT_EQ(
      toJson(*out),
      R"({"spec":{"containers":[{"name":"side","image":"s"},{"name":"a","image":"2","env":[{"name":"K"}]}],"y":2}})");
  EXPECT_TRUE(createThreeWayStrategicMerge(modified, modified, *out, podRule)->empty());
}

/// A pod-like object from random parts.
Value anyPod() {
  Value out = Value::object();
  Value list = Value::array();
  for (int i = 0; i < 4; ++i) {
    if (*rc::gen::arbitrary<bool>())
      list.push(Value::object(
          {{"name", std::string(1, static_cast<char>('a' + i))}, {"image", *rc::gen::inRange(0, 3)}}));
  }
  out.set("containers", std::move(list));
  Value finalizers = Value::array();
  for (int i = 0; i < 3; ++i) {
    if (*rc::gen::arbitrary<bool>()) finalizers.push(Value(i));
  }
  out.set("finalizers", std::move(finalizers));
  for (const char* key : {"x", "y"}) {
    if (*rc::gen::arbitrary<bool>()) out.set(key, *rc::gen::inRange(0, 3));
  }
  return out;
}

RC_GTEST_PROP(StrategicMergeProperty, ThreeWayReachesWhatIsWanted, ()) {
  Value original = anyPod();
  Value modified = anyPod();
  // Nobody else changed anything: the patch must give exactly the wanted state.
  auto patch = createThreeWayStrategicMerge(original, modified, original, podRule);
  RC_ASSERT(patch.has_value());
  auto out = applyStrategicMerge(original, *patch, podRule);
  RC_ASSERT(out.has_value());
  if (!(*out == modified)) RC_FAIL(toJson(original) + toJson(modified) + toJson(*patch) + toJson(*out));
}

TEST(Diff, NamesWhatChanged) {
  auto changes = diff(v(R"({"a":1,"l":[{"name":"x","v":1},{"name":"y","v":2}],"gone":true})"),
                      v(R"({"a":2,"l":[{"name":"y","v":2},{"name":"x","v":3},{"name":"z"}]})"));
  std::string out;
  for (const Change& c : changes) {
    out += c.path.str() + " " + (c.before ? toJson(*c.before) : "-") + " " +
           (c.after ? toJson(*c.after) : "-") + "\n";
  }
  EXPECT_EQ(out, "a 1 2\nl[1].v 1 3\nl[2] - {\"name\":\"z\"}\ngone true -\n");
  EXPECT_TRUE(diff(v("[1]"), v("[1]")).empty());
}

}  // namespace
}  // namespace puppis::data
