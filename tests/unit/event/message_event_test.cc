#include "server/event/message_event.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

// The rules of `message`, for each request with one.
template <typename Request>
class MessageEventTest : public ::testing::Test {
 protected:
  // The violations of a valid request after `change`.
  static std::vector<std::string> After(const std::function<void(v1::Message&)>& change) {
    auto request = Valid<Request>();
    change(*request.mutable_message());
    return Lines(Validate(request, Limits()));
  }

  const std::vector<std::string> none_{};
};

using MessageRequests = ::testing::Types<v1::PublishMessageRequest, v1::PublishAttachmentRequest,
                                         v1::PublishEditRequest, v1::PublishActionLogRequest>;
// clang requires a third argument; an empty one means the default.
TYPED_TEST_SUITE(MessageEventTest, MessageRequests, );

struct MessageCase {
  const char* name;
  std::function<void(v1::Message&)> change;
  std::vector<std::string> expected;
};

TYPED_TEST(MessageEventTest, NamesTheInvalidField) {
  const std::vector<MessageCase> cases = {
      {"no group_id", [](v1::Message& m) { m.clear_group_id(); }, {"message.group_id" + kUuidRule}},
      {"bad group_id",
       [](v1::Message& m) { m.set_group_id("1234"); },
       {"message.group_id" + kUuidRule}},
      {"no sender_id",
       [](v1::Message& m) { m.clear_sender_id(); },
       {"message.sender_id" + kUserIdRule}},
      {"sender_id too large",
       [](v1::Message& m) { m.set_sender_id(9007199254740992); },
       {"message.sender_id" + kUserIdRule}},
      {"empty file_id",
       [](v1::Message& m) { m.set_file_id(""); },
       {"message.file_id must be 1 to 255 bytes"}},
      {"long file_id",
       [](v1::Message& m) { m.set_file_id(std::string(256, 'f')); },
       {"message.file_id must be 1 to 255 bytes"}},
      {"no message_id",
       [](v1::Message& m) { m.clear_message_id(); },
       {"message.message_id" + kUuidRule}},
      {"long payload",
       [](v1::Message& m) { m.set_message_payload(std::string(65537, 'p')); },
       {"message.message_payload must be at most 65536 bytes"}},
      {"no message_type",
       [](v1::Message& m) { m.clear_message_type(); },
       {"message.message_type must be 1 to 64 of a-z, 0-9, _ and -"}},
      {"long message_type",
       [](v1::Message& m) { m.set_message_type(std::string(65, 't')); },
       {"message.message_type must be 1 to 64 of a-z, 0-9, _ and -"}},
      {"no created_at",
       [](v1::Message& m) { m.clear_created_at(); },
       {"message.created_at is required"}},
      {"year 10000",
       [](v1::Message& m) { m.mutable_created_at()->set_seconds(253402300800); },
       {"message.created_at must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z"}},
  };
  for (const MessageCase& c : cases) EXPECT_EQ(TestFixture::After(c.change), c.expected) << c.name;
}

TYPED_TEST(MessageEventTest, AcceptsTheExtremes) {
  EXPECT_EQ(TestFixture::After([](v1::Message&) {}), this->none_);
  EXPECT_EQ(TestFixture::After([](v1::Message& m) {
              m.set_sender_id(1);
              m.set_file_id("f");
              m.set_message_payload("");
              m.set_message_type("t");
              m.mutable_created_at()->Clear();
            }),
            this->none_);
  EXPECT_EQ(TestFixture::After([](v1::Message& m) {
              m.set_sender_id(9007199254740991);
              m.set_file_id(std::string(255, 'f'));
              m.set_message_payload(std::string(65536, 'p'));
              m.set_message_type(std::string(64, 't'));
              m.mutable_created_at()->set_seconds(253402300799);
              m.mutable_created_at()->set_nanos(999999999);
            }),
            this->none_);
}

