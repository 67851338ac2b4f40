// Custom events, and dry runs.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class CustomEventsTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  v1::Delivery Publish(const std::string& json) {
    v1::PublishCustomRequest request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &request).ok()) << json;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    v1::PublishCustomResponse response;
    const grpc::Status status = bridge_.stub().PublishCustom(&context, request, &response);
    EXPECT_TRUE(status.ok()) << Describe(status);
    return response.delivery();
  }

  std::map<std::string, std::string> NextPayloads(std::size_t count) {
    std::map<std::string, std::string> payloads;
    for (const Received& received : subscriber_.Next(count)) {
      payloads[received.topic] = received.payload;
    }
    return payloads;
  }

  MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"#"}};
  BridgeProcess bridge_{broker_.address()};
};

TEST_F(CustomEventsTest, ASingleRecipientGetsItsOverlayToo) {
  Publish(R"({"custom": {"event_type": "poll", "data": {"a": 1},
                         "group_id": "6cbb3265-2a7f-494d-92ad-f4503d55d49f"},
              "user_ids": [1, 2], "overlays": {"2": {"vote": "yes", "seen": true}}})");
  const std::string start =
      R"({"event_type":"poll","group_id":"6cbb3265-2a7f-494d-92ad-f4503d55d49f","a":1)";
  EXPECT_THAT(NextPayloads(2),
              UnorderedElementsAre(Pair("dms/dev/1", start + "}"),
                                   Pair("dms/dev/2", start + R"(,"seen":true,"vote":"yes"})")));
}

TEST_F(CustomEventsTest, NamedTopicsReplaceTheUserId) {
  const v1::Delivery delivery = Publish(R"({"custom": {"event_type": "poll",
                             "group_id": "6cbb3265-2a7f-494d-92ad-f4503d55d49f"},
                  "topics": ["rooms/lobby", "7", "rooms/lobby"],
                  "options": {"result_detail": "RESULT_DETAIL_ALL"}})");
  EXPECT_EQ(delivery.recipient_count(), 2U);
  ASSERT_EQ(delivery.results_size(), 2);
  EXPECT_EQ(delivery.results(0).topic(), "rooms/lobby");
  EXPECT_EQ(delivery.results(0).outcome(), v1::OUTCOME_ACKNOWLEDGED);
  EXPECT_EQ(delivery.results(1).topic(), "7");
  std::vector<std::string> topics;
  for (const auto& [topic, payload] : NextPayloads(2)) topics.push_back(topic);
  EXPECT_THAT(topics, ElementsAre("dms/dev/7", "dms/dev/rooms/lobby"));
}

TEST_F(CustomEventsTest, ADryRunPublishesNothing) {
  v1::PublishMessageRequest request = MessageRequest({1, 2}, "asked");
  request.mutable_options()->set_validate_only(true);
  v1::Delivery delivery;
  ASSERT_TRUE(PublishMessage(bridge_, request, &delivery).ok());
  EXPECT_EQ(delivery.recipient_count(), 2U);
  EXPECT_EQ(delivery.acknowledged_count(), 0U);
  request.clear_user_ids();
  EXPECT_THAT(BadFieldsOf(PublishMessage(bridge_, request)), ElementsAre("user_ids"));

  // With a key: reports the event that has it and does not change it.
  v1::PublishMessageRequest keyed = MessageRequest({1}, "keyed");
  keyed.mutable_options()->set_idempotency_key("key");
  keyed.mutable_options()->set_validate_only(true);
  ASSERT_TRUE(PublishMessage(bridge_, keyed).ok());
  keyed.mutable_options()->set_validate_only(false);
  ASSERT_TRUE(PublishMessage(bridge_, keyed, &delivery).ok());
  EXPECT_FALSE(delivery.replayed());
  v1::PublishMessageRequest other = MessageRequest({1}, "other");
  *other.mutable_options() = keyed.options();
  other.mutable_options()->set_validate_only(true);
  EXPECT_EQ(ReasonOf(PublishMessage(bridge_, other)), "IDEMPOTENCY_KEY_REUSED");

  EXPECT_EQ(TextOf(subscriber_.Next().payload), "keyed");
}

TEST_F(CustomEventsTest, ADryRunReportsAMissingBroker) {
  broker_.Stop();
  bridge_.WaitForHealth("", health::HealthCheckResponse::NOT_SERVING);
  v1::PublishMessageRequest request = MessageRequest({1}, "asked");
  request.mutable_options()->set_validate_only(true);
  EXPECT_EQ(ReasonOf(PublishMessage(bridge_, request)), "BROKER_UNREACHABLE");
}

}  // namespace
}  // namespace dino::testing
