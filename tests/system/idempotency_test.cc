#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

constexpr HealthStatus kServing = health::HealthCheckResponse::SERVING;
constexpr HealthStatus kNotServing = health::HealthCheckResponse::NOT_SERVING;

v1::PublishMessageRequest Keyed(const std::vector<std::int64_t>& user_ids) {
  v1::PublishMessageRequest request = MessageRequest(user_ids, "keyed");
  request.mutable_options()->set_idempotency_key("key");
  return request;
}

// Publishes the message "end" to user 1, and returns how many copies of the event arrived before it
// at each topic, and under which event IDs.
struct Copies {
  std::map<std::string, int> by_topic;
  std::set<std::string> event_ids;
};
Copies CopiesUntilEnd(BridgeProcess& bridge, Subscriber& subscriber) {
  const grpc::Status status = PublishMessage(bridge, MessageRequest({1}, "end"));
  EXPECT_TRUE(status.ok()) << Describe(status);
  Copies copies;
  while (!::testing::Test::HasFailure()) {
    const Received received = subscriber.Next();
    if (TextOf(received.payload) == "end") break;
    if (TextOf(received.payload) != "keyed") continue;
    ++copies.by_topic[received.topic];
    copies.event_ids.insert(received.UserProperty("event_id"));
  }
  return copies;
}

class IdempotencyTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", kServing); }

  MosquittoBroker broker_{MosquittoBroker::Persistence::kSavedAtStop};
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_{broker_.address()};
};

TEST_F(IdempotencyTest, ACompletedCallIsReplayedAndPublishesNothing) {
  v1::Delivery first;
  v1::Delivery second;
  ASSERT_TRUE(PublishMessage(bridge_, Keyed({1, 2}), &first).ok());
  const grpc::Status status = PublishMessage(bridge_, Keyed({1, 2}), &second);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_FALSE(first.replayed());
  EXPECT_TRUE(second.replayed());
  EXPECT_EQ(second.event_id(), first.event_id());
  EXPECT_EQ(second.acknowledged_count(), 2U);
  const Copies copies = CopiesUntilEnd(bridge_, subscriber_);
  EXPECT_EQ(copies.by_topic, (std::map<std::string, int>{{"dms/dev/1", 1}, {"dms/dev/2", 1}}));
  EXPECT_THAT(copies.event_ids, ::testing::ElementsAre(first.event_id()));
}

TEST_F(IdempotencyTest, ACompletedCallIsReplayedWithoutABroker) {
  ASSERT_TRUE(PublishMessage(bridge_, Keyed({1, 2})).ok());
  broker_.Stop();
  bridge_.WaitForHealth("", kNotServing);
  v1::Delivery delivery;
  const grpc::Status status = PublishMessage(bridge_, Keyed({1, 2}), &delivery);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_TRUE(delivery.replayed());
}

TEST_F(IdempotencyTest, ManyCallersWithOneKeyPublishOnce) {
  // All of them arrive before the first can end.
  broker_.Freeze();
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(std::async(std::launch::async, [this] {
      return PublishMessage(bridge_, Keyed({1, 2, 3}));
    }));
  }
  broker_.Thaw();
  for (auto& call : calls) {
    const grpc::Status status = call.get();
    EXPECT_TRUE(status.ok()) << Describe(status);
  }
  const Copies copies = CopiesUntilEnd(bridge_, subscriber_);
  EXPECT_EQ(copies.by_topic,
            (std::map<std::string, int>{{"dms/dev/1", 1}, {"dms/dev/2", 1}, {"dms/dev/3", 1}}));
}

TEST_F(IdempotencyTest, AKeyWithAnotherEventIsRefusedAndPublishesNothing) {
  ASSERT_TRUE(PublishMessage(bridge_, Keyed({1})).ok());
  const grpc::Status status = PublishMessage(bridge_, Keyed({1, 2}));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "IDEMPOTENCY_KEY_REUSED");
  EXPECT_THAT(BadFieldsOf(status), ::testing::ElementsAre("options.idempotency_key"));
  EXPECT_EQ(CopiesUntilEnd(bridge_, subscriber_).by_topic,
            (std::map<std::string, int>{{"dms/dev/1", 1}}));
}

