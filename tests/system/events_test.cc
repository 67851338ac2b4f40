#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/golden_events.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::MatchesRegex;
using ::testing::Pair;

class GoldenEventTest : public ::testing::TestWithParam<GoldenEvent> {};

TEST_P(GoldenEventTest, ArrivesAtEveryRecipientWithExactBytesAndProperties) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"#"});
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  v1::Delivery delivery;
  const grpc::Status status = GetParam().Publish(bridge.stub(), delivery);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(delivery.recipient_count(), GetParam().users.size());
  EXPECT_EQ(delivery.acknowledged_count(), GetParam().users.size());
  EXPECT_EQ(delivery.no_subscriber_count(), 0U);
  EXPECT_FALSE(delivery.replayed());
  EXPECT_THAT(delivery.event_id(),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"));

  std::vector<std::string> topics;
  for (const Received& received : subscriber.Next(GetParam().users.size())) {
    topics.push_back(received.topic);
    EXPECT_EQ(received.payload, GetParam().EventJson());
    EXPECT_EQ(received.qos, 1);
    EXPECT_FALSE(received.retain);
    EXPECT_EQ(received.payload_format, 1);
    EXPECT_EQ(received.content_type, "application/json");
    ASSERT_TRUE(received.expiry.has_value());
    EXPECT_LE(*received.expiry, 86400U);
    EXPECT_GE(*received.expiry, 86400U - 60U);
    EXPECT_THAT(received.user_properties, ElementsAre(Pair("event_id", delivery.event_id()),
                                                      Pair("event_type", GetParam().event_type)));
  }
  std::sort(topics.begin(), topics.end());
  std::vector<std::string> expected;
  for (const std::string& user : GetParam().users) expected.push_back("dms/dev/" + user);
  EXPECT_THAT(topics, ElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenEventTest, ::testing::ValuesIn(GoldenEvents()),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(TopicTest, FollowsTheSettings) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"#"});
  BridgeProcess bridge(broker.address(), {"--topic-template=app/{environment}/u/{user_id}/events",
                                          "--environment=prod", "--mqtt-sessions=1"});
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  ASSERT_TRUE(PublishMessage(bridge, MessageRequest({7}, "hello")).ok());

  EXPECT_EQ(subscriber.Next().topic, "app/prod/u/7/events");
}

TEST(TraceTest, TheCallersTraceparentTravelsWithTheEvent) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"#"});
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  const std::string traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  context.AddMetadata("traceparent", traceparent);
  v1::PublishMessageResponse response;
  const grpc::Status status =
      bridge.stub().PublishMessage(&context, MessageRequest({7}, "hello"), &response);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_THAT(subscriber.Next().user_properties,
              ElementsAre(Pair("event_id", response.delivery().event_id()),
                          Pair("event_type", "message"), Pair("traceparent", traceparent)));
}

}  // namespace
}  // namespace dino::testing
