#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// As "user outcome code".
std::vector<std::string> Results(const v1::Delivery& delivery) {
  std::vector<std::string> results;
  for (const auto& result : delivery.results()) {
    results.push_back(std::to_string(result.user_id()) + " " + v1::Outcome_Name(result.outcome()) +
                      " " + std::to_string(result.reason_code()));
  }
  return results;
}

// Only user 1 has a subscriber.
class OptionsTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  v1::Delivery Publish(const v1::PublishMessageRequest& request) {
    v1::Delivery delivery;
    const grpc::Status status = PublishMessage(bridge_, request, &delivery);
    EXPECT_TRUE(status.ok()) << Describe(status);
    return delivery;
  }

  const MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/1"}};
  BridgeProcess bridge_{broker_.address()};
};

TEST_F(OptionsTest, ByDefaultTheResponseHasCountsAndNoResults) {
  const v1::Delivery delivery = Publish(MessageRequest({1, 2, 3}, "hello"));

  EXPECT_EQ(delivery.recipient_count(), 3U);
  EXPECT_EQ(delivery.acknowledged_count(), 3U);
  EXPECT_EQ(delivery.no_subscriber_count(), 2U);
  EXPECT_THAT(Results(delivery), ElementsAre());
}

TEST_F(OptionsTest, ResultDetailAllListsEveryRecipientInTheOrderOfTheRequest) {
  auto request = MessageRequest({3, 1, 2}, "hello");
  request.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);

  EXPECT_THAT(Results(Publish(request)),
              ElementsAre("3 OUTCOME_NO_SUBSCRIBER 16", "1 OUTCOME_ACKNOWLEDGED 0",
                          "2 OUTCOME_NO_SUBSCRIBER 16"));
}

TEST_F(OptionsTest, ResultDetailExceptionsListsThoseWithoutASubscriber) {
  auto request = MessageRequest({1, 2}, "hello");
  request.mutable_options()->set_result_detail(v1::RESULT_DETAIL_EXCEPTIONS);

  EXPECT_THAT(Results(Publish(request)), ElementsAre("2 OUTCOME_NO_SUBSCRIBER 16"));
}

TEST_F(OptionsTest, ARepeatedRecipientCountsOnceAndReceivesOnce) {
  EXPECT_EQ(Publish(MessageRequest({1, 2, 1, 1}, "first")).recipient_count(), 2U);
  Publish(MessageRequest({1}, "second"));

  EXPECT_EQ(TextOf(subscriber_.Next().payload), "first");
  EXPECT_EQ(TextOf(subscriber_.Next().payload), "second");
}

TEST_F(OptionsTest, AtMostOncePublishesWithQos0) {
  auto request = MessageRequest({1}, "hello");
  request.mutable_options()->set_qos(v1::QOS_AT_MOST_ONCE);
  const v1::Delivery delivery = Publish(request);

  EXPECT_EQ(delivery.recipient_count(), 1U);
  EXPECT_EQ(delivery.acknowledged_count(), 1U);
  const Received received = subscriber_.Next();
  EXPECT_EQ(received.qos, 0);
  EXPECT_EQ(received.UserProperty("event_id"), delivery.event_id());
  EXPECT_EQ(received.content_type, "application/json");
}

TEST_F(OptionsTest, ExpiryIsRoundedUpAndSentToTheBroker) {
  auto request = MessageRequest({1}, "hello");
  request.mutable_options()->mutable_expiry()->set_seconds(4999);
  request.mutable_options()->mutable_expiry()->set_nanos(1);
  Publish(request);

  const Received received = subscriber_.Next();
  ASSERT_TRUE(received.expiry.has_value());
  EXPECT_LE(*received.expiry, 5000U);
  EXPECT_GE(*received.expiry, 5000U - 60U);
}

TEST_F(OptionsTest, ExpiryMayBeTheLargestOfTheProtocol) {
  auto request = MessageRequest({1}, "hello");
  request.mutable_options()->mutable_expiry()->set_seconds(4294967295);
  Publish(request);

  const Received received = subscriber_.Next();
  ASSERT_TRUE(received.expiry.has_value());
  EXPECT_GE(*received.expiry, 4294967295U - 60U);
}

TEST_F(OptionsTest, EveryEventHasItsOwnId) {
  const std::string first = Publish(MessageRequest({1}, "same")).event_id();
  const std::string second = Publish(MessageRequest({1}, "same")).event_id();

  EXPECT_NE(first, second);
}

TEST_F(OptionsTest, UserPropertiesStandBehindTheServicesOwn) {
  auto request = MessageRequest({1}, "hello");
  auto& properties = *request.mutable_options()->mutable_user_properties();
  properties["sender-device"] = "telephone";
  properties["app"] = "chat-\xF0\x9F\x92\xAC";
  request.mutable_options()->set_idempotency_key("user-properties");

  const v1::Delivery delivery = Publish(request);
  EXPECT_THAT(
      subscriber_.Next().user_properties,
      ElementsAre(Pair("event_id", delivery.event_id()), Pair("event_type", "message"),
                  Pair("app", "chat-\xF0\x9F\x92\xAC"), Pair("sender-device", "telephone")));
}

}  // namespace
}  // namespace dino::testing