TEST(ForgottenKeyTest, ACallPublishesAgainUnderTheSameEventId) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"dms/dev/+"});
  BridgeProcess bridge(broker.address(), {"--idempotency-memory=65536"});
  bridge.WaitForHealth("", kServing);
  v1::Delivery first;
  v1::Delivery second;
  ASSERT_TRUE(PublishMessage(bridge, Keyed({1}), &first).ok());
  // More than there is room for.
  v1::PublishBatchRequest others;
  for (int i = 0; i < 1000; ++i) {
    v1::PublishMessageRequest other = MessageRequest({1}, "other");
    *other.mutable_options()->mutable_idempotency_key() = "other-" + std::to_string(i);
    *others.add_events()->mutable_message() = other;
  }
  for (int round = 0; round < 3; ++round) {
    grpc::ClientContext context;
    v1::PublishBatchResponse response;
    for (auto& event : *others.mutable_events()) {
      event.mutable_message()->mutable_options()->mutable_idempotency_key()->append("x");
    }
    ASSERT_TRUE(bridge.stub().PublishBatch(&context, others, &response).ok());
  }
  ASSERT_TRUE(PublishMessage(bridge, Keyed({1}), &second).ok());

  EXPECT_FALSE(second.replayed());
  EXPECT_EQ(second.event_id(), first.event_id());
  EXPECT_EQ(CopiesUntilEnd(bridge, subscriber).by_topic,
            (std::map<std::string, int>{{"dms/dev/1", 2}}));
}

// Two brokers, each with half of the users.
class LostAnswerTest : public ::testing::Test {
 protected:
  using CopiesByTopic = std::map<std::string, int>;

  LostAnswerTest() : users_(40) {
    std::iota(users_.begin(), users_.end(), 1);
    bridge_.WaitForHealth("", kServing);
  }

  void PublishToAll(const std::string& text) {
    const grpc::Status status = PublishMessage(bridge_, MessageRequest(users_, text));
    EXPECT_TRUE(status.ok()) << Describe(status);
  }

  // Counts the messages with this text, by topic, up to the first with the text `end`. Its call is
  // made after the others were answered, so no message follows it.
  CopiesByTopic Count(Subscriber& subscriber, const std::string& text, const std::string& end) {
    CopiesByTopic copies;
    while (!HasFailure()) {
      const Received received = subscriber.Next();
      const std::string received_text = TextOf(received.payload);
      if (received_text == end) break;
      if (received_text != text) continue;
      ++copies[received.topic];
      event_ids_.insert(received.UserProperty("event_id"));
    }
    return copies;
  }

  std::vector<std::int64_t> users_;
  std::set<std::string> event_ids_;
  MosquittoBroker healthy_;
  MosquittoBroker frozen_;
  Subscriber at_healthy_{healthy_.port(), "subscriber", {"dms/dev/+"}};
  Subscriber at_frozen_{frozen_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_{healthy_.address() + "," + frozen_.address(),
                        {"--mqtt-ack-timeout=60s", "--mqtt-failover-after=60s"}};
};

TEST_F(LostAnswerTest, ARepeatedCallSkipsAcknowledgedRecipients) {
  PublishToAll("where");
  PublishToAll("here");
  const CopiesByTopic once_at_healthy = Count(at_healthy_, "where", "here");
  const CopiesByTopic once_at_frozen = Count(at_frozen_, "where", "here");
  ASSERT_EQ(once_at_healthy.size() + once_at_frozen.size(), users_.size());
  ASSERT_FALSE(once_at_healthy.empty());
  ASSERT_FALSE(once_at_frozen.empty());
  event_ids_.clear();

  frozen_.Freeze();
  grpc::ClientContext context;
  auto lost = std::async(std::launch::async, [&] {
    v1::PublishMessageResponse response;
    return bridge_.stub().PublishMessage(&context, Keyed(users_), &response);
  });
  CopiesByTopic before;
  while (before.size() < once_at_healthy.size() && !HasFailure()) {
    const Received received = at_healthy_.Next();
    if (TextOf(received.payload) != "keyed") continue;
    ++before[received.topic];
    event_ids_.insert(received.UserProperty("event_id"));
  }
  // A user's next event is sent after the PUBACK of the previous one.
  std::vector<std::int64_t> acknowledged;
  for (const auto& [topic, count] : before) acknowledged.push_back(std::stol(topic.substr(8)));
  EXPECT_TRUE(PublishMessage(bridge_, MessageRequest(acknowledged, "flush")).ok());
  context.TryCancel();
  EXPECT_EQ(lost.get().error_code(), grpc::StatusCode::CANCELLED);
  // The server notices later than the caller.
  bridge_.WaitForLog("call failed");
  frozen_.Thaw();
  v1::Delivery delivery;
  const grpc::Status status = PublishMessage(bridge_, Keyed(users_), &delivery);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_FALSE(delivery.replayed());
  EXPECT_EQ(delivery.acknowledged_count(), users_.size());
  PublishToAll("end");
  EXPECT_EQ(before, once_at_healthy);
  EXPECT_EQ(Count(at_healthy_, "keyed", "end"), CopiesByTopic()) << "published again";
  const CopiesByTopic at_frozen = Count(at_frozen_, "keyed", "end");
  EXPECT_EQ(at_frozen.size(), once_at_frozen.size());
  for (const auto& [topic, count] : at_frozen) EXPECT_LE(count, 2) << topic;
  EXPECT_THAT(event_ids_, ::testing::ElementsAre(delivery.event_id()));
}

}  // namespace
}  // namespace dino::testing
