#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <ostream>
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
using ::testing::ElementsAreArray;
using ::testing::MatchesRegex;
using ::testing::Pair;
using Stub = v1::EventPublisherService::Stub;

// Makes a call with a request in protobuf JSON.
using JsonCall =
    std::function<grpc::Status(Stub&, grpc::ClientContext&, const std::string&, v1::Delivery&)>;

template <typename Request, typename Response>
JsonCall With(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*)) {
  return [method](Stub& stub, grpc::ClientContext& context, const std::string& json,
                  v1::Delivery& delivery) {
    Request request;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &request).ok()) << json;
    Response response;
    grpc::Status status = (stub.*method)(&context, request, &response);
    delivery = response.delivery();
    return status;
  };
}

struct GoldenCase {
  std::string name;
  std::string event_type;
  JsonCall call;
  std::vector<std::string> topics;

  friend void PrintTo(const GoldenCase& row, std::ostream* out) { *out << row.name; }
};

std::string Golden(const std::string& name) {
  std::ifstream file(std::string(DINO_GOLDEN_DIR) + "/" + name);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

class GoldenEventTest : public ::testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenEventTest, ArrivesAtEveryRecipientWithExactBytesAndProperties) {
  const MosquittoBroker broker;
  Subscriber subscriber(broker.port(), "subscriber", {"#"});
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::Delivery delivery;
  const grpc::Status status =
      GetParam().call(bridge.stub(), context, Golden(GetParam().name + ".request.json"), delivery);

  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(delivery.recipient_count(), GetParam().topics.size());
  EXPECT_EQ(delivery.acknowledged_count(), GetParam().topics.size());
  EXPECT_EQ(delivery.no_subscriber_count(), 0U);
  EXPECT_FALSE(delivery.replayed());
  EXPECT_THAT(delivery.event_id(),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"));

  std::vector<std::string> topics;
  for (const Received& received : subscriber.Next(GetParam().topics.size())) {
    topics.push_back(received.topic);
    EXPECT_EQ(received.payload, Golden(GetParam().name + ".event.json"));
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
  EXPECT_THAT(topics, ElementsAreArray(GetParam().topics));
}

const std::vector<std::string> kTwoUsers = {"dms/dev/1234", "dms/dev/4321"};

INSTANTIATE_TEST_SUITE_P(
    Golden, GoldenEventTest,
    ::testing::Values(
        GoldenCase{"group", "group", With(&Stub::PublishGroup), {"dms/dev/1234"}},
        GoldenCase{"message", "message", With(&Stub::PublishMessage), kTwoUsers},
        GoldenCase{"message_half_second", "message", With(&Stub::PublishMessage), {"dms/dev/1"}},
        GoldenCase{"message_hard_text",
                   "message",
                   With(&Stub::PublishMessage),
                   {"dms/dev/9007199254740991"}},
        GoldenCase{"attachment", "attachment", With(&Stub::PublishAttachment), kTwoUsers},
        GoldenCase{"edit", "edit", With(&Stub::PublishEdit), kTwoUsers},
        GoldenCase{"action_log", "action_log", With(&Stub::PublishActionLog), kTwoUsers},
        GoldenCase{"read", "read", With(&Stub::PublishRead), {"dms/dev/4321"}},
        GoldenCase{"join", "join", With(&Stub::PublishJoin), kTwoUsers},
        GoldenCase{"leave", "leave", With(&Stub::PublishLeave), kTwoUsers},
        GoldenCase{"delete_attachment", "delete_attachment", With(&Stub::PublishDeleteAttachment),
                   kTwoUsers},
        GoldenCase{"delete_message", "delete_message", With(&Stub::PublishDeleteMessage),
                   kTwoUsers},
        GoldenCase{"custom", "poll", With(&Stub::PublishCustom), kTwoUsers}),
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
