#include "server/mqtt/session/failover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RecordingBatch;

// Session 0 of a pool, whose colleagues are the test.
class FailoverTest : public ::testing::Test {
 protected:
  FailoverTest()
      : failover_(
            0, seconds(5),
            {[this](std::uint32_t /*self*/, bool serving) { serving_ = serving; },
             [this](std::uint32_t /*self*/) { return colleague_; },
             [this](std::uint32_t to, const SendQueue::Work& work) {
               for (Chunk* chunk : work.chunks) {
                 handed_over_.push_back(chunk->batch->payload() + " to " + std::to_string(to));
               }
               resent_ += work.deferred.size();
             },
             [](std::uint32_t /*home*/) {}},
            queue_) {}

  ~FailoverTest() override {
    // Chunks that were handed over are nobody's; let their batches go.
    for (const auto& batch : batches_) {
      Chunk& chunk = batch->chunks().front();
      if (!queue_.Holds(chunk)) chunk.keep_alive.reset();
    }
  }

  std::shared_ptr<RecordingBatch> Batch(const std::string& payload, std::uint32_t home = 0) {
    auto batch = RecordingBatch::ForSession(home, payload, {payload + "/1", payload + "/2"});
    batch->chunks().front().keep_alive = batch;
    batches_.push_back(batch);
    return batch;
  }

  void Add(const std::string& payload) { failover_.Add(Batch(payload)->chunks().front()); }

  std::vector<std::string> HandedOver() { return std::exchange(handed_over_, {}); }

  // What the session would send now.
  std::vector<std::string> Sent() {
    std::vector<std::string> topics;
    queue_.Fill(now_, [&](const SendQueue::Outgoing& outgoing, InFlight& entry, std::uint8_t&) {
      entry.packet_id = ++last_packet_id_;
      topics.push_back(outgoing.topic);
      return SendQueue::SendStatus::kSent;
    });
    return topics;
  }

  // The session loses its connection, and has no other in time.
  void MoveAway() {
    failover_.Lost(now_);
    now_ += seconds(5);
    ASSERT_EQ(failover_.Advance(now_), Failover::Move::kAway);
  }

  void ComeBack() {
    failover_.Connected(now_);
    now_ += seconds(2);
    ASSERT_EQ(failover_.Advance(now_), Failover::Move::kBack);
  }

  bool serving_ = false;
  std::optional<std::uint32_t> colleague_ = 7;
  std::vector<std::string> handed_over_;
  std::size_t resent_ = 0;
  int last_packet_id_ = 0;
  std::vector<std::shared_ptr<RecordingBatch>> batches_;
  SendQueue queue_{64, 1048576};
  Failover failover_;
  Clock::time_point now_ = Clock::now();
};

TEST_F(FailoverTest, AConnectedSessionKeepsItsUsersAndServes) {
  failover_.Connected(now_);
  EXPECT_TRUE(serving_);
  Add("a");
  EXPECT_EQ(failover_.Advance(now_ + seconds(100)), Failover::Move::kNone);
  EXPECT_THAT(HandedOver(), IsEmpty());
  EXPECT_THAT(Sent(), ElementsAre("a/1", "a/2"));
}

