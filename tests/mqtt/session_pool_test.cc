#include "server/mqtt/session_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/mqtt/reason_code.h"
#include "tests/testing/automatic_broker.h"
#include "tests/testing/fake_broker.h"
#include "tests/testing/recording_batch.h"

namespace dino::mqtt {
namespace {

using testing::AutomaticBroker;
using testing::ConnAck;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeBroker;
using testing::FakeConnection;
using ::testing::HasSubstr;
using testing::kPatience;
using ::testing::Pair;
using testing::PubAck;
using testing::Publish;
using testing::RecordingBatch;

// Collects what a pool says of its sessions.
class Changes {
 public:
  void Add(const SessionChange& change) {
    const std::lock_guard lock(mutex_);
    changes_.push_back(change);
    changed_.notify_all();
  }

  // Waits for the next change that was not looked at.
  SessionChange Next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return next_ < changes_.size(); })) {
      ADD_FAILURE() << "no change of a session";
      return {};
    }
    return changes_[next_++];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SessionChange> changes_;
  std::size_t next_ = 0;
};

// One session and a broker that the test plays.
class SessionPoolTest : public ::testing::Test {
 protected:
  static SessionPoolOptions Options(std::uint16_t port) {
    SessionPoolOptions options;
    options.brokers = {{"127.0.0.1", port}};
    options.sessions = 1;
    options.client_id_prefix = "test";
    return options;
  }

  void Start() { Start(Options(broker_.port())); }
  void Start(SessionPoolOptions options) {
    options.on_change = [this](const SessionChange& change) { changes_.Add(change); };
    pool_.emplace(options);
    pool_->Start();
  }

  FakeConnection Connected(const ConnAck& answer = {}) {
    FakeConnection connection = broker_.AcceptSession(answer);
    EXPECT_TRUE(changes_.Next().connected);
    return connection;
  }

  std::shared_ptr<RecordingBatch> PublishBatch(const std::string& payload,
                                               std::vector<std::string> topics,
                                               PublishOptions options = RecordingBatch::Options()) {
    auto batch = RecordingBatch::ForSession(0, payload, std::move(topics), std::move(options));
    pool_->Publish(batch);
    return batch;
  }

  FakeBroker broker_;
  Changes changes_;
  std::optional<SessionPool> pool_;
};

TEST_F(SessionPoolTest, ConnectsWithACleanStartAndAnIdOfItsOwn) {
  Start();
  FakeConnection connection = broker_.Accept();
  const testing::Connect connect = connection.ExpectConnect();
  EXPECT_TRUE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive, 30);
  EXPECT_THAT(connect.client_id, ::testing::MatchesRegex("test-[0-9a-f]{8}-0"));
  EXPECT_FALSE(pool_->connected());
  connection.Send(ConnAck{});
  const SessionChange change = changes_.Next();
  EXPECT_TRUE(change.connected);
  EXPECT_EQ(change.broker, broker_.address());
  EXPECT_EQ(change.client_id, connect.client_id);
  EXPECT_TRUE(pool_->connected());
}

