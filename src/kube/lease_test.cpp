// SPDX-License-Identifier: Apache-2.0
#include "kube/lease.h"

#include <gtest/gtest.h>

#include "kube/memory_client.h"

namespace puppis::kube {
namespace {

TEST(LeaseTest, OneHolderUntilItStopsRenewing) {
  ManualClock clock;
  SeededRandom random{1};
  NullLog log;
  MemoryClient client(clock, random);
  LeaseOptions a;
  a.identity = "a";
  LeaseOptions b;
  b.identity = "b";
  Lease first(client, clock, log, a);
  Lease second(client, clock, log, b);
  EXPECT_EQ(first.tryOnce().value(), true);
  EXPECT_EQ(second.tryOnce().value(), false);
  clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(first.tryOnce().value(), true);
  clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(second.tryOnce().value(), false) << "the holder renewed ten seconds ago";
  clock.advance(std::chrono::seconds(16));
  EXPECT_EQ(second.tryOnce().value(), true);
  EXPECT_EQ(first.tryOnce().value(), false);
}

TEST(LeaseTest, ReleasedIsFreeAtOnceAndAnOutageLosesIt) {
  ManualClock clock;
  SeededRandom random{1};
  NullLog log;
  MemoryClient client(clock, random);
  LeaseOptions a;
  a.identity = "a";
  LeaseOptions b;
  b.identity = "b";
  Lease first(client, clock, log, a);
  Lease second(client, clock, log, b);
  EXPECT_TRUE(first.acquire({}));
  first.release();
  EXPECT_TRUE(second.acquire({}));
  client.fault = [](const MemoryClient::Call&) { return Error(ErrorCode::Unavailable, "away"); };
  EXPECT_TRUE(second.hold({}));
}

}  // namespace
}  // namespace puppis::kube
