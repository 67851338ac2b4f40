// How much callers may publish.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/process/patience.h"
#include "tests/unit/api/known_callers.h"

namespace dino::api {
namespace {

class CallerQuotaTest : public KnownCallers, public ServerFixture {
 protected:
  CallerQuotaTest() : ServerFixture(Options()) { publisher_.AcknowledgeAtOnce(); }

  Answer CallWith(const std::string& key, const v1::PublishMessageRequest& request = Request()) {
    grpc::ClientContext context;
    Authorize(context, key);
    return Call(context, request);
  }

  // The slow one's quota gives ten recipients a second, and so nothing for 99 seconds after this:
  // longer than a test takes.
  static constexpr double kDebt = 990;
  static v1::PublishMessageRequest LargeRequest() {
    std::vector<std::int64_t> users(1000);
    std::iota(users.begin(), users.end(), 1);
    return Request(users);
  }
};

TEST_F(CallerQuotaTest, BeyondTheQuotaCallsAreToldWhenToRepeat) {
  const auto begin = testing::Clock::now();
  EXPECT_TRUE(CallWith(kSlowKey, LargeRequest()).status.ok());
  const grpc::Status status = CallWith(kSlowKey, Request({1, 2, 3, 4, 5})).status;
  const std::chrono::duration<double> elapsed = testing::Clock::now() - begin;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "CALLER_QUOTA");
  const auto retry = DetailOf<google::rpc::RetryInfo>(status).retry_delay();
  const double seconds = static_cast<double>(retry.seconds()) + retry.nanos() * 1e-9;
  constexpr double kWait = (kDebt + 5) / 10;
  EXPECT_LE(seconds, kWait);
  EXPECT_GE(seconds, kWait - elapsed.count() - 0.001);
  EXPECT_TRUE(CallWith(kChatKey).status.ok()) << "others are not held up";
}

TEST_F(CallerQuotaTest, WhoCallsWithoutPauseGetsThroughWhatTheQuotaGives) {
  // Far fewer than a slow machine makes.
  constexpr double kRate = 20;
  // Connecting takes time, in which the quota gives nothing.
  ASSERT_TRUE(CallWith(kChatKey).status.ok());
  using Seconds = std::chrono::duration<double>;
  const auto begin = testing::Clock::now();
  auto last_sent = begin;
  auto first_answered = begin;
  double admitted = 0;
  double refused = 0;
  Seconds unused{};
  // What comes in a second at once, and then as much as comes in two. A call that is refused finds
  // less than one event left; how long calls take does not matter.
  while (admitted < 3 * kRate) {
    const auto sent = testing::Clock::now();
    const bool ok = CallWith(kSteadyKey).status.ok();
    const auto answered = testing::Clock::now();
    if (admitted == 0) first_answered = answered;
    // No more than a second's events are kept for who does not call.
    unused += std::max(Seconds(0), Seconds(answered - last_sent) - Seconds(1));
    last_sent = sent;
    if (ok) {
      ++admitted;
    } else {
      ++refused;
      const Seconds used = Seconds(sent - first_answered) - unused;
      EXPECT_GT(admitted + 1, kRate + kRate * used.count() - 0.001);
    }
    EXPECT_LE(admitted, kRate + kRate * Seconds(answered - begin).count() + 0.001);
  }
  EXPECT_GT(refused, 0);
}

TEST_F(CallerQuotaTest, WhatIsInvalidCostsNothing) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(CallWith(kSlowKey, Request({1, 2, -1})).status.error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_TRUE(CallWith(kSlowKey, Request({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})).status.ok());
}

TEST_F(CallerQuotaTest, WhatCannotBePublishedCostsNothing) {
  v1::PublishMessageRequest request = Request({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  v1::PublishMessageRequest keyed = request;
  keyed.mutable_options()->set_idempotency_key("key");
  publisher_.set_connected(false);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ReasonOf(CallWith(kSlowKey, request).status), "BROKER_UNREACHABLE");
    EXPECT_EQ(ReasonOf(CallWith(kSlowKey, keyed).status), "BROKER_UNREACHABLE");
  }
  publisher_.set_connected(true);
  EXPECT_TRUE(CallWith(kSlowKey, request).status.ok());
}

TEST_F(CallerQuotaTest, AWrongResumeTokenNeitherCostsNorGives) {
  const v1::PublishMessageRequest request = LargeRequest();
  v1::PublishMessageRequest wrong = request;
  wrong.mutable_options()->set_resume_token("wrong");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ReasonOf(CallWith(kSlowKey, wrong).status), "RESUME_TOKEN");
  EXPECT_TRUE(CallWith(kSlowKey, request).status.ok());
  // Nothing is left, and a dry run does not change that.
  wrong.mutable_options()->set_validate_only(true);
  CallWith(kSlowKey, wrong);
  EXPECT_EQ(ReasonOf(CallWith(kSlowKey, request).status), "CALLER_QUOTA");
}

}  // namespace
}  // namespace dino::api
