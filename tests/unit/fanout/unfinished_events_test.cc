#include "server/fanout/unfinished_events.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::fanout {
namespace {

using std::chrono::seconds;

EventId ShortIdOf(unsigned char number) { return EventId{number}; }

class UnfinishedEventsTest : public ::testing::Test {
 protected:
  void Put(unsigned char number, std::uint32_t recipients = 2) {
    Acknowledgements known(recipients);
    known.Add(0, mqtt::Outcome::kAcknowledged);
    events_.Put(ShortIdOf(number), {number, known}, now_);
  }
  bool Knows(unsigned char number) { return events_.Find(ShortIdOf(number), now_) != nullptr; }

  UnfinishedEvents events_{1000, seconds(10)};
  Clock::time_point now_ = Clock::now();
};

TEST_F(UnfinishedEventsTest, GivesBackWhatWasPut) {
  Put(1);
  EXPECT_FALSE(events_.Take(ShortIdOf(2), now_).has_value());
  const auto taken = events_.Take(ShortIdOf(1), now_);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->fingerprint, 1U);
  EXPECT_TRUE(taken->acknowledgements.Has(0));
  EXPECT_FALSE(taken->acknowledgements.Has(1));
  EXPECT_FALSE(Knows(1));
  EXPECT_EQ(events_.size(), 0U);
}

TEST_F(UnfinishedEventsTest, ForgetsAfterItsWindow) {
  Put(1);
  now_ += seconds(9);
  EXPECT_TRUE(Knows(1));
  now_ += seconds(1);
  EXPECT_FALSE(Knows(1));
  EXPECT_EQ(events_.forgotten_early(), 0U);
}

TEST_F(UnfinishedEventsTest, MakesRoomByForgettingTheFirst) {
  for (unsigned char number = 1; number <= 20; ++number) Put(number);
  EXPECT_FALSE(Knows(1));
  EXPECT_TRUE(Knows(20));
  EXPECT_EQ(events_.forgotten_early(), 20 - events_.size());
}

TEST_F(UnfinishedEventsTest, ALargeEventTakesMoreRoom) {
  Put(1);
  Put(2, 6000);
  EXPECT_FALSE(Knows(1));
  Put(3, 10000);
  EXPECT_FALSE(Knows(3)) << "it does not fit at all";
  Put(4);
  EXPECT_TRUE(Knows(4)) << "its room was given back";
}

}  // namespace
}  // namespace dino::fanout
