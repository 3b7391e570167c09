// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.h"

#include <gtest/gtest.h>

namespace puppis::kube {
namespace {

using data::Value;

bool matches(std::string_view text, const Value& labels) {
  auto selector = LabelSelector::parse(text);
  EXPECT_TRUE(selector.has_value()) << text;
  return selector && selector->matches(labels);
}

TEST(LabelSelectorTest, EveryOperator) {
  Value labels = Value::object({{"app", "web"}, {"tier", "front"}, {"n", "5"}, {"empty", ""}});
  EXPECT_TRUE(matches("", labels));
  EXPECT_TRUE(matches("app=web", labels));
  EXPECT_TRUE(matches("app == web , tier=front", labels));
  EXPECT_FALSE(matches("app=api", labels));
  EXPECT_TRUE(matches("app!=api", labels));
  EXPECT_TRUE(matches("missing!=x", labels));
  EXPECT_TRUE(matches("app in (api, web)", labels));
  EXPECT_FALSE(matches("app notin (api,web)", labels));
  EXPECT_TRUE(matches("missing notin (a)", labels));
  EXPECT_TRUE(matches("app", labels));
  EXPECT_FALSE(matches("!app", labels));
  EXPECT_TRUE(matches("!missing,app", labels));
  EXPECT_TRUE(matches("n>4,n<6", labels));
  EXPECT_FALSE(matches("n>5", labels));
  EXPECT_FALSE(matches("app>1", labels));
  EXPECT_TRUE(matches("empty=", labels));
  EXPECT_TRUE(matches("empty in (,x)", labels));
}

TEST(LabelSelectorTest, MalformedIsRefused) {
  for (auto text : {"=a", "a in x", "a in (x", "a b", "a=b c", ",", "a,", "n>x", "a in (x y)"}) {
    EXPECT_FALSE(LabelSelector::parse(text).has_value()) << text;
  }
}

TEST(LabelSelectorTest, TextRoundTrips) {
  for (auto text : {"a=b", "a!=b", "a in (x,y)", "a notin (x,y)", "a", "!a", "n>4,m<2"}) {
    auto selector = LabelSelector::parse(text);
    ASSERT_TRUE(selector.has_value());
    EXPECT_EQ(selector->str(), text);
  }
}

TEST(LabelSelectorTest, ObjectForm) {
  Value expression =
      Value::object({{"key", "tier"}, {"operator", "In"}, {"values", Value::array({"front", "back"})}});
  Value selector = Value::object(
      {{"matchLabels", Value::object({{"app", "web"}})}, {"matchExpressions", Value::array({expression})}});
  auto parsed = LabelSelector::fromObject(selector);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->matches(Value::object({{"app", "web"}, {"tier", "back"}})));
  EXPECT_FALSE(parsed->matches(Value::object({{"app", "web"}})));
  EXPECT_FALSE(LabelSelector::fromObject(Value())->matches(Value::object()));
  EXPECT_TRUE(LabelSelector::fromObject(Value::object())->matches(Value::object()));
}

TEST(FieldSelectorTest, LooksPathsUp) {
  Value pod = Value::object({{"metadata", Value::object({{"name", "p"}})},
                             {"spec", Value::object({{"nodeName", "n1"}, {"hostNetwork", true}})}});
  EXPECT_TRUE(FieldSelector::parse("metadata.name=p,spec.nodeName==n1")->matches(pod));
  EXPECT_TRUE(FieldSelector::parse("spec.hostNetwork=true")->matches(pod));
  EXPECT_FALSE(FieldSelector::parse("spec.nodeName!=n1")->matches(pod));
  EXPECT_TRUE(FieldSelector::parse("status.phase!=Running")->matches(pod));
  EXPECT_FALSE(FieldSelector::parse("nothing").has_value());
}

}  // namespace
}  // namespace puppis::kube