TEST_F(SessionPoolTest, PublishesWithAllPropertiesAndEndsTheBatchAfterTheLastPuback) {
  Start();
  FakeConnection connection = Connected();
  PublishOptions options = RecordingBatch::Options();
  options.expires_at = Clock::now() + std::chrono::seconds(1000);
  const auto batch = PublishBatch("payload", {"dms/test/1", "dms/test/2"}, options);
  const Publish first = connection.ExpectPublish("dms/test/1", "payload");
  EXPECT_EQ(first.qos, 1);
  EXPECT_FALSE(first.retain);
  EXPECT_FALSE(first.duplicate);
  EXPECT_EQ(first.payload_format, 1);
  EXPECT_EQ(first.content_type, "application/json");
  EXPECT_EQ(first.message_expiry, 1000U);
  EXPECT_THAT(first.user_properties, ElementsAre(Pair("event_id", "e"), Pair("event_type", "t")));
  const Publish second = connection.ExpectPublish("dms/test/2", "payload");
  connection.Send(PubAck{second.packet_id, kNoMatchingSubscribers});
  EXPECT_FALSE(batch->ended());
  connection.Send(PubAck{first.packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_EQ(batch->settlements()[1].reason_code, kNoMatchingSubscribers);
}

TEST_F(SessionPoolTest, SendsTheSecondEventOfAUserAfterThePubackOfTheFirst) {
  Start();
  FakeConnection connection = Connected();
  PublishBatch("a", {"dms/test/1"});
  PublishBatch("b", {"dms/test/1"});
  // The third shows that the second was held back, and not just late.
  PublishBatch("c", {"dms/test/2"});
  const Publish first = connection.ExpectPublish("dms/test/1", "a");
  connection.ExpectPublish("dms/test/2", "c");
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("dms/test/1", "b");
}

TEST_F(SessionPoolTest, KeepsNoMoreInFlightThanTheBrokerTakes) {
  Start();
  ConnAck answer;
  answer.receive_maximum = 2;
  FakeConnection connection = Connected(answer);
  PublishBatch("a", {"1", "2", "3"});
  const Publish first = connection.ExpectPublish("1", "a");
  connection.ExpectPublish("2", "a");
  connection.ExpectNothingMore();
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("3", "a");
}

TEST_F(SessionPoolTest, KeepsNoMoreInFlightThanItsOwnWindow) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.in_flight_window = 2;
  Start(options);
  FakeConnection connection = Connected();
  PublishBatch("a", {"1", "2", "3"});
  const Publish first = connection.ExpectPublish("1", "a");
  connection.ExpectPublish("2", "a");
  connection.ExpectNothingMore();
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("3", "a");
}

TEST_F(SessionPoolTest, PublishesAgainInOrderAfterALostConnection) {
  Start();
  FakeConnection first = Connected();
  const auto batch = PublishBatch("a", {"1", "2", "3"});
  const auto later = PublishBatch("b", {"1"});
  const std::vector<Publish> sent = first.ExpectPublishes(3);
  first.Send(PubAck{sent.at(1).packet_id});
  first.Close();
  const SessionChange lost = changes_.Next();
  EXPECT_FALSE(lost.connected);
  EXPECT_TRUE(lost.was_connected);
  EXPECT_FALSE(pool_->connected());

  FakeConnection second = Connected();
  const Publish one = second.ExpectPublish("1", "a");
  const Publish three = second.ExpectPublish("3", "a");
  EXPECT_FALSE(one.duplicate) << "a new session knows no earlier packets";
  second.Send(PubAck{one.packet_id});
  const Publish after = second.ExpectPublish("1", "b");
  second.Send(PubAck{three.packet_id});
  second.Send(PubAck{after.packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  ASSERT_TRUE(later->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_EQ(batch->settle_count(), 3U);
}

TEST_F(SessionPoolTest, PublishesNothingBeforeConnack) {
  Start();
  PublishBatch("a", {"1"});
  FakeConnection connection = broker_.Accept();
  connection.ExpectConnect();
  connection.ExpectNothingMore();
  connection.Send(ConnAck{});
  connection.ExpectPublish("1", "a");
}

TEST_F(SessionPoolTest, QosZeroEndsWhenItIsWritten) {
  Start();
  FakeConnection connection = Connected();
  PublishOptions options = RecordingBatch::Options();
  options.qos = Qos::kAtMostOnce;
  std::vector<std::string> topics;
  for (int i = 0; i < 200; ++i) topics.push_back(std::to_string(i));
  const auto batch = PublishBatch("a", topics, options);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  for (const Publish& publish : connection.ExpectPublishes(200)) EXPECT_EQ(publish.qos, 0);
}

TEST_F(SessionPoolTest, ReconnectsWhenNoPubackComesInTime) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.ack_timeout = std::chrono::milliseconds(50);
  Start(options);
  FakeConnection silent = Connected();
  const auto batch = PublishBatch("a", {"1"});
  silent.ExpectPublish("1", "a");
  EXPECT_THAT(changes_.Next().reason, HasSubstr("no PUBACK"));
  silent.ExpectClosed();
  FakeConnection connection = Connected();
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
}

TEST_F(SessionPoolTest, TriesAgainWhenNoConnackComesInTime) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.connect_timeout = std::chrono::milliseconds(50);
  Start(options);
  FakeConnection silent = broker_.Accept();
  silent.ExpectConnect();
  EXPECT_THAT(changes_.Next().reason, HasSubstr("no CONNACK"));
  silent.ExpectClosed();
  Connected();
}

TEST_F(SessionPoolTest, SaysWhyTheBrokerRefuses) {
  Start();
  for (const std::uint8_t code : {0x86, 0x88, 0x89, 0x97, 0x9F}) {
    ConnAck refusal;
    refusal.reason_code = code;
    FakeConnection connection = broker_.AcceptSession(refusal);
    const SessionChange change = changes_.Next();
    EXPECT_FALSE(change.connected);
    EXPECT_FALSE(change.was_connected);
    EXPECT_THAT(change.reason, HasSubstr(DescribeReasonCode(code)));
    connection.ExpectClosed();
  }
}

TEST_F(SessionPoolTest, ReconnectsAfterADisconnectOfTheBroker) {
  Start();
  for (const std::uint8_t code : {0x00, 0x8B}) {
    FakeConnection connection = Connected();
    connection.Send(testing::Disconnect{code, testing::Form::kReasonCode});
    const SessionChange change = changes_.Next();
    EXPECT_TRUE(change.was_connected);
    EXPECT_THAT(change.reason, HasSubstr("broker disconnected: " + DescribeReasonCode(code)));
  }
  Connected();
}

TEST_F(SessionPoolTest, ATakenOverSessionNamesTheCauseAndWaitsLong) {
  Start();
  FakeConnection connection = Connected();
  connection.Send(testing::Disconnect{kSessionTakenOver, testing::Form::kReasonCode});
  const SessionChange change = changes_.Next();
  EXPECT_THAT(change.reason, HasSubstr("another process uses this client ID"));
  EXPECT_GE(change.retry_in, std::chrono::seconds(10));
}

TEST_F(SessionPoolTest, ABusyBrokerGetsThePublicationAgainOnTheSameConnection) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1"});
  for (const std::uint8_t busy : {0x83, 0x80, 0x97}) {
    connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id, busy});
  }
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SessionPoolTest, ABrokerThatHasJustStartedMayRefuseAtFirst) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1"});
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id, kNotAuthorized});
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
}

