// A session whose broker's name leads to another address while it is connected: driven by the test,
// which also says how much time has passed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "server/mqtt/link/socket_connector.h"
#include "server/mqtt/session/session.h"
#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using ::testing::Each;
using testing::FakeBroker;
using testing::FakeConnection;
using testing::kPatience;
using testing::PubAck;
using testing::RecordingBatch;

// A connection, and the CONNECT that began it.
struct Accepted {
  FakeConnection connection{testing::FileDescriptor()};
  testing::Connect connect;
};

// Of a session that has none.
class LonelyPeers : public Peers {
  void SetServing(std::uint32_t, bool) override {}
  void Joined(std::uint32_t) override {}
  Standbys StandbysOf(std::uint32_t) override { return {}; }
  bool OtherBrokerServes(std::uint32_t) const override { return false; }
  bool SameBroker(std::uint32_t, std::uint32_t) const override { return true; }
  void Forward(std::uint32_t, std::uint32_t, Work) override {}
  void Recall(std::uint32_t, std::uint32_t) override {}
  void AskForOpen(std::uint32_t, std::uint32_t, TopicKey, std::uint64_t) override {}
  void TellOpen(std::uint32_t, std::uint32_t, std::uint64_t, bool) override {}
  void StandbyLost(std::uint32_t, std::uint32_t) override {}
  void Recalled(std::uint32_t, std::uint32_t, RecalledWork) override {}
  void TopicFree(std::uint32_t, std::uint32_t, std::uint64_t) override {}
  void GiveBack(std::uint32_t, std::uint32_t, Work) override {}
  void Confine(std::uint32_t, Work) override {}
  void ConfinedFree(std::uint32_t, std::uint64_t) override {}
  void ConfinedBack(std::uint32_t, Work) override {}
};

class SessionAddressTest : public ::testing::Test {
 protected:
  // Connects to the address that the name leads to at first.
  Accepted StartAway() {
    home_.StopListening();
    SessionOptions options;
    options.broker = {{"broker.example", home_.port()}};
    options.client_id = "id";
    options.look_up_every = std::chrono::milliseconds(20);
    session_ = std::make_unique<Session>(
        0, options, 1, link_.make_connector,
        [this](const std::string& host) { asked_.push_back(host); },
        [this](const SessionChange& change) { changes_.push_back(change); }, peers_);
    Accepted away = AcceptAt(away_);
    TurnUntil([this] { return changes_.back().connected; });
    return away;
  }

  // One turn of a loop.
  void Turn() {
    link_.poller->Wait(Clock::now() + std::chrono::milliseconds(10));
    session_->Advance(Clock::now() + passed_);
    while (!asked_.empty()) {
      session_->OnResolved(std::exchange(asked_.back(), {}), Resolver::Addresses{leads_to_});
      asked_.pop_back();
    }
  }

  // The name leads to the other address from here on.
  void MoveName() {
    home_.Listen();
    leads_to_ = home_.host();
  }

  // True once the session has told of `count` changes, and is connected.
  void WaitForMove(std::size_t count) {
    TurnUntil([&] { return changes_.size() == count && changes_.back().connected; });
  }

  void TurnUntil(const std::function<bool()>& done) {
    const Clock::time_point limit = Clock::now() + kPatience;
    while (!done() && Clock::now() < limit) Turn();
    EXPECT_TRUE(done());
  }

