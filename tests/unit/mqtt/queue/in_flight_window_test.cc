#include "server/mqtt/queue/in_flight_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;

Chunk& SomeChunk() {
  static Chunk chunk;
  return chunk;
}

// Adds a publication whose packet identifier and topic hash are `number`.
void Add(InFlightWindow& window, int number, std::size_t bytes = 1, Chunk& chunk = SomeChunk()) {
  window
      .Add(chunk, static_cast<std::uint32_t>(number), static_cast<std::uint64_t>(number), bytes,
           Clock::time_point(std::chrono::seconds(number)))
      .packet_id = number;
}

TEST(InFlightWindowTest, HasRoomUntilItsCapacityIsReached) {
  InFlightWindow window(2, 1000);
  Add(window, 1);
  EXPECT_TRUE(window.HasRoom(1));
  Add(window, 2);
  EXPECT_FALSE(window.HasRoom(1));
}

TEST(InFlightWindowTest, PubackMakesRoom) {
  InFlightWindow window(1, 1000);
  Add(window, 1);
  ASSERT_FALSE(window.HasRoom(1));
  EXPECT_TRUE(window.Remove(1).has_value());
  EXPECT_TRUE(window.HasRoom(1));
}

TEST(InFlightWindowTest, BytesAreBounded) {
  InFlightWindow window(10, 100);
  Add(window, 1, 60);
  EXPECT_TRUE(window.HasRoom(40));
  EXPECT_FALSE(window.HasRoom(41));
  window.Remove(1);
  EXPECT_TRUE(window.HasRoom(100));
}

TEST(InFlightWindowTest, EmptyWindowTakesAnySize) {
  EXPECT_TRUE(InFlightWindow(10, 100).HasRoom(1000000));
}

TEST(InFlightWindowTest, CapacityIsLimitedByTheBrokerButNotRaised) {
  InFlightWindow window(2, 1000);
  window.LimitCapacity(1);
  Add(window, 1);
  EXPECT_FALSE(window.HasRoom(1));
  window.LimitCapacity(65535);
  EXPECT_TRUE(window.HasRoom(1));
  Add(window, 2);
  EXPECT_FALSE(window.HasRoom(1));
}

TEST(InFlightWindowTest, UnknownPacketIdentifierIsNobodys) {
  InFlightWindow window(10, 1000);
  Add(window, 1);
  EXPECT_FALSE(window.Remove(2).has_value());
  EXPECT_TRUE(window.Remove(1).has_value());
  EXPECT_FALSE(window.Remove(1).has_value());
}

TEST(InFlightWindowTest, TakesAllInTheOrderOfSending) {
  InFlightWindow window(10, 1000);
  for (int number = 1; number <= 5; ++number) Add(window, number);
  window.Remove(2);
  window.Remove(4);
  Add(window, 6);
  std::vector<int> packet_ids;
  for (const InFlight& entry : window.TakeAll()) packet_ids.push_back(entry.packet_id);
  EXPECT_THAT(packet_ids, ElementsAre(1, 3, 5, 6));
  EXPECT_TRUE(window.empty());
  EXPECT_TRUE(window.HasRoom(1000));
}

TEST(InFlightWindowTest, DetachedPublicationsKeepTheirPlaceButHaveNoChunk) {
  InFlightWindow window(2, 1000);
  Chunk first;
  Chunk second;
  Add(window, 1, 1, first);
  Add(window, 2, 1, second);
  std::vector<std::uint32_t> detached;
  window.Detach(first, [&](std::uint32_t position) { detached.push_back(position); });
  EXPECT_THAT(detached, ElementsAre(1U));
  EXPECT_FALSE(window.HasRoom(1));
  EXPECT_EQ(window.Remove(1)->chunk, nullptr);
  EXPECT_EQ(window.Remove(2)->chunk, &second);
}

TEST(InFlightWindowTest, OldestIsTheOneSentFirst) {
  InFlightWindow window(10, 1000);
  EXPECT_FALSE(window.OldestSentAt().has_value());
  Add(window, 1);
  Add(window, 2);
  EXPECT_EQ(window.OldestSentAt(), Clock::time_point(std::chrono::seconds(1)));
  window.Remove(1);
  EXPECT_EQ(window.OldestSentAt(), Clock::time_point(std::chrono::seconds(2)));
}

TEST(InFlightWindowTest, WhatIsExcusedWasSentSoMuchLater) {
  InFlightWindow window(10, 1000);
  Add(window, 1);
  window.Excuse(std::chrono::seconds(7));
  Add(window, 2);
  EXPECT_EQ(window.OldestSentAt(), Clock::time_point(std::chrono::seconds(8)));
  window.Remove(1);
  EXPECT_EQ(window.OldestSentAt(), Clock::time_point(std::chrono::seconds(2)));
}

TEST(InFlightWindowTest, NothingStaysInFlightUntilPacketIdentifiersComeRound) {
  InFlightWindow window(64, 1000);
  Add(window, 1);
  int sent = 1;
  while (window.HasRoom(1)) {
    ASSERT_LT(sent, 65535);
    Add(window, ++sent);
    window.Remove(sent);
  }
  EXPECT_EQ(sent, 32768);
  window.Remove(1);
  EXPECT_TRUE(window.HasRoom(1));
}

}  // namespace
}  // namespace dino::mqtt