TEST_F(SessionPoolTest, ASilentBrokerGetsHalfAsMuchTheNextTime) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.ack_timeout = std::chrono::milliseconds(50);
  options.session.in_flight_window = 4;
  Start(options);
  FakeConnection silent = Connected();
  PublishBatch("a", {"1", "2", "3", "4", "5"});
  silent.ExpectPublishes(4);
  silent.ExpectClosed();
  EXPECT_FALSE(changes_.Next().connected);
  FakeConnection connection = Connected();
  connection.ExpectPublish("1", "a");
  connection.ExpectPublish("2", "a");
  connection.ExpectClosed();
}

TEST_F(SessionPoolTest, APublicationThatTheBrokerCannotTakeIsRefusedBeforeItIsSent) {
  struct Case {
    const char* name;
    ConnAck answer;
    std::uint8_t reason_code;
  };
  ConnAck small;
  small.maximum_packet_size = 100;
  ConnAck no_qos1;
  no_qos1.maximum_qos = 0;
  Start();
  for (const Case& c : {Case{"packet size", small, 0x95}, Case{"QoS", no_qos1, 0x9B}}) {
    SCOPED_TRACE(c.name);
    FakeConnection connection = Connected(c.answer);
    const auto batch = PublishBatch(std::string(100, 'x'), {"1"});
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_EQ(batch->settlements()[0].outcome, Outcome::kRejected);
    EXPECT_EQ(batch->settlements()[0].reason_code, c.reason_code);
    connection.ExpectNothingMore();
    connection.Close();
    EXPECT_FALSE(changes_.Next().connected);
  }
}

TEST_F(SessionPoolTest, ReconnectsAfterADisconnectWithoutReasonCode) {
  Start();
  FakeConnection connection = Connected();
  // The library takes this form for an error, which does no harm.
  connection.Send(testing::Disconnect{0x00, testing::Form::kShort});
  EXPECT_TRUE(changes_.Next().was_connected);
  Connected();
}

