#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "tests/system/flood_fixture.h"

namespace dino::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::Key;

// Calls whose callers do not wait for the answer, among others.
class GrpcCancelTest : public FloodFixture {
 protected:
  GrpcCancelTest() : FloodFixture({kPatientWithBroker}) {}
};

TEST_F(GrpcCancelTest, CancellingHalfOfTenThousandCallsDoesNotAffectTheOthers) {
  constexpr std::size_t kCalls = 10000;
  constexpr unsigned kSeed = 1;
  std::mt19937 random(kSeed);
  StartSteadyCallers();
  std::set<std::size_t> cancelled;
  CallFlood flood(bridge_.address(), 10);
  for (std::size_t i = 0; i < kCalls; ++i) {
    flood.Start(RequestOf(i), kLongDeadline);
    // One that is starting, in progress, or already answered.
    const std::size_t number = i - random() % std::min<std::size_t>(i + 1, 2000);
    if (cancelled.size() < kCalls / 2 && random() % 8 < 7 && cancelled.insert(number).second) {
      flood.Cancel(number);
    }
  }
  ASSERT_EQ(cancelled.size(), kCalls / 2);
  const std::vector<FloodAnswer> answers = flood.Finish();

  for (std::size_t i = 0; i < kCalls; ++i) {
    const grpc::Status& status = answers[i].status;
    if (status.error_code() == grpc::StatusCode::CANCELLED && cancelled.count(i) == 1) continue;
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
  EXPECT_GT(CountCodes(answers)[grpc::StatusCode::CANCELLED], 0U);
  ExpectNoneLost(answers, TakeArrivals(kCalls));
  ExpectSteadyCallersUnharmed();
}

TEST_F(GrpcCancelTest, OneMillisecondDeadlinesExpireOnTimeAndDoNotAffectOthers) {
  constexpr std::size_t kCalls = 5000;
  StartSteadyCallers();
  CallFlood flood(bridge_.address(), 4);
  for (std::size_t i = 0; i < kCalls; ++i) flood.Start(RequestOf(i), std::chrono::milliseconds(1));
  const std::vector<FloodAnswer> answers = flood.Finish();

  EXPECT_THAT(CountCodes(answers),
              Each(Key(AnyOf(grpc::StatusCode::OK, grpc::StatusCode::DEADLINE_EXCEEDED))));
  EXPECT_GT(CountCodes(answers)[grpc::StatusCode::DEADLINE_EXCEEDED], 0U);
  ExpectNoneLost(answers, TakeArrivals(kCalls));
  ExpectSteadyCallersUnharmed();
}

// One publication at a time goes to the broker, while up to 749 others wait.
class GrpcWaitingCallsTest : public FloodFixture {
 protected:
  static constexpr std::size_t kRoom = 1000;
  // What callers without names at one address may have of it.
  static constexpr std::size_t kShare = 750;

  GrpcWaitingCallsTest()
      : FloodFixture({kPatientWithBroker, "--mqtt-sessions=1", "--mqtt-in-flight-window=1",
                      "--max-recipients=1000", "--max-pending-publications=1000"}) {}

  // Retries until a dry run that needs all the room would be admitted: no call is waiting any more.
  void WaitUntilNoCallWaits() {
    std::vector<std::int64_t> users(kRoom);
    std::iota(users.begin(), users.end(), kFirstUser);
    v1::PublishMessageRequest request = MessageRequest(users, kProbe);
    request.mutable_options()->set_validate_only(true);
    const Clock::time_point deadline = Clock::now() + kPatience;
    grpc::Status status;
    do {
      status = PublishMessage(bridge_, request);
    } while (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
             Clock::now() < deadline);
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
};

TEST_F(GrpcWaitingCallsTest, NothingIsPublishedOnceACancellationHasArrived) {
  broker_.Freeze();
  CallFlood flood(bridge_.address(), 2);
  for (std::size_t i = 0; i <= kShare; ++i) flood.Start(RequestOf(i), kLongDeadline);
  // One finds no room, so the others were admitted.
  flood.WaitForEnds(1);
  for (std::size_t i = 0; i <= kShare; ++i) flood.Cancel(i);
  const auto counts = CountCodes(flood.Finish());
  EXPECT_EQ(counts,
            (std::map<grpc::StatusCode, std::size_t>{{grpc::StatusCode::CANCELLED, kShare},
                                                     {grpc::StatusCode::RESOURCE_EXHAUSTED, 1}}));
  WaitUntilNoCallWaits();
  broker_.Thaw();

  // Only what had already been sent.
  EXPECT_LE(TakeArrivals(kShare).size(), 1U);
}

TEST_F(GrpcWaitingCallsTest, NothingIsPublishedAfterTheDeadlineOfACall) {
  broker_.Freeze();
  CallFlood flood(bridge_.address(), 1);
  for (std::size_t i = 0; i < kShare; ++i) flood.Start(RequestOf(i), std::chrono::seconds(1));
  const auto counts = CountCodes(flood.Finish());
  EXPECT_EQ(
      counts,
      (std::map<grpc::StatusCode, std::size_t>{{grpc::StatusCode::DEADLINE_EXCEEDED, kShare}}));
  WaitUntilNoCallWaits();
  broker_.Thaw();

  EXPECT_LE(TakeArrivals(kShare).size(), 1U);
}

}  // namespace
}  // namespace dino::testing
