#include "server/event/request_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/event/quiet_protobuf.h"
#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

class RequestParserTest : public ::testing::Test {
 protected:
  template <typename Request>
  static std::vector<std::string> Failure(const std::string& bytes) {
    Request request;
    Violations violations;
    EXPECT_FALSE(ParseRequest(bytes, kMaxParsedBytes, request, violations));
    return Lines(violations);
  }

 private:
  const QuietProtobuf quiet_;
};

// A field with this tag and these bytes. REQUIRES: fewer than 128 bytes.
std::string Field(int number, std::string_view bytes) {
  std::string field;
  field += static_cast<char>(number << 3 | 2);
  field += static_cast<char>(bytes.size());
  return field.append(bytes);
}

const std::string kRequestRule =
    "request must be a valid dino.events.v1.PublishMessageRequest in protobuf's binary format";

TEST_F(RequestParserTest, ParsesValidRequests) {
  const auto sent = Valid<v1::PublishMessageRequest>();
  v1::PublishMessageRequest request;
  Violations violations;
  EXPECT_TRUE(ParseRequest(sent.SerializeAsString(), kMaxParsedBytes, request, violations));
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(request.SerializeAsString(), sent.SerializeAsString());
}

TEST_F(RequestParserTest, ParsesAnEmptyRequest) {
  v1::PublishMessageRequest request;
  Violations violations;
  EXPECT_TRUE(ParseRequest("", kMaxParsedBytes, request, violations));
  EXPECT_FALSE(request.has_message());
}

TEST_F(RequestParserTest, ParsesSplitBuffers) {
  const std::string bytes = Valid<v1::PublishGroupRequest>().SerializeAsString();
  const std::string_view whole = bytes;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    v1::PublishGroupRequest request;
    Violations violations;
    const std::vector<std::string_view> pieces = {whole.substr(0, cut), whole.substr(cut)};
    ASSERT_TRUE(ParseRequest(pieces, kMaxParsedBytes, request, violations)) << cut;
    EXPECT_EQ(request.SerializeAsString(), bytes);
  }
  v1::PublishGroupRequest request;
  Violations violations;
  EXPECT_TRUE(
      ParseRequest(std::vector<std::string_view>{whole}, kMaxParsedBytes, request, violations));
  EXPECT_TRUE(ParseRequest(std::vector<std::string_view>{}, kMaxParsedBytes, request, violations));
  EXPECT_FALSE(ParseRequest(std::vector<std::string_view>{whole, "\x0F"}, kMaxParsedBytes, request,
                            violations));
}

TEST_F(RequestParserTest, IgnoresUnknownFields) {
  v1::PublishMessageRequest request;
  Violations violations;
  EXPECT_TRUE(ParseRequest(Field(9, "\xFF\xFF"), kMaxParsedBytes, request, violations));
  // `message` as a number: with another wire type it is an unknown field.
  EXPECT_TRUE(ParseRequest("\x08\x01", kMaxParsedBytes, request, violations));
  EXPECT_FALSE(request.has_message());
}

TEST_F(RequestParserTest, RefusesMalformedRequests) {
  const std::string valid = Valid<v1::PublishMessageRequest>().SerializeAsString();
  const std::vector<std::string> cases = {
      "hello world",
      valid.substr(0, valid.size() - 1),
      valid + "\x0F",                   // An undefined wire type.
      std::string("\x00\x01", 2),       // Field number 0.
      "\x0A\xFF\xFF\xFF\xFF\x0F",       // A length beyond the end.
      std::string("\x10\x80", 2),       // An unterminated number.
      "K",                              // An unterminated group.
      std::string("\x12\x02\x80\x80"),  // A packed list that ends within a number.
  };
  for (const std::string& bytes : cases) {
    EXPECT_EQ(Failure<v1::PublishMessageRequest>(bytes), std::vector<std::string>{kRequestRule});
  }
}