TEST_F(SessionPoolTest, ConnectsWhenABrokerAppears) {
  broker_.StopListening();
  Start();
  EXPECT_FALSE(changes_.Next().connected);
  const auto batch = PublishBatch("a", {"1"});
  broker_.Listen();
  FakeConnection connection = broker_.AcceptSession();
  connection.Send(PubAck{connection.ExpectPublish("1", "a").packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
}

TEST_F(SessionPoolTest, TriesTheNextBrokerWhenOneIsGone) {
  FakeBroker gone;
  gone.StopListening();
  SessionPoolOptions options = Options(gone.port());
  options.brokers.push_back({"127.0.0.1", broker_.port()});
  Start(options);
  EXPECT_EQ(changes_.Next().broker, gone.address());
  broker_.AcceptSession();
  EXPECT_EQ(changes_.Next().broker, broker_.address());
}

TEST_F(SessionPoolTest, FindsABrokerByName) {
  SessionPoolOptions options = Options(broker_.port());
  // Not a numeric address by our rule, and known on every machine.
  options.brokers = {{"127.1", broker_.port()}};
  Start(options);
  broker_.AcceptSession();
}

TEST_F(SessionPoolTest, AnExpiredBatchEndsWithoutABroker) {
  broker_.StopListening();
  Start();
  PublishOptions options = RecordingBatch::Options();
  options.deadline = Clock::now() + std::chrono::milliseconds(50);
  const auto batch = PublishBatch("a", {"1"}, options);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_GE(Clock::now(), options.deadline);
  EXPECT_EQ(batch->settlements()[0].outcome, Outcome::kNotSent);
  EXPECT_TRUE(batch->settlements()[0].unreachable);
}

TEST_F(SessionPoolTest, AStoppedBatchEndsAndIsNotSentFurther) {
  SessionPoolOptions options = Options(broker_.port());
  options.session.in_flight_window = 1;
  Start(options);
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1", "2"});
  const Publish first = connection.ExpectPublish("1", "a");
  pool_->Stop(batch);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kUnknown, Outcome::kNotSent));
  EXPECT_FALSE(batch->settlements()[0].unreachable);
  pool_->Stop(batch);
  PublishBatch("b", {"2"});
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("2", "b");
}

TEST_F(SessionPoolTest, WhatWaitedIsSentWithTheTimeThatIsLeft) {
  broker_.StopListening();
  Start();
  PublishOptions options = RecordingBatch::Options();
  options.expires_at = Clock::now() + std::chrono::seconds(100);
  PublishBatch("a", {"1"}, options);
  // At least the first attempt fails, and the next one comes 50 ms later or more.
  EXPECT_FALSE(changes_.Next().connected);
  broker_.Listen();
  FakeConnection connection = broker_.AcceptSession();
  const Publish publish = connection.ExpectPublish("1", "a");
  EXPECT_LE(publish.message_expiry, 100U);
  EXPECT_GE(publish.message_expiry, 100U - kPatience.count());
}

TEST_F(SessionPoolTest, StopSaysGoodbyeAndSettlesWhatIsOpen) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1"});
  connection.ExpectPublish("1", "a");
  pool_->Stop();
  EXPECT_EQ(connection.ExpectDisconnect().reason_code, 0);
  connection.ExpectClosed();
  EXPECT_TRUE(batch->ended());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kUnknown));
}

TEST_F(SessionPoolTest, IgnoresAcksTwiceAndForUnknownPackets) {
  Start();
  FakeConnection connection = Connected();
  const auto batch = PublishBatch("a", {"1", "2"});
  const std::vector<Publish> sent = connection.ExpectPublishes(2);
  connection.Send(PubAck{sent.at(0).packet_id});
  connection.Send(PubAck{sent.at(0).packet_id});
  connection.Send(PubAck{12345});
  PublishBatch("b", {"3"});
  connection.ExpectPublish("3", "b");
  EXPECT_FALSE(batch->ended());
  connection.Send(PubAck{sent.at(1).packet_id});
  EXPECT_TRUE(batch->WaitForEnd());
  EXPECT_EQ(batch->settle_count(), 2U);
}

TEST_F(SessionPoolTest, GarbageFromTheBrokerCostsTheConnectionOnly) {
  Start();
  FakeConnection connection = Connected();
  // Packet type 0 does not exist.
  connection.SendBytes(std::string(2, '\0'));
  EXPECT_TRUE(changes_.Next().was_connected);
  Connected();
}

