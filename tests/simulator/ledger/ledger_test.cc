#include "tests/simulator/ledger/ledger.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace dino::simulator {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One replica, one connection, and what is said to the ledger of them.
class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    climate_.soon = seconds(2);
    ledger_.emplace(timeline_, trace_, milliseconds(500), climate_);
    connection_ = ledger_->ConnectionOpened(0, "broker");
    // The first connections need a moment, which excuses much.
    Wait(seconds(20));
  }

  void Wait(Duration duration) {
    timeline_.After(duration, [] {});
    while (timeline_.RunNext()) {
    }
  }

  struct Call {
    int event = 0;
    int call = 0;
    int batch = 0;
  };
  Call MakeCall(UserId user, std::uint64_t lane = 0, int place = 0) {
    Call call;
    call.event = ledger_->NewEvent(lane, place);
    const Time deadline = timeline_.now() + seconds(10);
    call.call = ledger_->CallMade(call.event, 0, false, deadline);
    call.batch = ledger_->BatchBegan(call.event, 0, 1, deadline, {user});
    return call;
  }
  void Send(const Call& call, UserId user, std::uint16_t id) {
    Publish publish;
    publish.topic = "dms/sim/" + std::to_string(user);
    publish.payload = JsonOf(call.event);
    publish.qos = 1;
    publish.packet_id = id;
    publish.expiry = 100;
    ledger_->Sent(connection_, publish, false);
  }
  void Answer(std::uint16_t id, std::uint8_t code = 0) {
    ledger_->AnswerRead(connection_, {id, code});
  }
  void End(const Call& call, UserId user, Reported reported, std::uint8_t code = 0) {
    ledger_->Settled(call.batch, user, reported, code);
    ledger_->BatchEnded(call.batch);
    ledger_->CallAnswered(call.call, {{user, reported}});
  }
  // A call from its start to its end, as it should be.
  Call Serve(UserId user, std::uint16_t id) {
    const Call call = MakeCall(user);
    Send(call, user, id);
    Answer(id);
    End(call, user, Reported::kAcknowledged);
    return call;
  }
  std::string Violated() const {
    return ledger_->violation().has_value() ? std::string(NameOf(ledger_->violation()->invariant))
                                            : "nothing";
  }

  Timeline timeline_;
  Trace trace_{timeline_, false};
  Weather::Climate climate_;
  std::optional<Ledger> ledger_;
  int connection_ = 0;
};

TEST_F(LedgerTest, ACallThatIsServedViolatesNothing) {
  const Call call = Serve(1, 1);
  ledger_->Delivered(1, call.event, connection_);
  EXPECT_EQ(Violated(), "nothing");
  EXPECT_EQ(ledger_->acknowledged(), 1U);
  EXPECT_EQ(ledger_->open_batches(), 0U);
}

TEST_F(LedgerTest, SettlingTwiceViolates) {
  const Call call = MakeCall(1);
  ledger_->Settled(call.batch, 1, Reported::kNotSent, 0);
  ledger_->Settled(call.batch, 1, Reported::kNotSent, 0);
  EXPECT_EQ(Violated(), "settled-once");
}

TEST_F(LedgerTest, EndingABatchWithoutSettlingViolates) {
  ledger_->BatchEnded(MakeCall(1).batch);
  EXPECT_EQ(Violated(), "settled-once");
}

TEST_F(LedgerTest, AnAcknowledgementThatNobodyGaveViolates) {
  const Call call = MakeCall(1);
  Send(call, 1, 1);
  End(call, 1, Reported::kAcknowledged);
  EXPECT_EQ(Violated(), "true-outcome");
}

TEST_F(LedgerTest, NotSentThoughSentViolates) {
  const Call call = MakeCall(1);
  Send(call, 1, 1);
  End(call, 1, Reported::kNotSent);
  EXPECT_EQ(Violated(), "true-outcome");
}

TEST_F(LedgerTest, ARejectionThatNobodyGaveViolates) {
  const Call call = MakeCall(1);
  Send(call, 1, 1);
  ledger_->ConnectionClosed(connection_);
  End(call, 1, Reported::kRejected, 0x87);
  EXPECT_EQ(Violated(), "innocent");
}

