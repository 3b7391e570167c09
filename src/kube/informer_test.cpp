// SPDX-License-Identifier: Apache-2.0
#include "kube/informer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "kube/memory_client.h"
#include "kube/object.h"
#include "kube/work_queue.h"

namespace puppis::kube {
namespace {

const Gvr kThings{"", "v1", "configmaps"};

Value thing(const std::string& name, const std::string& value) {
  return Value::object(
      {{"apiVersion", "v1"},
       {"kind", "ConfigMap"},
       {"metadata", Value::object({{"name", name}, {"labels", Value::object({{"owner", value}})}})},
       {"data", Value::object({{"v", value}})}});
}

class InformerTest : public testing::Test {
 protected:
  InformerOptions options() {
    InformerOptions out;
    out.type = kThings;
    out.index = [](const Value& object) {
      return std::vector<std::string>{label(object, "owner").value_or("")};
    };
    return out;
  }
  void follow(Informer& informer) {
    informer.onChange([this](const Change& change) {
      std::string before = change.before ? change.before->get("data", "v").asString() : "-";
      std::string after = change.after ? change.after->get("data", "v").asString() : "-";
      told.push_back(name(change.object()) + ":" + before + ">" + after);
    });
  }
  /// Runs until nothing is due, letting pauses pass.
  void settle(Informer& informer) {
    for (int i = 0; i < 20; ++i) {
      auto due = informer.runDue(clock, log, [] {});
      if (!due) return;
      clock.advance(*due);
    }
    FAIL() << "the informer does not settle";
  }
  Status put(const std::string& name, const std::string& value) {
    if (client.get(kThings, {"d", name})) {
      TRY_VOID(client.patch(kThings, {"d", name}, PatchType::Merge, thing(name, value)));
    } else {
      TRY_VOID(client.create(kThings, "d", thing(name, value)));
    }
    return {};
  }

  ManualClock clock;
  SeededRandom random{1};
  NullLog log;
  MemoryClient client{clock, random};
  std::vector<std::string> told;
};

TEST_F(InformerTest, MirrorsAndTellsEachChangeOnce) {
  ASSERT_TRUE(put("a", "1"));
  Informer informer(client, options());
  follow(informer);
  EXPECT_FALSE(informer.synced());
  settle(informer);
  EXPECT_TRUE(informer.synced());
  ASSERT_TRUE(put("b", "1"));
  ASSERT_TRUE(put("a", "2"));
  ASSERT_TRUE(client.remove(kThings, {"d", "b"}));
  EXPECT_EQ(told, (std::vector<std::string>{"a:->1", "b:->1", "a:1>2", "b:1>-"}));
  EXPECT_EQ(informer.size(), 1U);
  EXPECT_EQ(informer.byIndex("2").size(), 1U);
  EXPECT_TRUE(informer.byIndex("1").empty());
}

TEST_F(InformerTest, ResumesWithoutAnotherList) {
  ASSERT_TRUE(put("a", "1"));
  Informer informer(client, options());
  follow(informer);
  settle(informer);
  client.breakWatches(fail(ErrorCode::Unavailable, "gone away"));
  ASSERT_TRUE(put("a", "2"));
  ASSERT_TRUE(put("a", "3"));
  client.forgetCalls();
  settle(informer);
  EXPECT_EQ(told, (std::vector<std::string>{"a:->1", "a:1>2", "a:2>3"}));
  for (const auto& call : client.calls()) EXPECT_NE(call.verb, "list");
}

TEST_F(InformerTest, GoneListsAgainAndTellsTheDifference) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("b", "1"));
  ASSERT_TRUE(put("c", "1"));
  Informer informer(client, options());
  follow(informer);
  settle(informer);
  told.clear();
  client.breakWatches({});
  ASSERT_TRUE(put("a", "2"));
  ASSERT_TRUE(client.remove(kThings, {"d", "b"}));
  client.compact();
  settle(informer);
  EXPECT_EQ(told, (std::vector<std::string>{"a:1>2", "b:1>-"}));
}

