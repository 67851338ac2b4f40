#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/system/bridge_process.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class BadInputTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  // The server still works, and what was refused before was not published to user 1.
  void ExpectNothingPublished(Where where = Where::Here()) {
    const grpc::Status status = PublishMessage(bridge_, MessageRequest({1}, "good"));
    if (!status.ok()) ADD_FAILURE_AT(where.file, where.line) << Describe(status);
    const std::string text = TextOf(subscriber_.Next(where).payload);
    if (text != "good") ADD_FAILURE_AT(where.file, where.line) << "published: " << text;
  }

  const MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"#"}};
  BridgeProcess bridge_{broker_.address()};
};

struct BadFieldCase {
  std::string name;
  std::function<void(v1::PublishMessageRequest&)> spoil;
  std::vector<std::string> fields;
};

std::vector<BadFieldCase> BadFields() {
  using Request = v1::PublishMessageRequest;
  return {
      {"message", [](Request& request) { request.clear_message(); }, {"message"}},
      {"group id",
       [](Request& request) { request.mutable_message()->set_group_id("group/+/#"); },
       {"message.group_id"}},
      {"sender",
       [](Request& request) { request.mutable_message()->set_sender_id(-1); },
       {"message.sender_id"}},
      {"empty file id",
       [](Request& request) { request.mutable_message()->set_file_id(""); },
       {"message.file_id"}},
      {"message type",
       [](Request& request) { request.mutable_message()->set_message_type("Text"); },
       {"message.message_type"}},
      {"payload",
       [](Request& request) {
         request.mutable_message()->set_message_payload(std::string(65537, 'x'));
       },
       {"message.message_payload"}},
      {"time",
       [](Request& request) { request.mutable_message()->mutable_created_at()->set_seconds(-1); },
       {"message.created_at"}},
      {"user beyond 2^53-1",
       [](Request& request) { request.add_user_ids(9007199254740992); },
       {"user_ids[1]"}},
      {"no user", [](Request& request) { request.clear_user_ids(); }, {"user_ids"}},
      {"expiry",
       [](Request& request) { request.mutable_options()->mutable_expiry()->set_seconds(0); },
       {"options.expiry"}},
      {"quality of service",
       [](Request& request) { request.mutable_options()->set_qos(static_cast<v1::Qos>(7)); },
       {"options.qos"}},
      {"several",
       [](Request& request) {
         request.mutable_message()->set_message_id("");
         request.mutable_message()->clear_created_at();
         request.add_user_ids(0);
         request.mutable_options()->mutable_expiry()->set_seconds(-5);
       },
       {"message.message_id", "message.created_at", "user_ids[1]", "options.expiry"}},
  };
}

TEST_F(BadInputTest, EveryViolationIsNamedAndNothingIsPublished) {
  for (const BadFieldCase& row : BadFields()) {
    SCOPED_TRACE(row.name);
    v1::PublishMessageRequest request = MessageRequest({1}, "bad");
    row.spoil(request);
    const grpc::Status status = PublishMessage(bridge_, request);

    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
    EXPECT_THAT(BadFieldsOf(status), ::testing::UnorderedElementsAreArray(row.fields));
    EXPECT_FALSE(DetailOf<v1::PublishFailure>(status).has_value());
  }
  ExpectNothingPublished();
}

TEST_F(BadInputTest, AReadReceiptOfAMultiUserGroupIsRefused) {
  v1::PublishReadRequest request;
  request.add_user_ids(1);
  request.mutable_read()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  request.mutable_read()->set_user_id(2);
  request.mutable_read()->mutable_read_at()->set_seconds(1);
  request.mutable_read()->set_group_type(v1::GROUP_TYPE_MULTI_USER);
  grpc::ClientContext context;
  v1::PublishReadResponse response;
  const grpc::Status status = bridge_.stub().PublishRead(&context, request, &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  EXPECT_THAT(BadFieldsOf(status), ElementsAre("read.group_type"));
  ExpectNothingPublished();
}

struct BadBytesCase {
  const char* name;
  std::string_view bytes;
  const char* field;
};

TEST_F(BadInputTest, MalformedRequestsAreRefused) {
  const std::vector<BadBytesCase> rows = {
      {"a length beyond the end", "\x0A\x05\x0A"sv, "request"},
      {"a message cut off inside", "\x0A\x02\x0A\x05\x10\x01"sv, "message"},
      {"an end group tag", "\x0C"sv, "request"},
      {"a number in place of the message", "\x08\x01\x10\x01"sv, "message"},
      {"a text that is not UTF-8", "\x0A\x04\x2A\x02\xC3\x28\x10\x01"sv, "message.message_payload"},
      {"noise", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, "request"},
  };
  for (const BadBytesCase& row : rows) {
    SCOPED_TRACE(row.name);
    const grpc::Status status = CallWithBytes(bridge_, "PublishMessage", row.bytes);

    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
    EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
    EXPECT_THAT(BadFieldsOf(status), ::testing::Contains(row.field));
  }
  ExpectNothingPublished();
}

TEST_F(BadInputTest, AnOtherwiseValidRequestWithInvalidUtf8IsRefused) {
  std::string bytes = MessageRequest({1}, "good?good").SerializeAsString();
  bytes[bytes.find('?')] = '\xFF';
  const grpc::Status status = CallWithBytes(bridge_, "PublishMessage", bytes);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  EXPECT_THAT(BadFieldsOf(status), ElementsAre("message.message_payload"));
  ExpectNothingPublished();
}

TEST_F(BadInputTest, AnEmptyRequestNamesEveryMissingField) {
  const grpc::Status status = CallWithBytes(bridge_, "PublishMessage", "");

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  EXPECT_THAT(BadFieldsOf(status), UnorderedElementsAre("message", "user_ids"));
}

TEST_F(BadInputTest, ARequestOfFiveMebibytesIsRefused) {
  const grpc::Status status =
      PublishMessage(bridge_, MessageRequest({1}, std::string(5U << 20U, 'x')));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  ExpectNothingPublished();
}

TEST_F(BadInputTest, MoreRecipientsThanAllowedAreRefused) {
  std::vector<std::int64_t> users(10001);
  std::iota(users.begin(), users.end(), 1);
  const grpc::Status status = PublishMessage(bridge_, MessageRequest(users, "bad"));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  EXPECT_THAT(BadFieldsOf(status), ElementsAre("user_ids"));
  ExpectNothingPublished();
}

TEST_F(BadInputTest, AMethodThatDoesNotExistIsUnimplemented) {
  const grpc::Status status = CallWithBytes(bridge_, "PublishNothing", "");

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << Describe(status);
}

}  // namespace
}  // namespace dino::testing
