#include "server/fanout/finished_events.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace dino::fanout {
namespace {

using std::chrono::seconds;

// All of one part, so that what is forgotten is known exactly.
EventId IdOf(std::uint32_t number) {
  EventId id{};
  for (unsigned i = 0; i < 4; ++i) id[9 + i] = static_cast<unsigned char>(number >> (8 * i));
  return id;
}

class FinishedEventsTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kOfAPart = 3;
  static constexpr seconds kWindow{10};

  void Add(std::uint32_t number) { events_.Add(IdOf(number), {number, number * 2}, now_); }
  bool Knows(std::uint32_t number) { return events_.Find(IdOf(number), now_).has_value(); }

  FinishedEvents events_{kOfAPart * FinishedEvents::kParts, kWindow};
  Clock::time_point now_ = Clock::now();
};

TEST_F(FinishedEventsTest, FindsWhatWasAdded) {
  Add(7);
  const auto found = events_.Find(IdOf(7), now_);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->fingerprint, 7U);
  EXPECT_EQ(found->no_subscriber_count, 14U);
  EXPECT_FALSE(Knows(8));
  EXPECT_EQ(events_.size(), 1U);
}

TEST_F(FinishedEventsTest, ForgetsAfterItsWindow) {
  Add(1);
  now_ += kWindow - seconds(1);
  Add(2);
  now_ += seconds(1);
  EXPECT_FALSE(Knows(1));
  EXPECT_TRUE(Knows(2));
  now_ += kWindow;
  Add(3);
  EXPECT_EQ(events_.size(), 1U) << "what is forgotten takes no room";
  EXPECT_EQ(events_.forgotten_early(), 0U);
}

TEST_F(FinishedEventsTest, EachQuestionRestartsTheWindow) {
  Add(1);
  Add(2);
  now_ += kWindow - seconds(1);
  EXPECT_TRUE(Knows(1));
  now_ += seconds(1);
  Add(3);
  EXPECT_FALSE(Knows(2));
  EXPECT_TRUE(Knows(1));
  EXPECT_EQ(events_.size(), 2U);
}

TEST_F(FinishedEventsTest, MakesRoomByForgettingTheFirst) {
  for (std::uint32_t number = 1; number <= 4; ++number) Add(number);
  EXPECT_FALSE(Knows(1));
  EXPECT_TRUE(Knows(2));
  EXPECT_EQ(events_.size(), kOfAPart);
  EXPECT_EQ(events_.forgotten_early(), 1U);
}

TEST_F(FinishedEventsTest, WhatWasAskedForIsForgottenLater) {
  for (std::uint32_t number = 1; number <= 3; ++number) Add(number);
  EXPECT_TRUE(Knows(1));
  Add(4);
  EXPECT_TRUE(Knows(1));
  EXPECT_FALSE(Knows(2));
}

TEST_F(FinishedEventsTest, AddsAgainWhatItHasNotThrownAwayYet) {
  Add(1);
  now_ += seconds(1);
  Add(2);
  now_ += kWindow - seconds(1);
  EXPECT_FALSE(Knows(1));
  Add(1);
  EXPECT_TRUE(Knows(1));
  EXPECT_TRUE(Knows(2));
  EXPECT_EQ(events_.size(), 2U);
}

TEST(FinishedEventsSizeTest, ManyOfThemComeAndGo) {
  FinishedEvents events(100000, seconds(10));
  Clock::time_point now = Clock::now();
  for (std::uint32_t number = 0; number < 300000; ++number) {
    EventId id = IdOf(number);
    id.back() = static_cast<unsigned char>(number);
    if (number % 5000 == 0) now += seconds(1);
    events.Add(id, {number, 0}, now);
    if (number < 1000) continue;
    id = IdOf(number - 1000);
    id.back() = static_cast<unsigned char>(number - 1000);
    const auto found = events.Find(id, now);
    ASSERT_TRUE(found.has_value()) << number;
    ASSERT_EQ(found->fingerprint, number - 1000);
  }
  EXPECT_LE(events.size(), 100000U);
  EXPECT_EQ(events.forgotten_early(), 0U);
}

}  // namespace
}  // namespace dino::fanout
