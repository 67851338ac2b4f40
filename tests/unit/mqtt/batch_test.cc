#include "server/mqtt/batch.h"

#include <gtest/gtest.h>

namespace dino::mqtt {
namespace {

TEST(OutcomeTest, CodesBelow0x80Acknowledge) {
  EXPECT_EQ(OutcomeOf(0x00), Outcome::kAcknowledged);
  EXPECT_EQ(OutcomeOf(0x01), Outcome::kAcknowledged);
  EXPECT_EQ(OutcomeOf(0x7F), Outcome::kAcknowledged);
  EXPECT_EQ(OutcomeOf(0x80), Outcome::kRejected);
  EXPECT_EQ(OutcomeOf(0x87), Outcome::kRejected);
}

TEST(OutcomeTest, NobodySubscribesIsAnAcknowledgementToo) {
  EXPECT_EQ(OutcomeOf(0x10), Outcome::kNoSubscriber);
  EXPECT_TRUE(IsAcknowledged(Outcome::kNoSubscriber));
  EXPECT_TRUE(IsAcknowledged(Outcome::kAcknowledged));
  for (const Outcome outcome :
       {Outcome::kPending, Outcome::kRejected, Outcome::kNotSent, Outcome::kUnknown}) {
    EXPECT_FALSE(IsAcknowledged(outcome));
  }
}

TEST(OutcomeTest, AcknowledgedOutcomesHaveACode) {
  for (const Outcome outcome : {Outcome::kAcknowledged, Outcome::kNoSubscriber}) {
    EXPECT_EQ(OutcomeOf(ReasonCodeOf(outcome)), outcome);
  }
}

TEST(LaneTest, NoTwoAreTheSame) { EXPECT_NE(NewLane(), NewLane()); }

}  // namespace
}  // namespace dino::mqtt
