#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "tests/system/flood_fixture.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::size_t kCalls = 10000;
// A connection carries 1,000 calls at a time.
constexpr std::size_t kConnections = 10;

// The default limits.
class GrpcFloodTest : public FloodFixture {
 protected:
  GrpcFloodTest() : FloodFixture({kPatientWithBroker}) {}

  // Calls arrive, but none ends while the broker is stopped.
  std::vector<FloodAnswer> CallAllAtOnce() {
    CallFlood flood(bridge_.address(), kConnections);
    broker_.Freeze();
    for (std::size_t i = 0; i < kCalls; ++i) flood.Start(RequestOf(i), kLongDeadline);
    broker_.Thaw();
    return flood.Finish();
  }
};

TEST_F(GrpcFloodTest, TenThousandCallsAtOnceAreAllAnsweredOkAndArrive) {
  StartSteadyCallers();
  const std::vector<FloodAnswer> answers = CallAllAtOnce();

  EXPECT_THAT(CountCodes(answers), ElementsAre(Pair(grpc::StatusCode::OK, kCalls)));
  ExpectNoneLost(answers, TakeArrivals(kCalls));
  ExpectSteadyCallersUnharmed();
}

TEST_F(GrpcFloodTest, ACallReleasesItsResourcesWhenItEnds) {
  CallAllAtOnce();

  ExpectProcessIsBack(30UL * 1024);
}

// Room for 1,000 pending publications.
class GrpcOverloadTest : public FloodFixture {
 protected:
  static constexpr std::size_t kRoom = 1000;
  // What callers without names at one address may have of it.
  static constexpr std::size_t kShare = 750;

  GrpcOverloadTest()
      : FloodFixture(
            {kPatientWithBroker, "--max-recipients=1000", "--max-pending-publications=1000"}) {}
};

TEST_F(GrpcOverloadTest, CallsBeyondTheLimitAreRefusedAndPublishNothing) {
  CallFlood flood(bridge_.address(), kConnections);
  broker_.Freeze();
  for (std::size_t i = 0; i < kCalls; ++i) flood.Start(RequestOf(i), kLongDeadline);
  flood.WaitForEnds(kCalls - kShare);
  broker_.Thaw();
  const std::vector<FloodAnswer> answers = flood.Finish();

  std::set<std::size_t> answered_ok;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const grpc::Status& status = answers[i].status;
    EXPECT_EQ(answers[i].endings, 1U);
    if (status.ok()) {
      answered_ok.insert(i);
      continue;
    }
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << Describe(status);
    EXPECT_EQ(ReasonOf(status), "OVERLOADED");
    EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_value());
  }
  EXPECT_EQ(answered_ok.size(), kShare);
  EXPECT_EQ(TakeArrivals(kCalls), answered_ok);
}

TEST_F(GrpcOverloadTest, EveryCallIsRefusedAtOnceWhileThereIsNoRoom) {
  constexpr std::size_t kRounds = 20;
  constexpr std::size_t kRefusals = 50;
  // It would be more if a call waited for room for only a few milliseconds.
  constexpr double kMaxRatio = 4;
  std::vector<std::int64_t> users(kRoom);
  std::iota(users.begin(), users.end(), kFirstUser);
  broker_.Freeze();
  CallFlood flood(bridge_.address(), 1);
  for (int i = 0; i < 2; ++i) flood.Start(MessageRequest(users, "0"), kLongDeadline);
  // One of them took all the room.
  flood.WaitForEnds(1);
  double least_ratio = std::numeric_limits<double>::max();
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<Clock::duration> refused;
    std::vector<Clock::duration> idle;
    // A call that is refused and one that does nothing, in turn: what else the machine does slows
    // both.
    for (std::size_t i = 0; i < kRefusals; ++i) {
      const Clock::time_point begin = Clock::now();
      const grpc::Status status = PublishMessage(bridge_, RequestOf(i));
      const Clock::time_point end = Clock::now();
      ASSERT_EQ(bridge_.Health("liveness"), health::HealthCheckResponse::SERVING);
      idle.push_back(Clock::now() - end);
      refused.push_back(end - begin);
      ASSERT_EQ(ReasonOf(status), "OVERLOADED") << Describe(status);
    }
    std::sort(refused.begin(), refused.end());
    std::sort(idle.begin(), idle.end());
    const std::chrono::duration<double> median = refused[kRefusals / 2];
    least_ratio = std::min(least_ratio, median / idle[kRefusals / 2]);
  }
  broker_.Thaw();

  std::cout << "a refused call over one that does nothing: " << least_ratio << "\n";
  EXPECT_LE(least_ratio, kMaxRatio);
}

}  // namespace
}  // namespace dino::testing