TEST_F(LedgerTest, ASwapViolates) {
  const Call first = Serve(1, 1);
  const Call second = Serve(1, 2);
  ledger_->Delivered(1, second.event, connection_);
  ledger_->Delivered(1, first.event, connection_);
  EXPECT_EQ(Violated(), "in-order");
}

TEST_F(LedgerTest, ASwapWithinALaneViolates) {
  const Call first = MakeCall(1, 7, 0);
  const Call second = MakeCall(1, 7, 1);
  ledger_->Delivered(1, second.event, connection_);
  ledger_->Delivered(1, first.event, connection_);
  EXPECT_EQ(Violated(), "in-order");
}

TEST_F(LedgerTest, DuplicatesAndCallsSideBySideAreNoSwap) {
  const Call first = MakeCall(1);
  const Call second = MakeCall(1);
  ledger_->Delivered(1, second.event, connection_);
  ledger_->Delivered(1, first.event, connection_);
  ledger_->Delivered(1, second.event, connection_);
  EXPECT_EQ(Violated(), "nothing");
}

TEST_F(LedgerTest, TwoInFlightForAUserViolate) {
  Send(MakeCall(1), 1, 1);
  Send(MakeCall(1), 1, 2);
  EXPECT_EQ(Violated(), "one-in-flight");
}

TEST_F(LedgerTest, ACopyAfterTheAcknowledgementViolates) {
  const Call call = MakeCall(1);
  Send(call, 1, 1);
  Answer(1);
  Send(call, 1, 2);
  EXPECT_EQ(Violated(), "no-needless-copy");
}

TEST_F(LedgerTest, AReplicaThatStartsAnewDoesNotKnowOfTheAcknowledgement) {
  const Call call = MakeCall(1);
  Send(call, 1, 1);
  Answer(1);
  Wait(seconds(1));
  ledger_->Restarted(0);
  Send(call, 1, 2);
  EXPECT_EQ(Violated(), "nothing");
  Answer(2);
  Send(call, 1, 3);
  EXPECT_EQ(Violated(), "no-needless-copy");
}

TEST_F(LedgerTest, SendingAfterTheDeadlineViolates) {
  const Call call = MakeCall(1);
  Wait(seconds(10));
  Send(call, 1, 1);
  EXPECT_EQ(Violated(), "in-time");
}

TEST_F(LedgerTest, SendingAfterAStopViolates) {
  const Call call = MakeCall(1);
  ledger_->StopAsked(call.batch);
  Wait(seconds(1));
  Send(call, 1, 1);
  EXPECT_EQ(Violated(), "in-time");
}

TEST_F(LedgerTest, WaitingInCalmWeatherViolates) {
  const Call call = MakeCall(1);
  Wait(seconds(3));
  Send(call, 1, 1);
  Answer(1);
  End(call, 1, Reported::kAcknowledged);
  EXPECT_EQ(Violated(), "nobody-waits");
}

TEST_F(LedgerTest, AFaultExcusesWaiting) {
  ledger_->weather().Begin(0, timeline_.now(), false);
  const Call call = MakeCall(1);
  Wait(seconds(3));
  Send(call, 1, 1);
  Answer(1);
  End(call, 1, Reported::kAcknowledged);
  EXPECT_EQ(Violated(), "nothing");
}

TEST_F(LedgerTest, ATopicThatCostsAThirdSharedConnectionViolates) {
  for (std::uint16_t i = 0; i < 3; ++i) {
    connection_ = ledger_->ConnectionOpened(0, "broker");
    // Whom it has nothing to do with.
    Serve(1, 1);
    const Call poison = MakeCall(2);
    Send(poison, 2, 2);
    ledger_->Killed(2, poison.event, connection_);
    ledger_->ConnectionClosed(connection_);
    End(poison, 2, Reported::kUnknown);
    if (i < 2) {
      EXPECT_EQ(Violated(), "nothing");
    }
  }
  EXPECT_EQ(Violated(), "quarantine");
}

TEST_F(LedgerTest, AnIdentifierInUseTwiceViolates) {
  Send(MakeCall(1), 1, 1);
  Send(MakeCall(2), 2, 1);
  EXPECT_EQ(Violated(), "protocol");
}

}  // namespace
}  // namespace dino::simulator
