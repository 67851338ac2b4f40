#include "server/mqtt/session/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/mqtt/session/router_fixture.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::RecordingBatch;
using ::testing::UnorderedElementsAre;

TEST_F(RouterTest, AConnectedSessionKeepsItsUsersAndServes) {
  ConnectAll();
  world_.Publish(0, "a", {"1"});
  world_.Pass(seconds(100));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 a")));
  EXPECT_TRUE(world_.serving(0));
  EXPECT_THAT(world_.Moves(0), IsEmpty());
}

TEST_F(RouterTest, UsersMoveWhenTheConnectionStaysAway) {
  ConnectAll();
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Lose(0);
  EXPECT_FALSE(world_.serving(0));
  world_.Publish(0, "b", {"2"});
  world_.Pass(milliseconds(4999));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 a")));
  world_.Pass(milliseconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Moves(0), ElementsAre(Router::Move::kAway));
  world_.Publish(0, "c", {"3"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a"), Pair(1, "2 b"), Pair(1, "3 c")));
}

TEST_F(RouterTest, UsersOfASessionThatFlapsMoveToo) {
  ConnectAll();
  world_.Lose(0);
  for (int i = 0; i < 4; ++i) {
    world_.Pass(milliseconds(1000));
    world_.Connect(0);
    world_.Settle();
    world_.Pass(milliseconds(500));
    world_.Lose(0);
  }
  EXPECT_THAT(world_.Moves(0), IsEmpty());
  world_.Settle();
  EXPECT_THAT(world_.Moves(0), ElementsAre(Router::Move::kAway));
}

TEST_F(RouterTest, ASessionOfTheSameBrokerIsPreferred) {
  world_.Connect(3);
  ConnectAll();
  MoveAway();
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(3, "1 a")));
}

TEST_F(RouterTest, WithoutAStandbyTheyWaitAtHomeUntilThereIsOne) {
  world_.Publish(0, "a", {"1"});
  world_.Pass(seconds(10));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Connect(2);
  world_.Pass(milliseconds(200));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(2, "1 a")));
}

TEST_F(RouterTest, OnFailbackOnlyTopicsThatAreOpenAtTheStandbyWait) {
  ConnectAll();
  MoveAway();
  const auto slow = world_.Publish(0, "slow", {"1", "2"});
  world_.Settle();
  world_.Answer(1, "2");
  world_.Sent();
  ComeBack();
  EXPECT_THAT(world_.Moves(0), ElementsAre(Router::Move::kBack));
  world_.Publish(0, "new", {"1", "2", "3"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), UnorderedElementsAre(Pair(0, "2 new"), Pair(0, "3 new")));
  world_.Answer(1, "1");
  EXPECT_TRUE(slow->ended());
  world_.DeliverAll();
  world_.Pass(milliseconds(999));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty()) << "the brokers pass it on";
  world_.Pass(milliseconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 new")));
}

TEST_F(RouterTest, WhatIsGivenUpOnTheWireAtTheStandbyKeepsItsTopic) {
  ConnectAll();
  MoveAway();
  const auto given_up = world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Stop(given_up);
  EXPECT_TRUE(given_up->ended());
  ComeBack();
  world_.Sent();
  world_.Publish(0, "b", {"1"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Lose(1);
  world_.Pass(seconds(1));
  world_.DeliverAll();
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
}

TEST_F(RouterTest, NewWorkWaitsOnceUntilTheOtherBrokerHasPassedOnWhatItAcknowledged) {
  ConnectAll();
  MoveAway();
  world_.Connect(0);
  world_.Pass(kStable - milliseconds(300));
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Answer(1, "1");
  world_.Pass(milliseconds(300));
  world_.Settle();
  world_.Sent();
  world_.Publish(0, "b", {"1", "2"});
  world_.Pass(milliseconds(699));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Pass(milliseconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b"), Pair(0, "2 b")));
  world_.Publish(0, "c", {"3"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "3 c"))) << "once";
}

TEST_F(RouterTest, BetweenSessionsOfOneBrokerNothingWaits) {
  world_.Connect(3);
  ConnectAll();
  MoveAway();
  world_.Connect(0);
  world_.Pass(kStable);
  world_.Publish(0, "a", {"1"});
  world_.Turn(3);
  world_.Settle();
  world_.Sent();
  world_.Publish(0, "b", {"2"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "2 b")));
}

TEST_F(RouterTest, LanesKeepTheirOrderThereAndBack) {
  ConnectAll();
  PublishOptions options = RecordingBatch::Options();
  options.lane = 1;
  MoveAway();
  world_.Publish(0, "a", {"1"}, options);
  world_.Publish(0, "b", {"1", "2"}, options);
  world_.Settle();
  world_.Connect(0);
  world_.Pass(kStable);
  world_.Turn(0);
  // Comes while the recall is under way.
  world_.Publish(0, "c", {"1", "2"}, options);
  world_.Settle();
  world_.Sent();
  world_.Answer(1, "1");
  world_.Answer(1, "2");
  world_.DeliverAll();
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), UnorderedElementsAre(Pair(0, "1 b"), Pair(0, "2 c")));
  world_.Answer(0, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 c")));
}

TEST_F(RouterTest, AnEventEndsAtItsDeadlineWhereverItIs) {
  ConnectAll();
  MoveAway();
  PublishOptions options = RecordingBatch::Options();
  options.deadline = world_.now() + seconds(3);
  const auto sent = world_.Publish(0, "a", {"1"}, options);
  const auto waiting = world_.Publish(0, "b", {"1"}, options);
  world_.Settle();
  world_.Pass(seconds(3));
  world_.Settle();
  EXPECT_THAT(sent->outcomes(), ElementsAre(Outcome::kUnknown));
  EXPECT_THAT(waiting->outcomes(), ElementsAre(Outcome::kNotSent));
}

TEST_F(RouterTest, ABatchThatWasStoppedOnItsWayEndsWhereItArrives) {
  ConnectAll();
  MoveAway();
  const auto batch = world_.Publish(0, "a", {"1"});
  world_.Stop(batch);
  EXPECT_FALSE(batch->ended());
  world_.DeliverAll();
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kNotSent));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
}

}  // namespace
}  // namespace dino::mqtt
