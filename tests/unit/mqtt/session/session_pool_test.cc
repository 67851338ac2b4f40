#include "server/mqtt/session/session_pool.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/mqtt/wire/reason_code.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/process/loopback.h"
#include "tests/unit/mqtt/session/session_pool_fixture.h"

namespace dino::mqtt::session_test {
namespace {

using testing::AutomaticBroker;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST_F(SessionPoolTest, ConnectsWithACleanStartAndAnIdOfItsOwn) {
  Start();
  FakeConnection connection = broker_.Accept();
  const testing::Connect connect = connection.ExpectConnect();
  EXPECT_TRUE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive, 10);
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
  EXPECT_THAT(batch->outcomes(), ElementsAre(Outcome::kAcknowledged, Outcome::kNoSubscriber));
  EXPECT_EQ(batch->publication_outcomes()[1].reason_code, kNoMatchingSubscribers);
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

TEST_F(SessionPoolTest, PublishesNothingBeforeConnack) {
  Start();
  PublishBatch("a", {"1"});
  FakeConnection connection = broker_.Accept();
  connection.ExpectConnect();
  connection.ExpectNothingMore();
  connection.Send(ConnAck{});
  connection.ExpectPublish("1", "a");
}

TEST_F(SessionPoolTest, NamesTheBrokerOfASessionAndNoneForAGuestHome) {
  Start();
  EXPECT_EQ(pool_->BrokerOf(0), broker_.address());
  EXPECT_EQ(pool_->BrokerOf(GuestOf(0)), "");
}

TEST_F(SessionPoolTest, FindsABrokerByName) {
  SessionPoolOptions options = Options(broker_.port());
  options.brokers = {{testing::kLoopbackName, broker_.port()}};
  Start(options);
  broker_.AcceptSession();
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
  EXPECT_FALSE(batch->publication_outcomes()[0].unreachable);
  pool_->Stop(batch);
  PublishBatch("b", {"2"});
  connection.Send(PubAck{first.packet_id});
  connection.ExpectPublish("2", "b");
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
  threads.reserve(kThreads);
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
}  // namespace dino::mqtt::session_test
