// What becomes of users who are handed over to the guest home beside their session.
#include "tests/unit/mqtt/session/router_fixture.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST_F(RouterTest, WhatIsHandedOverInFlightIsAwaitedOnce) {
  ConnectAll();
  world_.HandOver(0, /*all=*/false);
  world_.Settle();
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  // The session has it in flight, and is the guests' standby, too.
  world_.HandOver(0, /*all=*/true);
  world_.Settle();
  world_.Sent();
  world_.Publish(0, "b", {"1"});
  world_.Answer(0, "1");
  world_.DeliverAll();
  world_.Pass(milliseconds(999));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), IsEmpty());
  world_.Pass(milliseconds(201));
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 b")));
}

TEST_F(RouterTest, GuestsWaitForWhatTheirOwnSessionHasOfThem) {
  ConnectAll();
  world_.HandOver(0, /*all=*/true);
  world_.Settle();
  world_.Publish(0, "a", {"1"});
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(0, "1 a")));
  world_.Lose(0);
  world_.HandOver(0, /*all=*/true);
  world_.Turn(0);
  world_.Publish(0, "b", {"1"});
  world_.DeliverTo(1);
  EXPECT_THAT(world_.Turn(1), IsEmpty());
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 a")));
  world_.Answer(1, "1");
  world_.Settle();
  EXPECT_THAT(world_.Sent(), ElementsAre(Pair(1, "1 b")));
}

}  // namespace
}  // namespace dino::mqtt
