#include "clients/dino-publish/method.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "tests/support/case_name.h"

namespace dino::publish_client {
namespace {

using ::testing::HasSubstr;

TEST(MethodTest, FindsEveryUnaryRpcOfTheService) {
  const auto& service = *events::v1::PublishMessageRequest::descriptor()->file()->service(0);
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string name(service.method(i)->name());
    const Method method = Method::Find(name);
    ASSERT_EQ(method.found(), !service.method(i)->client_streaming()) << name;
    if (!method.found()) continue;
    EXPECT_EQ(method.Path(), "/dino.events.v1.EventPublisherService/" + name);
    EXPECT_THAT(ListMethods(), HasSubstr(name + "\n"));
  }
  EXPECT_FALSE(Method::Find("PublishNothing").found());
  EXPECT_FALSE(Method::Find("").found());
}

TEST(MethodTest, SerializesTheRequestFromJson) {
  std::string bytes;
  ASSERT_EQ(Method::Find("PublishMessage")
                .EncodeRequest(R"({"message": {"sender_id": "9007199254740991",
                                     "message_payload": "é", "created_at":
                                     "2020-08-19T22:49:44.794828Z"},
                                   "userIds": [1, "2"], "options": {"expiry": "1.5s",
                                     "qos": "QOS_AT_MOST_ONCE"}})",
                               bytes),
            "");

  events::v1::PublishMessageRequest request;
  ASSERT_TRUE(request.ParseFromString(bytes));
  EXPECT_EQ(request.message().sender_id(), 9007199254740991);
  EXPECT_EQ(request.message().message_payload(), "é");
  EXPECT_FALSE(request.message().has_file_id());
  EXPECT_EQ(request.message().created_at().seconds(), 1597877384);
  EXPECT_EQ(request.message().created_at().nanos(), 794828000);
  EXPECT_THAT(request.user_ids(), ::testing::ElementsAre(1, 2));
  EXPECT_EQ(request.options().expiry().nanos(), 500000000);
  EXPECT_EQ(request.options().qos(), events::v1::QOS_AT_MOST_ONCE);
}

struct BadMethod {
  std::string name;
  std::string json;
  std::string problem;  // A part of the message.
};

class BadJsonTest : public ::testing::TestWithParam<BadMethod> {};

TEST_P(BadJsonTest, IsRefusedWithTheProblem) {
  std::string bytes;
  EXPECT_THAT(Method::Find("PublishRead").EncodeRequest(GetParam().json, bytes),
              HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadJsonTest,
    ::testing::Values(BadMethod{"Empty", "", "Unexpected end of string"},
                      BadMethod{"Truncated", R"({"read": {)", "Unexpected end of string"},
                      BadMethod{"UnknownField", R"({"read": {"userid": 1}})", "Cannot find field"},
                      BadMethod{"WrongType", R"({"read": {"user_id": "x"}})", "user_id"},
                      BadMethod{"UnknownEnumValue", R"({"read": {"group_type": "ONE"}})", "ONE"},
                      BadMethod{"BadTime", R"({"read": {"read_at": "yesterday"}})", "read_at"}),
    testing::CaseName());

TEST(MethodTest, PrintsTheResponseWithDefaultsAndProtoNames) {
  events::v1::PublishReadResponse response;
  response.mutable_delivery()->set_event_id("e");
  response.mutable_delivery()->set_recipient_count(2);
  response.mutable_delivery()->set_acknowledged_count(2);
  const std::string bytes = response.SerializeAsString();

  std::string json;
  ASSERT_TRUE(Method::Find("PublishRead").DecodeResponse(bytes, /*compact=*/true, json));
  EXPECT_EQ(json, R"({"delivery":{"event_id":"e","recipient_count":2,"acknowledged_count":2,)"
                  R"("no_subscriber_count":0,"results":[],"replayed":false,)"
                  R"("results_omitted":false}})");
  ASSERT_TRUE(Method::Find("PublishRead").DecodeResponse(bytes, /*compact=*/false, json));
  EXPECT_THAT(json, HasSubstr("\n  \"recipient_count\": 2,\n"));
}

TEST(MethodTest, RefusesAMalformedResponse) {
  std::string json;
  EXPECT_FALSE(Method::Find("PublishRead").DecodeResponse("\xff", /*compact=*/true, json));
}

TEST(MethodTest, ListsFieldsWithTheirTypes) {
  EXPECT_THAT(ListMethods(),
              HasSubstr("PublishRead\n"
                        "  read: Read\n"
                        "    group_id: string\n"
                        "    user_id: int64\n"
                        "    read_at: time such as \"2026-01-31T12:00:00Z\"\n"
                        "    group_type: GROUP_TYPE_MULTI_USER | GROUP_TYPE_ONE_TO_ONE\n"
                        "  user_ids: list of int64\n"
                        "  options: PublishOptions\n"
                        "    expiry: duration such as \"3600s\"\n"));
  EXPECT_THAT(ListMethods(), HasSubstr("    user_properties: map of string to string\n"));
  EXPECT_THAT(ListMethods(), HasSubstr("  overlays: map of int64 to Struct\n"));
}

}  // namespace
}  // namespace dino::publish_client
