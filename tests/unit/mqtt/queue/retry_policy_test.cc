#include "server/mqtt/queue/retry_policy.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::mqtt {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::time_point kConnectedAt{hours(1)};

RetryPolicy ConnectedPolicy() {
  RetryPolicy policy;
  policy.Connected(kConnectedAt);
  return policy;
}

TEST(RetryPolicyTest, BusyMayPassAtAnyAge) {
  RetryPolicy policy = ConnectedPolicy();
  policy.Acknowledged();
  for (const std::uint8_t code : {0x80, 0x83, 0x97}) {
    EXPECT_TRUE(policy.MayPass(code, kConnectedAt + hours(1)));
  }
}

TEST(RetryPolicyTest, NotAuthorizedMayPassInTheFirstTenSeconds) {
  const RetryPolicy policy = ConnectedPolicy();
  EXPECT_TRUE(policy.MayPass(0x87, kConnectedAt + milliseconds(9999)));
  EXPECT_FALSE(policy.MayPass(0x87, kConnectedAt + seconds(10)));
}

TEST(RetryPolicyTest, NotAuthorizedCountsOnceTheConnectionHasHadSomethingAcknowledged) {
  RetryPolicy policy = ConnectedPolicy();
  policy.Acknowledged();
  EXPECT_FALSE(policy.MayPass(0x87, kConnectedAt));
  policy.Connected(kConnectedAt);
  EXPECT_TRUE(policy.MayPass(0x87, kConnectedAt)) << "the next connection proves itself anew";
}

TEST(RetryPolicyTest, NothingElseMayPass) {
  for (const std::uint8_t code : {0x00, 0x10, 0x90, 0x91, 0x99, 0xEE}) {
    EXPECT_FALSE(ConnectedPolicy().MayPass(code, kConnectedAt)) << int{code};
  }
}

TEST(RetryPolicyTest, DelaysDoubleUpToTwoSeconds) {
  EXPECT_EQ(RetryDelay(1), milliseconds(100));
  EXPECT_EQ(RetryDelay(2), milliseconds(200));
  EXPECT_EQ(RetryDelay(5), milliseconds(1600));
  EXPECT_EQ(RetryDelay(6), seconds(2));
  EXPECT_EQ(RetryDelay(255), seconds(2));
}

TEST(RetryPolicyTest, WhatABrokerDoesNotTakeMayHaveBeenSentBefore) {
  Attempts attempts;
  EXPECT_EQ(OutcomeIfNotTaken(attempts, 0x95).outcome, Outcome::kNotSent);
  EXPECT_EQ(OutcomeIfNotTaken(attempts, 0x95).reason_code, 0x95);
  attempts.Refused(0x97);
  EXPECT_EQ(OutcomeIfNotTaken(attempts, 0x95).outcome, Outcome::kRejected);
  EXPECT_EQ(OutcomeIfNotTaken(attempts, 0x95).reason_code, 0x97);
  attempts.unanswered = true;
  EXPECT_EQ(OutcomeIfNotTaken(attempts, 0x95).outcome, Outcome::kUnknown);
}

}  // namespace
}  // namespace dino::mqtt
