#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <set>
#include <vector>

#include "tests/integration/flood_fixture.h"
#include "tests/testing/process_usage.h"

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

  // Calls come, but while the broker stands still none goes.
  std::vector<FloodAnswer> CallAllAtOnce() {
    CallFlood flood(bridge_.address(), kConnections);
    broker_.Freeze();
    for (std::size_t i = 0; i < kCalls; ++i) flood.Start(RequestOf(i), kLongDeadline);
    broker_.Thaw();
    return flood.Finish();
  }

  // Once no connection of a flood is left.
  ProcessUsage IdleUsage() {
    ProcessUsage usage = UsageOf(bridge_.pid());
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (usage.file_descriptors > connected_.file_descriptors && Clock::now() < deadline) {
      EXPECT_TRUE(bridge_.Health("liveness").has_value());
      usage = UsageOf(bridge_.pid());
    }
    return usage;
  }

  const ProcessUsage connected_ = UsageOf(bridge_.pid());
};

TEST_F(GrpcFloodTest, TenThousandCallsAtOnceAreAllAnsweredOkAndArrive) {
  StartSteadyCallers();
  const std::vector<FloodAnswer> answers = CallAllAtOnce();

  EXPECT_THAT(CountCodes(answers), ElementsAre(Pair(grpc::StatusCode::OK, kCalls)));
  ExpectNoneLost(answers, TakeArrivals(kCalls));
  ExpectSteadyCallersUnharmed();
}

TEST_F(GrpcFloodTest, FurtherFloodsLeaveTheProcessAsItWas) {
  for (int i = 0; i < 2; ++i) CallAllAtOnce();
  const ProcessUsage before = IdleUsage();
  for (int i = 0; i < 3; ++i) CallAllAtOnce();
  const ProcessUsage after = IdleUsage();

  EXPECT_LE(after.resident_kib, before.resident_kib * 11 / 10);
  EXPECT_LE(after.file_descriptors, before.file_descriptors);
  EXPECT_LE(after.threads, before.threads * 11 / 10);
}

// Room for 1,000 publications that are pending.
class GrpcOverloadTest : public FloodFixture {
 protected:
  static constexpr std::size_t kRoom = 1000;

  GrpcOverloadTest()
      : FloodFixture(
            {kPatientWithBroker, "--max-recipients=1000", "--max-pending-publications=1000"}) {}
};

TEST_F(GrpcOverloadTest, CallsBeyondTheLimitAreRefusedAndNothingOfThemIsPublished) {
  CallFlood flood(bridge_.address(), kConnections);
  broker_.Freeze();
  for (std::size_t i = 0; i < kCalls; ++i) flood.Start(RequestOf(i), kLongDeadline);
  flood.WaitForEnds(kCalls - kRoom);
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
  EXPECT_EQ(answered_ok.size(), kRoom);
  EXPECT_EQ(TakeArrivals(kCalls), answered_ok);
}

}  // namespace
}  // namespace dino::testing