TEST_F(RequestParserTest, NamesTheMalformedMessage) {
  EXPECT_EQ(Failure<v1::PublishMessageRequest>(Field(1, "\x0F")),
            std::vector<std::string>{"message must be a valid dino.events.v1.Message in "
                                     "protobuf's binary format"});
  EXPECT_EQ(Failure<v1::PublishMessageRequest>(Field(3, Field(1, "\x0F"))),
            std::vector<std::string>{"options.expiry must be a valid google.protobuf.Duration in "
                                     "protobuf's binary format"});
}

TEST_F(RequestParserTest, NamesEveryTextThatIsNotUtf8) {
  const std::string bytes =
      Field(1, Field(1, "\xFF") + Field(3, "\x80") + Field(5, "a\xC3") + Field(6, "fine")) +
      Field(3, Field(3, "\xC0\x80"));
  EXPECT_EQ(Failure<v1::PublishMessageRequest>(bytes),
            (std::vector<std::string>{"message.group_id must be valid UTF-8",
                                      "message.file_id must be valid UTF-8",
                                      "message.message_payload must be valid UTF-8",
                                      "options.idempotency_key must be valid UTF-8"}));
  EXPECT_EQ(Failure<v1::PublishGroupRequest>(Field(1, Field(2, "\xED\xA0\x80"))),
            std::vector<std::string>{"group.name must be valid UTF-8"});
  EXPECT_EQ(Failure<v1::PublishReadRequest>(Field(1, Field(1, "\xF4\x90\x80\x80"))),
            std::vector<std::string>{"read.group_id must be valid UTF-8"});
}

TEST_F(RequestParserTest, ChecksOnlyKnownFields) {
  // `group_id` as a number, an unknown field, and a text that is not UTF-8.
  const std::string bytes = Field(1, std::string("\x08\x01") + Field(1, "\xFF")) + Field(9, "\xFF");
  EXPECT_EQ(Failure<v1::PublishMessageRequest>(bytes),
            std::vector<std::string>{"message.group_id must be valid UTF-8"});
}

TEST_F(RequestParserTest, CountsTextsBeyondTheListedOnes) {
  std::string bytes;
  for (int i = 0; i < 60; ++i) bytes += Field(4, "\xff");
  v1::PublishCustomRequest request;
  Violations violations;
  EXPECT_FALSE(ParseRequest(bytes, kMaxParsedBytes, request, violations));
  EXPECT_EQ(violations.listed().size(), Violations::kMaxListed);
  EXPECT_EQ(violations.total(), 60U);
}

TEST_F(RequestParserTest, NamesTheEntryOfARepeatedMessage) {
  v1::Delivery delivery;
  Violations violations;
  EXPECT_FALSE(
      ParseRequest(Field(5, "") + Field(5, "\x0F"), kMaxParsedBytes, delivery, violations));
  EXPECT_EQ(Lines(violations),
            std::vector<std::string>{"results[1] must be a valid dino.events.v1.RecipientResult "
                                     "in protobuf's binary format"});
}

TEST_F(RequestParserTest, AgreesWithProtobufOnUtf8) {
  const std::string_view bytes(
      "\0A\x7F\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5", 18);
  const std::vector<std::string> refused = {"message.message_payload must be valid UTF-8"};
  int failures = 0;
  for (const char a : bytes) {
    for (const char b : bytes) {
      for (const char c : bytes) {
        for (const char d : {'\x7F', '\x80', '\xC2'}) {
          const std::string sent = Field(1, Field(5, std::string{a, b, c, d}));
          v1::PublishMessageRequest request;
          Violations violations;
          if (ParseRequest(sent, kMaxParsedBytes, request, violations)) continue;
          ++failures;
          ASSERT_EQ(Lines(violations), refused);
        }
      }
    }
  }
  EXPECT_GT(failures, 10000);
}

}  // namespace
}  // namespace dino::event