TEST_F(InformerTest, FailedListIsTriedAgain) {
  ASSERT_TRUE(put("a", "1"));
  int faults = 3;
  client.fault = [&](const MemoryClient::Call& call) -> std::optional<Error> {
    if (call.verb == "list" && faults-- > 0) return Error(ErrorCode::Unavailable, "no");
    return std::nullopt;
  };
  Informer informer(client, options());
  settle(informer);
  EXPECT_TRUE(informer.synced());
  EXPECT_EQ(informer.size(), 1U);
}

TEST_F(InformerTest, LearningIsNeitherToldTwiceNorRevivesTheDead) {
  Informer informer(client, options());
  follow(informer);
  settle(informer);
  auto made = client.create(kThings, "d", thing("a", "1"));
  ASSERT_TRUE(made);
  informer.learn(*made);
  ASSERT_TRUE(client.remove(kThings, {"d", "a"}));
  informer.learn(*made);
  EXPECT_EQ(told, (std::vector<std::string>{"a:->1", "a:1>-"}));
  EXPECT_EQ(informer.size(), 0U);
}

// Whatever happens to the objects and the watch, a mirror that has settled equals the server, and the changes
// told add up to it.
RC_GTEST_FIXTURE_PROP(InformerTest, EndsEqualToTheServer, ()) {
  Informer informer(client, options());
  std::map<std::string, std::string> sum;
  informer.onChange([&](const Change& change) {
    std::string key = name(change.object());
    RC_ASSERT(change.before.has_value() == (sum.count(key) == 1));
    if (change.after) {
      sum[key] = change.after->get("data", "v").asString();
    } else {
      sum.erase(key);
    }
  });
  auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40));
  int counter = 0;
  for (int step : steps) {
    std::string target(1, static_cast<char>('a' + step % 4));
    if (step < 20) {
      RC_ASSERT(put(target, std::to_string(++counter)).has_value());
    } else if (step < 28) {
      auto removed = client.remove(kThings, {"d", target});
      RC_ASSERT((removed.has_value() || removed.error().code() == ErrorCode::NotFound));
    } else if (step < 32) {
      client.breakWatches(fail(ErrorCode::Unavailable, "cut"));
    } else if (step < 34) {
      client.compact();
    } else {
      settle(informer);
    }
  }
  settle(informer);
  auto list = client.list(kThings, "");
  RC_ASSERT(list.has_value());
  RC_ASSERT(list->items.size() == sum.size());
  RC_ASSERT(informer.size() == sum.size());
  for (const auto& item : list->items) {
    RC_ASSERT(sum.at(name(item)) == item.get("data", "v").asString());
    RC_ASSERT(*informer.get(nameOf(item)) == item);
  }
}

TEST(WorkQueueTest, AKeyIsWorkedOnByOneAtATime) {
  ManualClock clock;
  WorkQueue queue(clock);
  queue.add("a");
  queue.add("a");
  EXPECT_EQ(queue.tryTake(), "a");
  EXPECT_EQ(queue.tryTake(), std::nullopt);
  queue.add("a");
  EXPECT_EQ(queue.tryTake(), std::nullopt);
  queue.done("a");
  EXPECT_EQ(queue.tryTake(), "a");
  queue.done("a");
  EXPECT_EQ(queue.tryTake(), std::nullopt);
}

TEST(WorkQueueTest, FailuresWaitLongerEachTime) {
  ManualClock clock;
  WorkQueue queue(clock, std::chrono::milliseconds(100), std::chrono::milliseconds(300));
  for (int pause : {100, 200, 300, 300}) {
    queue.addFailed("a");
    EXPECT_EQ(queue.nextDue(), Nanos(std::chrono::milliseconds(pause)));
    EXPECT_EQ(queue.tryTake(), std::nullopt);
    clock.advance(std::chrono::milliseconds(pause));
    EXPECT_EQ(queue.tryTake(), "a");
    queue.done("a");
  }
  queue.forget("a");
  queue.addFailed("a");
  EXPECT_EQ(queue.nextDue(), Nanos(std::chrono::milliseconds(100)));
}

}  // namespace
}  // namespace puppis::kube