  // Waits for a connection, and lets it begin. Its CONNACK has been seen afterwards.
  Accepted AcceptAt(FakeBroker& broker) {
    auto accepting = std::async(std::launch::async, [&broker] {
      Accepted accepted{broker.Accept(), {}};
      accepted.connect = accepted.connection.ExpectConnect();
      accepted.connection.Send(testing::ConnAck{});
      return accepted;
    });
    TurnUntil(
        [&] { return accepting.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    for (int i = 0; i < 5; ++i) Turn();
    return accepting.get();
  }

  std::shared_ptr<RecordingBatch> Publish(const std::string& payload,
                                          const std::vector<std::string>& topics) {
    auto batch = RecordingBatch::ForSession(0, payload, topics);
    for (Chunk& chunk : batch->chunks()) {
      chunk.keep_alive = batch;
      session_->Add(chunk);
    }
    session_->Advance(Clock::now() + passed_);
    return batch;
  }

  FakeBroker home_;
  FakeBroker away_{home_, 2};
  std::string leads_to_ = away_.host();
  std::vector<std::string> asked_;
  LonelyPeers peers_;
  const Link link_ = MakeSocketLink();
  std::vector<SessionChange> changes_;
  // Beyond the clock's time.
  Clock::duration passed_{};
  std::unique_ptr<Session> session_;
};

TEST_F(SessionAddressTest, GoesOnceTheNewAddressHoldsAndAllIsAnswered) {
  Accepted away = StartAway();
  EXPECT_EQ(away.connect.client_id, "id");
  const auto first = Publish("a", {"1"});
  const testing::Publish unanswered = away.connection.ExpectPublish("1", "a");
  MoveName();
  Accepted back = AcceptAt(home_);
  EXPECT_EQ(back.connect.client_id, "id-b") << "one ID twice would end the first connection";
  Publish("b", {"2"});
  const testing::Publish second = away.connection.ExpectPublish("2", "b");
  away.connection.Send(PubAck{second.packet_id});
  Turn();

  passed_ = kStable;
  const auto third = Publish("c", {"1", "3"});
  away.connection.ExpectNothingMore();
  back.connection.ExpectNothingMore();
  away.connection.Send(PubAck{unanswered.packet_id});
  WaitForMove(2);
  EXPECT_TRUE(changes_.back().connected);
  EXPECT_TRUE(changes_.back().was_connected);
  EXPECT_TRUE(first->ended());
  EXPECT_EQ(away.connection.ExpectDisconnect().reason_code, 0);
  for (const testing::Publish& publish : back.connection.ExpectPublishes(2)) {
    EXPECT_EQ(publish.payload, "c");
    back.connection.Send(PubAck{publish.packet_id});
  }
  TurnUntil([&] { return third->ended(); });
  EXPECT_THAT(third->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_EQ(changes_.size(), 2U) << "no loss was reported";
}

TEST_F(SessionAddressTest, WhatTheBrokerWasTooBusyForGoesToTheNewAddress) {
  Accepted away = StartAway();
  const auto batch = Publish("a", {"1"});
  MoveName();
  Accepted back = AcceptAt(home_);
  away.connection.Send(
      PubAck{away.connection.ExpectPublish("1", "a").packet_id, 0x97, testing::Form::kReasonCode});
  passed_ = kStable;
  WaitForMove(2);
  Publish("b", {"2"});
  back.connection.Send(PubAck{back.connection.ExpectPublish("1", "a").packet_id});
  TurnUntil([&] { return batch->ended(); });
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SessionAddressTest, StaysWhereItIsWhenTheNewAddressDoesNotHold) {
  Accepted away = StartAway();
  MoveName();
  for (int i = 0; i < 3; ++i) {
    Accepted flapping = AcceptAt(home_);
    flapping.connection.Close();
  }
  Turn();
  passed_ = kStable;
  const auto batch = Publish("a", {"1"});
  away.connection.Send(PubAck{away.connection.ExpectPublish("1", "a").packet_id});
  TurnUntil([&] { return batch->ended(); });
  EXPECT_EQ(changes_.size(), 1U) << "nobody needs to know";
}

TEST_F(SessionAddressTest, ALossMeanwhileLosesNothing) {
  Accepted away = StartAway();
  const auto batch = Publish("a", {"1", "2"});
  away.connection.ExpectPublishes(2);
  MoveName();
  Accepted looked = AcceptAt(home_);
  away.connection.Close();
  TurnUntil([this] { return !changes_.back().connected; });
  looked.connection.ExpectClosed();
  Accepted back = AcceptAt(home_);
  EXPECT_EQ(back.connect.client_id, "id");
  for (const testing::Publish& publish : back.connection.ExpectPublishes(2)) {
    back.connection.Send(PubAck{publish.packet_id});
  }
  TurnUntil([&] { return batch->ended(); });
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

}  // namespace
}  // namespace dino::mqtt