TEST_F(FailoverTest, UsersMoveWhenTheConnectionStaysAway) {
  failover_.Connected(now_);
  now_ += seconds(2);
  failover_.Advance(now_);
  Add("a");
  Add("b");
  Sent();
  queue_.ConnectionLost();
  failover_.Lost(now_);
  EXPECT_FALSE(serving_);
  EXPECT_EQ(failover_.NextTimer(), now_ + seconds(5));
  EXPECT_EQ(failover_.Advance(now_ + milliseconds(4999)), Failover::Move::kNone);
  EXPECT_EQ(failover_.Advance(now_ + seconds(5)), Failover::Move::kAway);
  EXPECT_THAT(HandedOver(), ::testing::UnorderedElementsAre("a to 7", "b to 7"));
  EXPECT_EQ(resent_, 4U);
  Add("c");
  EXPECT_THAT(HandedOver(), ElementsAre("c to 7"));
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(FailoverTest, UsersOfASessionThatFlapsMoveToo) {
  failover_.Lost(now_);
  for (int i = 0; i < 5; ++i) {
    now_ += seconds(1);
    failover_.Connected(now_);
    EXPECT_EQ(failover_.Advance(now_), Failover::Move::kNone);
    failover_.Lost(now_);
  }
  EXPECT_EQ(failover_.Advance(now_), Failover::Move::kAway);
}

TEST_F(FailoverTest, WithoutAColleagueTheyWaitAtHomeUntilThereIsOne) {
  colleague_.reset();
  Add("a");
  failover_.Lost(now_);
  now_ += seconds(5);
  EXPECT_EQ(failover_.Advance(now_), Failover::Move::kNone);
  EXPECT_EQ(failover_.NextTimer(), now_ + milliseconds(200));
  colleague_ = 3;
  now_ += milliseconds(200);
  EXPECT_EQ(failover_.Advance(now_), Failover::Move::kAway);
  EXPECT_THAT(HandedOver(), ElementsAre("a to 3"));
}

TEST_F(FailoverTest, UsersComeBackWhenTheConnectionIsStable) {
  MoveAway();
  failover_.Connected(now_);
  EXPECT_EQ(failover_.NextTimer(), now_ + seconds(2));
  EXPECT_EQ(failover_.Advance(now_ + milliseconds(1999)), Failover::Move::kNone);
  EXPECT_FALSE(serving_);
  EXPECT_EQ(failover_.Advance(now_ + seconds(2)), Failover::Move::kBack);
  EXPECT_TRUE(serving_);
  Add("a");
  EXPECT_THAT(HandedOver(), IsEmpty());
  EXPECT_THAT(Sent(), ElementsAre("a/1", "a/2"));
}

TEST_F(FailoverTest, NewWorkWaitsUntilWhatIsAwayHasEnded) {
  MoveAway();
  Add("a");
  Add("b");
  ComeBack();
  Add("c");
  EXPECT_THAT(Sent(), IsEmpty());
  failover_.EndedElsewhere();
  EXPECT_THAT(Sent(), IsEmpty());
  failover_.EndedElsewhere();
  EXPECT_THAT(Sent(), ElementsAre("c/1", "c/2"));
}

TEST_F(FailoverTest, WorkThatWaitsAtHomeEndsAtItsDeadline) {
  MoveAway();
  Add("a");
  ComeBack();
  Add("b");
  queue_.Expire(now_ + std::chrono::hours(2), false);
  EXPECT_TRUE(batches_.back()->ended());
}

TEST_F(FailoverTest, WorkThatComesHomeGoesBeforeNewWork) {
  MoveAway();
  Add("a");
  ComeBack();
  Add("b");
  failover_.Adopt({{}, {&batches_.front()->chunks().front()}}, true);
  EXPECT_THAT(Sent(), ElementsAre("a/1", "a/2", "b/1", "b/2"));
}

TEST_F(FailoverTest, ANewLossMovesNothingBeforeWhatIsAwayHasEnded) {
  MoveAway();
  Add("a");
  ComeBack();
  Add("b");
  HandedOver();
  colleague_ = 8;
  failover_.Lost(now_);
  now_ += seconds(5);
  EXPECT_EQ(failover_.Advance(now_), Failover::Move::kNone);
  failover_.EndedElsewhere();
  now_ += milliseconds(200);
  EXPECT_EQ(failover_.Advance(now_), Failover::Move::kAway);
  EXPECT_THAT(HandedOver(), ElementsAre("b to 8"));
}

TEST_F(FailoverTest, AnotherDeputyIsTakenWhenNothingIsAway) {
  MoveAway();
  Add("a");
  colleague_ = 8;
  Add("b");
  failover_.EndedElsewhere();
  failover_.EndedElsewhere();
  Add("c");
  EXPECT_THAT(HandedOver(), ElementsAre("a to 7", "b to 7", "c to 8"));
}

TEST_F(FailoverTest, ServesTheUsersOfOthersAndHandsThemOnWhenItIsLostItself) {
  failover_.Connected(now_);
  const auto batch = Batch("other", /*home=*/5);
  failover_.Adopt({{}, {&batch->chunks().front()}}, true);
  EXPECT_THAT(Sent(), ElementsAre("other/1", "other/2"));
  queue_.ConnectionLost();
  MoveAway();
  EXPECT_THAT(HandedOver(), ElementsAre("other to 7"));
  const auto late = Batch("late", /*home=*/5);
  failover_.Adopt({{}, {&late->chunks().front()}}, false);
  EXPECT_THAT(HandedOver(), ElementsAre("late to 7"));
  // Neither was this session's own, so nothing of its own is away.
  ComeBack();
  Add("own");
  EXPECT_THAT(Sent(), ElementsAre("own/1", "own/2"));
}

TEST_F(FailoverTest, ABatchThatWasStoppedOnItsWayEndsWhereItArrives) {
  const auto batch = Batch("a", /*home=*/5);
  batch->RequestStop();
  failover_.Adopt({{}, {&batch->chunks().front()}}, true);
  EXPECT_TRUE(batch->ended());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kNotSent, Outcome::kNotSent));
}

TEST_F(FailoverTest, AClosedSessionHandsNothingOn) {
  MoveAway();
  failover_.Close();
  Add("a");
  const auto batch = Batch("b", /*home=*/5);
  failover_.Adopt({{}, {&batch->chunks().front()}}, false);
  EXPECT_THAT(HandedOver(), IsEmpty());
  EXPECT_EQ(failover_.Advance(now_ + seconds(100)), Failover::Move::kNone);
}

}  // namespace
}  // namespace dino::mqtt
