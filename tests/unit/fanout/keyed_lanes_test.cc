// Events of a lane behind one that has joined another call.
#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>

#include "tests/unit/fanout/keyed_publisher_fixture.h"

namespace dino::fanout {
namespace {

class KeyedLanesTest : public KeyedPublisherTest {
 protected:
  static Event InLane(std::uint64_t lane, Users users = {1, 2}) {
    Event event = EventFor(std::move(users));
    event.lane = lane;
    return event;
  }
  TestCall PublishUnkeyed(Event event) {
    TestCall call;
    call.handle = keyed_.Publish(
        std::move(event), [answer = call.answer](const auto& content) { answer->Set(content); });
    return call;
  }
  // All of the open batch was sent.
  void TakeUp() { publisher_.WaitForBatch()->TakenUp(2); }
  std::size_t published() const { return publisher_.published_count(); }
};

TEST_F(KeyedLanesTest, WhatFollowsAJoinedCallWaitsUntilThatWasTakenUp) {
  Publish("key", EventFor({1, 2}));
  Publish("key", InLane(7));
  const TestCall keyed = Publish("next", InLane(7));
  const TestCall unkeyed = PublishUnkeyed(InLane(7));
  EXPECT_EQ(published(), 1U);
  Publish("other", InLane(8));
  EXPECT_EQ(published(), 2U) << "another lane does not wait";
  publisher_.WaitForBatch()->TakenUp(1);
  EXPECT_EQ(published(), 2U);
  publisher_.WaitForBatch()->TakenUp(1);
  EXPECT_EQ(published(), 4U);
  End({1, 2}, {kAcknowledged, kAcknowledged});
  End({1, 2}, {kAcknowledged, kAcknowledged});
  End({1, 2}, {kAcknowledged, kAcknowledged});
  End({1, 2}, {kAcknowledged, kNotAuthorized});
  EXPECT_EQ(keyed.answer->failure(), Failure::kNone);
  EXPECT_EQ(unkeyed.answer->failure(), Failure::kNotAuthorized) << "in the order of the calls";
}

TEST_F(KeyedLanesTest, NothingWaitsForWhatWasTakenUpBefore) {
  Publish("key", EventFor({1, 2}));
  TakeUp();
  Publish("key", InLane(7));
  PublishUnkeyed(InLane(7));
  EXPECT_EQ(published(), 2U);
}

TEST_F(KeyedLanesTest, TheEndOfTheJoinedCallLetsTheLaneGoOn) {
  Publish("key", EventFor({1, 2}));
  const TestCall joined = Publish("key", InLane(7));
  PublishUnkeyed(InLane(7));
  keyed_.Stop(joined.handle);
  EXPECT_EQ(published(), 2U);
}

TEST_F(KeyedLanesTest, AJoinedCallThatTakesOverGoesFirst) {
  Publish("key", EventFor({1, 2}));
  const TestCall joined = Publish("key", InLane(7));
  const TestCall next = PublishUnkeyed(InLane(7));
  End({1, 2}, {kUnknown, kAcknowledged});
  EXPECT_EQ(published(), 3U);
  End({1}, {kAcknowledged});
  EXPECT_EQ(joined.answer->failure(), Failure::kNone);
  EXPECT_FALSE(next.answer->given());
}

TEST_F(KeyedLanesTest, OneWhoseLaneHasGoneOnTakesNothingOver) {
  Publish("key", EventFor({1, 2}));
  const TestCall joined = Publish("key", InLane(7));
  const TestCall without_lane = Publish("key", EventFor({1, 2}));
  TakeUp();
  End({1, 2}, {kUnknown, kAcknowledged});
  EXPECT_EQ(joined.answer->failure(), Failure::kUnreachable) << "a repeated call completes it";
  EXPECT_EQ(joined.answer->summary.acknowledged_count, 1U);
  EXPECT_NE(joined.answer->resume_token, "");
  End({1}, {kAcknowledged});
  EXPECT_EQ(without_lane.answer->failure(), Failure::kNone);
}

TEST_F(KeyedLanesTest, WhatIsHeldMayJoinAsWell) {
  Publish("a", EventFor({1, 2}));
  Publish("b", EventFor({1, 2}));
  Publish("a", InLane(7));
  Publish("b", InLane(7));
  PublishUnkeyed(InLane(7));
  TakeUp();
  EXPECT_EQ(published(), 2U);
  End({1, 2}, {kAcknowledged, kAcknowledged});
  TakeUp();
  EXPECT_EQ(published(), 3U);
}

TEST_F(KeyedLanesTest, AHeldEventEndsAtItsDeadlineAndWhenItIsStopped) {
  Publish("key", EventFor({1, 2}));
  Publish("key", InLane(7));
  Event soon = InLane(7);
  soon.deadline = Clock::now() + std::chrono::milliseconds(20);
  const TestCall overdue = PublishUnkeyed(soon);
  const TestCall stopped = Publish("next", InLane(7));
  const TestCall last = PublishUnkeyed(InLane(7));
  EXPECT_EQ(overdue.answer->failure(), Failure::kTimeUp);
  EXPECT_EQ(OutcomesOf(*overdue.answer),
            (std::vector<Outcome>{Outcome::kNotSent, Outcome::kNotSent}));
  keyed_.Stop(stopped.handle);
  EXPECT_EQ(stopped.answer->failure(), Failure::kTimeUp);
  EXPECT_FALSE(last.answer->given());
  TakeUp();
  EXPECT_EQ(published(), 2U);
  keyed_.Stop(last.handle);
  EXPECT_EQ(last.answer->failure(), Failure::kTimeUp) << "though it was published meanwhile";
}

TEST_F(KeyedLanesTest, WhatIsHeldTakesRoom) {
  Publish("key", EventFor({1}), 10);
  Publish("key", InLane(7, {1}), 10);
  const TestCall held = Publish("a", InLane(7, {1}), kMaxBytes / 2);
  EXPECT_EQ(Publish("b", InLane(7, {1}), kMaxBytes / 2).answer->refusal(), Refusal::kOverloaded);
  keyed_.Stop(held.handle);
  EXPECT_TRUE(HasRoomFor(1, kMaxBytes / 2));
}

TEST_F(KeyedLanesTest, TheRecipientsOfWhatIsHeldTakeRoom) {
  Publish("key", EventFor({1}), 10);
  Publish("key", InLane(7, {1}), 10);
  Users many(kMaxBytes / 2 / sizeof(std::int64_t));
  std::iota(many.begin(), many.end(), 1);
  const TestCall held = Publish("a", InLane(7, many));
  EXPECT_EQ(Publish("b", InLane(7, many)).answer->refusal(), Refusal::kOverloaded);
  EXPECT_FALSE(held.answer->given());
}

}  // namespace
}  // namespace dino::fanout