TEST(SessionPoolSpreadTest, SpreadsSessionsOverAllBrokers) {
  AutomaticBroker first;
  AutomaticBroker second;
  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", first.port()}, {"127.0.0.1", second.port()}};
  options.sessions = 6;
  SessionPool pool(options);
  pool.Start();
  first.WaitForSessions(3);
  second.WaitForSessions(3);
}

// Two sessions, each with a broker of its own.
class SessionPoolFailoverTest : public SessionPoolTest {
 protected:
  SessionPoolFailoverTest() {
    SessionPoolOptions options = Options(broker_.port());
    options.brokers.push_back({"127.0.0.1", other_broker_.port()});
    options.sessions = 2;
    options.session.failover_after = std::chrono::milliseconds(100);
    Start(options);
  }

  SessionChange NextMove() {
    SessionChange change;
    do {
      change = changes_.Next();
    } while (change.users == Failover::Move::kNone && !HasFailure());
    return change;
  }

  FakeBroker other_broker_;
};

TEST_F(SessionPoolFailoverTest, UsersMoveToAnotherSessionAndBackInOrder) {
  FakeConnection home = broker_.AcceptSession();
  FakeConnection other = other_broker_.AcceptSession();
  PublishBatch("a", {"1", "2"});
  PublishBatch("b", {"1"});
  const Publish first = home.ExpectPublish("1", "a");
  const Publish second = home.ExpectPublish("2", "a");
  home.Send(PubAck{second.packet_id});
  // Gone without a place to return to: the listener of this broker is closed, and the other
  // one's connections are not accepted.
  broker_.StopListening();
  home.Close();
  EXPECT_EQ(NextMove().users, Failover::Move::kAway);

  const Publish again = other.ExpectPublish("1", "a");
  PublishBatch("c", {"1"});
  other.Send(PubAck{again.packet_id});
  other.Send(PubAck{other.ExpectPublish("1", "b").packet_id});
  const Publish last = other.ExpectPublish("1", "c");

  // The session's next connection, at either broker.
  broker_.Listen();
  FakeConnection back = other_broker_.AcceptSession();
  EXPECT_EQ(NextMove().users, Failover::Move::kBack);
  const auto held = PublishBatch("d", {"1"});
  PublishBatch("e", {"3"});
  back.ExpectNothingMore();
  other.Send(PubAck{last.packet_id});
  back.ExpectPublish("1", "d");
  back.ExpectPublish("3", "e");
}

TEST_F(SessionPoolFailoverTest, AStoppedBatchEndsWhereverItIs) {
  FakeConnection home = broker_.AcceptSession();
  FakeConnection other = other_broker_.AcceptSession();
  broker_.StopListening();
  home.Close();
  EXPECT_EQ(NextMove().users, Failover::Move::kAway);
  const auto batch = PublishBatch("a", {"1"});
  other.ExpectPublish("1", "a");
  pool_->Stop(batch);
  ASSERT_TRUE(batch->WaitForEnd());
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kUnknown));
}

TEST(SessionPoolSpreadTest, ManyBatchesFromManyThreadsAllEnd) {
  AutomaticBroker broker;
  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", broker.port()}};
  options.sessions = 4;
  SessionPool pool(options);
  pool.Start();
  broker.WaitForSessions(4);
  constexpr int kThreads = 4;
  constexpr int kBatches = 200;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&pool, thread] {
      std::vector<std::shared_ptr<RecordingBatch>> batches;
      for (int i = 0; i < kBatches; ++i) {
        const std::string topic = std::to_string(thread) + "/" + std::to_string(i);
        auto batch = std::make_shared<RecordingBatch>(
            "x", std::vector<std::string>{topic + "/a", topic + "/b"});
        batch->AddChunk(static_cast<std::uint32_t>(i % 4), 0, 1);
        batch->AddChunk(static_cast<std::uint32_t>((i + 1) % 4), 1, 1);
        pool.Publish(batch);
        batches.push_back(batch);
        // Some are given up at once, to mix both ways to end.
        if (i % 10 == 0) pool.Stop(batch);
      }
      for (std::size_t i = 0; i < batches.size(); ++i) {
        EXPECT_TRUE(batches[i]->WaitForEnd());
        EXPECT_EQ(batches[i]->settle_count(), 2U);
        if (i % 10 != 0) {
          EXPECT_THAT(batches[i]->outcomes(), Each(Outcome::kAcknowledged));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace dino::mqtt