TYPED_TEST(MessageEventTest, NamesEveryFieldOfAnEmptyMessageAtOnce) {
  std::vector<std::string> expected = {
      "message.group_id" + kUuidRule,
      "message.sender_id" + kUserIdRule,
      "message.message_id" + kUuidRule,
      "message.message_payload must not be empty unless file_id is set",
      "message.message_type must be 1 to 64 of a-z, 0-9, _ and -",
      "message.created_at is required",
  };
  if constexpr (std::is_same_v<TypeParam, v1::PublishAttachmentRequest>) {
    expected.insert(expected.begin() + 2, "message.file_id is required: 1 to 255 bytes");
  }
  EXPECT_EQ(TestFixture::After([](v1::Message& m) { m.Clear(); }), expected);
}

TYPED_TEST(MessageEventTest, RequiresTheMessageAndStillChecksTheRest) {
  TypeParam request;
  request.add_user_ids(0);
  request.mutable_options()->mutable_expiry();
  EXPECT_EQ(Lines(Validate(request, Limits())),
            (std::vector<std::string>{
                "message is required",
                "options.expiry must be 1 to 4294967295 seconds",
                "user_ids[0]" + kUserIdRule,
            }));
}

TYPED_TEST(MessageEventTest, RequiresAFileOfAnAttachmentOnly) {
  const std::vector<std::string> lines =
      TestFixture::After([](v1::Message& m) { m.clear_file_id(); });
  if constexpr (std::is_same_v<TypeParam, v1::PublishAttachmentRequest>) {
    EXPECT_EQ(lines, std::vector<std::string>{"message.file_id is required: 1 to 255 bytes"});
  } else {
    EXPECT_EQ(lines, this->none_);
  }
}

TYPED_TEST(MessageEventTest, ObeysThePayloadLimitThatIsSet) {
  Limits limits;
  limits.max_payload_bytes = 4;
  auto request = Valid<TypeParam>();
  request.mutable_message()->set_message_payload("\xF0\x9F\x91\x8D");
  EXPECT_TRUE(Validate(request, limits).empty());
  request.mutable_message()->set_message_payload("\xF0\x9F\x91\x8D.");
  EXPECT_EQ(Lines(Validate(request, limits)),
            std::vector<std::string>{"message.message_payload must be at most 4 bytes"});
}

TYPED_TEST(MessageEventTest, NeverRepeatsWhatTheUserWrote) {
  auto request = Valid<TypeParam>();
  v1::Message& message = *request.mutable_message();
  message.set_group_id("SECRET");
  message.set_file_id(std::string(256, 'S') + "SECRET");
  message.set_message_id("SECRET");
  message.set_message_payload(std::string(65536, 'S') + "SECRET");
  message.set_message_type("SECRET");
  request.mutable_options()->set_idempotency_key("SECRET SECRET");
  const Violations violations = Validate(request, Limits());
  EXPECT_EQ(violations.total(), 6U);
  EXPECT_EQ(violations.Summary().find("SECRET"), std::string::npos);
  for (const std::string& line : Lines(violations)) {
    EXPECT_EQ(line.find("SECRET"), std::string::npos);
  }
}

TEST(MessageJsonTest, WritesTheExtremeIds) {
  auto request = Valid<v1::PublishMessageRequest>();
  request.mutable_message()->set_sender_id(9007199254740991);
  EXPECT_NE(EventJson(request).find(R"("sender_id":9007199254740991,)"), std::string::npos);
  request.mutable_message()->set_sender_id(1);
  EXPECT_NE(EventJson(request).find(R"("sender_id":1,)"), std::string::npos);
}

TEST(MessageJsonTest, WritesIdsAsGiven) {
  auto request = Valid<v1::PublishMessageRequest>();
  request.mutable_message()->set_group_id("6CBB3265-2a7f-494D-92AD-f4503d55d49F");
  EXPECT_NE(EventJson(request).find(R"("group_id":"6CBB3265-2a7f-494D-92AD-f4503d55d49F",)"),
            std::string::npos);
}

TEST(MessageJsonTest, WritesNullForAnUnsetFileId) {
  auto request = Valid<v1::PublishMessageRequest>();
  request.mutable_message()->clear_file_id();
  EXPECT_NE(EventJson(request).find(R"("file_id":null,)"), std::string::npos);
  request.mutable_message()->set_file_id("\"\n");
  EXPECT_NE(EventJson(request).find(R"("file_id":"\"\n",)"), std::string::npos);
}

}  // namespace
}  // namespace dino::event
