// What becomes of users whose standby is lost.
#include "tests/unit/mqtt/session/router_fixture.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST_F(RouterTest, WhatTheStandbyLosesAfterTheRecallIsSentAgainFromHomeFirst) {
  ConnectAll();
  MoveAway();
  const auto first = world_.Publish(0, "a", {"1"});
  world_.Settle();
  ComeBack();
  const auto second = world_.Publish(0, "b", {"1"});
  world_.Settle();
  world_.Sent();
  world_.Lose(1);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 a")));
  world_.Answer(0, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
  world_.Answer(0, "1");
  EXPECT_TRUE(first->ended());
  EXPECT_TRUE(second->ended());
}

TEST_F(RouterTest, AStandbyThatIsLostGivesItsWorkToTheHomeWhichChoosesAgain) {
  ConnectAll();
  MoveAway();
  const auto batch = world_.Publish(0, "a", {"1", "2"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a"), Pair(1, "2 a")));
  world_.Lose(1);
  world_.Publish(0, "b", {"1"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(2, "1 a"), Pair(2, "2 a")));
  world_.Answer(2, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(2, "1 b")));
}

TEST_F(RouterTest, AStandbyThatIsLostBeforeItHasWorkIsLeftToo) {
  ConnectAll();
  MoveAway();
  world_.Lose(1);
  world_.Settle();
  world_.Publish(0, "a", {"1"});
  world_.DeliverOne(0);
  EXPECT_THAT(world_.Turn(2), ElementsAre("1 a"));
}

TEST_F(RouterTest, WhenTheStandbyIsLostUsersComeToAConnectionThatIsNew) {
  ConnectAll();
  MoveAway();
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Answer(1, "1");
  world_.Connect(0);
  world_.Lose(1);
  world_.Settle();
  world_.Sent();
  world_.Publish(0, "b", {"1"});
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
  world_.Answer(0, "1");
  EXPECT_THAT(world_.Moves(0), ElementsAre(Router::Move::kBack));
  world_.Lose(0);
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Moves(0), ElementsAre(Router::Move::kAway)) << "it did not hold";
}

TEST_F(RouterTest, WhatTheStandbyAcknowledgesAfterTheRecallSettlesBeforeTheNextBroker) {
  world_.Connect(3);
  ConnectAll();
  MoveAway();
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Connect(0);
  world_.Pass(kStable);
  world_.Turn(0);
  world_.Lose(0);
  world_.DeliverAll();
  world_.Answer(3, "1");
  world_.Lose(3);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(3, "1 a")));
  world_.Publish(0, "b", {"1"});
  world_.Pass(milliseconds(999));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Pass(milliseconds(201));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 b")));
}

TEST_F(RouterTest, AStandbyKeepsServingWhenItsOwnHomeIsAway) {
  ConnectAll();
  MoveAway();
  const auto batch = world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Lose(1);
  world_.Settle();
  world_.Connect(1);
  world_.Publish(1, "own", {"x"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a"), Pair(2, "1 a"), Pair(1, "x own")));
}

}  // namespace
}  // namespace dino::mqtt
