// How a broker is tried again that was left: session 0's, whose users are served by session 1.
#include "tests/unit/mqtt/session/router_fixture.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class RouterTrialTest : public RouterTest {
 protected:
  void SetUp() override {
    ConnectAll();
    MoveAway();
  }

  // User 1 is the one with whom the broker is tried, and has something in flight there.
  void TryWithUser1() {
    world_.Try(0);
    world_.Publish(0, "a", {"1", "2"});
    world_.Settle();
    world_.Pass(seconds(1));
    world_.Settle();
    ASSERT_THAT(world_.Sent(), ElementsAre(Pair(1, "2 a"), Pair(0, "1 a")));
    world_.Answer(1, "2");
  }
};

TEST_F(RouterTrialTest, OneUserTriesTheBrokerAndNobodyElseWaits) {
  TryWithUser1();
  world_.Publish(0, "b", {"2", "1", "3"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), UnorderedElementsAre(Pair(1, "2 b"), Pair(1, "3 b")));
  EXPECT_FALSE(world_.serving(0));
  EXPECT_THAT(world_.Moves(0), IsEmpty());
}

TEST_F(RouterTrialTest, AllComeHomeWhenItAnswers) {
  TryWithUser1();
  world_.Publish(0, "b", {"1"});
  world_.Answer(0, "1");
  world_.TakeBack(0);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b"))) << "its user is there already";
  world_.Publish(0, "c", {"2"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "2 c")));
  world_.Answer(1, "2");
  world_.Pass(kStable);
  world_.Settle();
  EXPECT_THAT(world_.Moves(0), ElementsAre(Router::Move::kBack));
  world_.Publish(0, "d", {"2"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "2 d")));
}

TEST_F(RouterTrialTest, WhatIsOpenElsewhereComesFirstAndSettles) {
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Try(0);
  world_.Publish(0, "b", {"1"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a")));
  world_.Answer(1, "1");
  world_.Pass(milliseconds(50));
  world_.Settle();
  world_.Pass(milliseconds(999));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Pass(milliseconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
}

TEST_F(RouterTrialTest, AUserWhoseEventStaysOpenElsewhereWaitsASecondOnly) {
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Try(0);
  world_.Publish(0, "b", {"1"});
  for (int i = 0; i < 20; ++i) {
    world_.Settle();
    world_.Pass(milliseconds(50));
  }
  world_.Settle();
  world_.Sent();
  world_.Answer(1, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 b")));
  // Somebody else may do.
  world_.Publish(0, "c", {"2"});
  world_.Settle();
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "2 c")));
}

TEST_F(RouterTrialTest, AnAnswerForAnEarlierTrialIsNoneForTheNext) {
  world_.Try(0);
  world_.Publish(0, "b", {"1"});
  world_.Turn(0);
  world_.DeliverTo(1);
  world_.Pass(seconds(1));
  world_.Turn(0);
  // Passed over once, and then chosen again.
  world_.Publish(0, "c", {"1"});
  world_.Publish(0, "d", {"1"});
  world_.DeliverTo(0);
  world_.Pass(seconds(1));
  EXPECT_THAT(world_.Turn(0), IsEmpty());
}

TEST_F(RouterTrialTest, WhatIsConfinedComesBeforeWhatGoesBackToTheStandby) {
  TryWithUser1();
  world_.Answer(0, "1");
  world_.MayConfine();
  auto poison = world_.Publish(0, "b", {"1"});
  poison->AddKill(0);
  world_.Settle();
  ASSERT_TRUE(world_.confines());
  world_.Lose(0);
  world_.Publish(0, "c", {"1"});
  world_.Pass(seconds(2));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.GiveConfinedBack(0);
  world_.Settle();
  EXPECT_EQ(world_.in_flight(1).size(), 0U) << "it is poison there, too";
  ASSERT_TRUE(world_.confines());
  world_.GiveConfinedBack(1);
}

TEST_F(RouterTrialTest, AnEventWithLittleTimeIsNotKeptForIt) {
  world_.Try(0);
  PublishOptions options = testing::RecordingBatch::Options();
  options.deadline = world_.now() + seconds(2);
  world_.Publish(0, "a", {"1"}, options);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a")));
  world_.Answer(1, "1");
  world_.Pass(milliseconds(50));
  world_.Settle();
  world_.Pass(seconds(1));
  world_.Settle();
  world_.Publish(0, "b", {"1"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
}

TEST_F(RouterTrialTest, WithoutAnAnswerTheUserGoesBackToTheStandby) {
  TryWithUser1();
  world_.Publish(0, "b", {"1"});
  world_.Lose(0);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a")));
  world_.Answer(1, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 b")));
}

TEST_F(RouterTrialTest, WhatTheBrokerHasAcknowledgedSettlesBeforeTheUserGoesBack) {
  TryWithUser1();
  world_.Answer(0, "1");
  world_.Publish(0, "b", {"1"});
  world_.Lose(0);
  world_.Pass(milliseconds(999));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Pass(milliseconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 b")));
}

TEST_F(RouterTrialTest, ItGoesOnWhileTheOthersMoveToAnotherStandby) {
  TryWithUser1();
  world_.Lose(1);
  world_.Settle();
  world_.Publish(0, "b", {"1", "2"});
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(2, "2 b")));
  world_.Answer(0, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
}

TEST_F(RouterTrialTest, NobodyWaitsToBeHandedOverForWhatWasGivenUpThere) {
  world_.Try(0);
  const auto tried = world_.Publish(0, "a", {"1"});
  world_.Settle();
  world_.Pass(seconds(1));
  world_.Settle();
  ASSERT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 a")));
  world_.Stop(tried);
  world_.HandOver(0, /*all=*/false);
  world_.Settle();
  world_.Publish(0, "b", {"2"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "2 b")));
  // They may move meanwhile.
  world_.Lose(1);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(2, "2 b")));
  world_.Answer(2, "2");
  world_.Lose(0);
  world_.HandOver(0, /*all=*/true);
  world_.Publish(0, "c", {"1", "2"});
  world_.Pass(seconds(1));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), UnorderedElementsAre(Pair(2, "1 c"), Pair(2, "2 c")));
}

TEST_F(RouterTrialTest, Qos0TellsNothingOfABroker) {
  world_.Try(0);
  PublishOptions options = testing::RecordingBatch::Options();
  options.qos = Qos::kAtMostOnce;
  world_.Publish(0, "a", {"1"}, options);
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a")));
}

}  // namespace
}  // namespace dino::mqtt
