#include "server/mqtt/queue/topic_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace dino::mqtt {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kTopic = 7;

class TopicLinesTest : public ::testing::Test {
 protected:
  Deferred Wanting(std::uint64_t topic_hash) {
    Deferred deferred;
    deferred.topic_hash = topic_hash;
    return deferred;
  }

  TopicLines lines_;
};

TEST_F(TopicLinesTest, OneAtATimeHasATopic) {
  EXPECT_TRUE(lines_.TryTake(kTopic));
  EXPECT_FALSE(lines_.TryTake(kTopic));
  EXPECT_TRUE(lines_.TryTake(kTopic + 1));
  EXPECT_EQ(lines_.Release(kTopic), nullptr);
  EXPECT_TRUE(lines_.TryTake(kTopic));
}

TEST_F(TopicLinesTest, WhoWaitsGetsItInTurn) {
  Deferred first = Wanting(kTopic);
  Deferred second = Wanting(kTopic);
  lines_.TryTake(kTopic);
  lines_.Wait(first);
  lines_.Wait(second);
  EXPECT_EQ(lines_.Release(kTopic), &first);
  EXPECT_FALSE(lines_.TryTake(kTopic));
  EXPECT_EQ(lines_.Release(kTopic), &second);
  EXPECT_EQ(lines_.Release(kTopic), nullptr);
}

TEST_F(TopicLinesTest, WhoLeavesTheLineIsPassedOver) {
  Deferred first = Wanting(kTopic);
  Deferred second = Wanting(kTopic);
  lines_.TryTake(kTopic);
  lines_.Wait(first);
  lines_.Wait(second);
  first.list->Erase(first);
  EXPECT_EQ(lines_.Release(kTopic), &second);
}

TEST_F(TopicLinesTest, ATopicThatSeveralHaveIsPassedOnByTheLast) {
  Deferred waiting = Wanting(kTopic);
  lines_.TakeAlso(kTopic);
  lines_.TakeAlso(kTopic);
  lines_.Wait(waiting);
  EXPECT_EQ(lines_.Release(kTopic), nullptr);
  EXPECT_EQ(lines_.Release(kTopic), &waiting);
  EXPECT_EQ(lines_.Release(kTopic), nullptr);
}

TEST_F(TopicLinesTest, ATopicThatNobodyHasTakesNoMemory) {
  Deferred waiting = Wanting(kTopic);
  lines_.TryTake(kTopic);
  lines_.Wait(waiting);
  lines_.Release(kTopic);
  EXPECT_EQ(lines_.size(), 1U);
  lines_.Release(kTopic);
  EXPECT_EQ(lines_.size(), 0U);
}

TEST_F(TopicLinesTest, WhoIsTakenOutKeepsTheOrderOfTheLine) {
  Deferred first = Wanting(kTopic);
  Deferred second = Wanting(kTopic);
  Deferred third = Wanting(kTopic);
  lines_.TryTake(kTopic);
  for (Deferred* deferred : {&first, &second, &third}) lines_.Wait(*deferred);
  std::vector<Deferred*> taken;
  lines_.TakeWaiting([&](const Deferred& deferred) { return &deferred != &second; }, taken);
  EXPECT_THAT(taken, ElementsAre(&first, &third));
  EXPECT_EQ(lines_.Release(kTopic), &second);
}

}  // namespace
}  // namespace dino::mqtt
