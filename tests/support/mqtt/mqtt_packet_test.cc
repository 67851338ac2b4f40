#include "tests/support/mqtt/mqtt_packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using ::testing::Pair;

template <typename Expected>
Expected DecodeAs(std::string_view bytes) {
  const auto decoded = DecodePacket(bytes);
  if (!decoded.ok() || !decoded->has_value()) {
    ADD_FAILURE() << decoded.status();
    return {};
  }
  EXPECT_EQ((*decoded)->size, bytes.size());
  const Expected* packet = std::get_if<Expected>(&(*decoded)->packet);
  if (packet == nullptr) {
    ADD_FAILURE() << "it is a " << PacketName((*decoded)->packet);
    return {};
  }
  return *packet;
}

TEST(MqttPacketTest, DecodesAPlainConnect) {
  const auto connect = DecodeAs<Connect>(
      "\x10\x0F"
      "\x00\x04MQTT\x05\x02\x00\x1E"
      "\x00"
      "\x00\x02id"sv);

  EXPECT_EQ(connect.client_id, "id");
  EXPECT_TRUE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive, 30);
  EXPECT_EQ(connect.session_expiry, std::nullopt);
  EXPECT_EQ(connect.username, std::nullopt);
  EXPECT_EQ(connect.password, std::nullopt);
}

TEST(MqttPacketTest, DecodesAConnectWithWillPropertiesAndCredentials) {
  const auto connect = DecodeAs<Connect>(
      "\x10\x31"
      "\x00\x04MQTT\x05\xC4\x01\x00"
      "\x0D\x11\x00\x00\x00\x0A\x21\x00\x05\x27\x00\x01\x00\x00"
      "\x00\x02id"
      "\x05\x18\x00\x00\x00\x01\x00\x01w\x00\x01p"
      "\x00\x03usr\x00\x02pw"sv);

  EXPECT_FALSE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive, 256);
  EXPECT_EQ(connect.session_expiry, 10U);
  EXPECT_EQ(connect.receive_maximum, 5);
  EXPECT_EQ(connect.maximum_packet_size, 65536U);
  EXPECT_EQ(connect.client_id, "id");
  EXPECT_EQ(connect.username, "usr");
  EXPECT_EQ(connect.password, "pw");
}

TEST(MqttPacketTest, DecodesAPublishWithProperties) {
  const auto publish = DecodeAs<Publish>(
      "\x32\x25"
      "\x00\x03"
      "a/b\x01\x02"
      "\x18\x01\x01\x02\x00\x01\x51\x80\x03\x00\x01t\x26\x00\x01k\x00\x01v\x26\x00\x01k\x00\x00"
      "hello"sv);

  EXPECT_EQ(publish.topic, "a/b");
  EXPECT_EQ(publish.payload, "hello");
  EXPECT_EQ(publish.qos, 1);
  EXPECT_FALSE(publish.retain);
  EXPECT_FALSE(publish.duplicate);
  EXPECT_EQ(publish.packet_id, 0x0102);
  EXPECT_EQ(publish.payload_format, 1);
  EXPECT_EQ(publish.message_expiry, 86400U);
  EXPECT_EQ(publish.content_type, "t");
  EXPECT_THAT(publish.user_properties, ElementsAre(Pair("k", "v"), Pair("k", "")));
}

TEST(MqttPacketTest, DecodesAQos0PublishWithoutPropertiesOrPayload) {
  const auto publish = DecodeAs<Publish>(
      "\x30\x04\x00\x01"
      "a\x00"sv);

  EXPECT_EQ(publish.topic, "a");
  EXPECT_EQ(publish.payload, "");
  EXPECT_EQ(publish.qos, 0);
  EXPECT_EQ(publish.packet_id, 0);
  EXPECT_EQ(publish.payload_format, std::nullopt);
  EXPECT_EQ(publish.message_expiry, std::nullopt);
  EXPECT_EQ(publish.content_type, std::nullopt);
}

TEST(MqttPacketTest, DecodesTheFlagsOfAPublish) {
  const auto publish = DecodeAs<Publish>(
      "\x3D\x06\x00\x01"
      "a\x00\x07\x00"sv);

  EXPECT_EQ(publish.qos, 2);
  EXPECT_TRUE(publish.retain);
  EXPECT_TRUE(publish.duplicate);
  EXPECT_EQ(publish.packet_id, 7);
}

TEST(MqttPacketTest, DecodesPingReq) { DecodeAs<PingReq>("\xC0\x00"sv); }

TEST(MqttPacketTest, DecodesDisconnectInAllForms) {
  EXPECT_EQ(DecodeAs<Disconnect>("\xE0\x00"sv).reason_code, 0x00);
  EXPECT_EQ(DecodeAs<Disconnect>("\xE0\x01\x04"sv).reason_code, 0x04);
  EXPECT_EQ(DecodeAs<Disconnect>("\xE0\x02\x04\x00"sv).reason_code, 0x04);
  EXPECT_EQ(DecodeAs<Disconnect>("\xE0\x07\x04\x05\x11\x00\x00\x00\x00"sv).form, Form::kLong);
}

TEST(MqttPacketTest, NeedsMoreBytesUntilThePacketIsComplete) {
  const std::string_view packet = "\x32\x0A\x00\x01t\x00\x01\x00\x68\x69\x21\x21"sv;
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const auto decoded = DecodePacket(packet.substr(0, size));
    ASSERT_TRUE(decoded.ok()) << size << ": " << decoded.status();
    EXPECT_FALSE(decoded->has_value()) << size;
  }
  EXPECT_EQ(DecodeAs<Publish>(packet).payload, "hi!!");
}

TEST(MqttPacketTest, LeavesTheBytesOfTheNextPacket) {
  const auto decoded = DecodePacket("\xC0\x00\xE0\x00"sv);

  ASSERT_TRUE(decoded.ok() && decoded->has_value());
  EXPECT_EQ((*decoded)->size, 2U);
}

struct MalformedCase {
  const char* name;
  std::string_view bytes;
  absl::StatusCode code;

  friend void PrintTo(const MalformedCase& row, std::ostream* out) { *out << row.name; }
};

class MalformedPacketTest : public ::testing::TestWithParam<MalformedCase> {};

TEST_P(MalformedPacketTest, IsRefused) {
  EXPECT_EQ(DecodePacket(GetParam().bytes).status().code(), GetParam().code);
}

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

INSTANTIATE_TEST_SUITE_P(
    Packets, MalformedPacketTest,
    ::testing::Values(
        MalformedCase{"RemainingLengthTooLong", "\x30\xFF\xFF\xFF\xFF\x01"sv, kInvalid},
        MalformedCase{"Mqtt311", "\x10\x0C\x00\x04MQTT\x04\x02\x00\x1E\x00\x00"sv, kInvalid},
        MalformedCase{"ConnectCutOff", "\x10\x0B\x00\x04MQTT\x05\x02\x00\x1E\x00"sv, kInvalid},
        MalformedCase{"Qos3", "\x36\x06\x00\x01t\x00\x01\x00"sv, kInvalid},
        MalformedCase{"PacketIdZero", "\x32\x06\x00\x01t\x00\x00\x00"sv, kInvalid},
        MalformedCase{"TopicLongerThanPacket", "\x30\x03\x00\x09t"sv, kInvalid},
        MalformedCase{"UnknownProperty", "\x30\x06\x00\x01t\x02\x7E\x00"sv, kInvalid},
        MalformedCase{"PropertyTwice", "\x30\x08\x00\x01t\x04\x01\x01\x01\x01"sv, kInvalid},
        MalformedCase{"PropertyCutOff", "\x30\x06\x00\x01t\x02\x02\x00"sv, kInvalid},
        MalformedCase{"ReservedFlags", "\xC1\x00"sv, kInvalid},
        MalformedCase{"PingReqWithBody", "\xC0\x01\x00"sv, kInvalid},
        MalformedCase{"Subscribe", "\x82\x00"sv, absl::StatusCode::kUnimplemented},
        MalformedCase{"PubAck", "\x40\x02\x00\x01"sv, absl::StatusCode::kUnimplemented}),
    [](const auto& param_info) { return std::string(param_info.param.name); });

TEST(MqttPacketTest, EncodesConnAck) {
  EXPECT_EQ(Encode(ConnAck{}), "\x20\x03\x00\x00\x00"sv);

  ConnAck refused;
  refused.reason_code = 0x88;
  EXPECT_EQ(Encode(refused), "\x20\x03\x00\x88\x00"sv);

  ConnAck limited;
  limited.session_present = true;
  limited.receive_maximum = 10;
  limited.maximum_qos = 0;
  limited.maximum_packet_size = 0x00010203;
  limited.assigned_client_id = "id";
  limited.server_keep_alive = 5;
  limited.reason_string = "r";
  EXPECT_EQ(Encode(limited),
            "\x20\x19\x01\x00\x16\x21\x00\x0A\x24\x00\x27\x00\x01\x02\x03\x12\x00\x02id"
            "\x13\x00\x05\x1F\x00\x01r"sv);
}

TEST(MqttPacketTest, EncodesPubAckInAllForms) {
  EXPECT_EQ(Encode(PubAck{0x0102}), "\x40\x02\x01\x02"sv);
  EXPECT_EQ(Encode(PubAck{0x0102, 0x10}), "\x40\x03\x01\x02\x10"sv);
  EXPECT_EQ(Encode(PubAck{1, 0x00, Form::kReasonCode}), "\x40\x03\x00\x01\x00"sv);
  EXPECT_EQ(Encode(PubAck{1, 0x87, Form::kLong}),
            "\x40\x0E\x00\x01\x87\x0A\x1F\x00\x07"
            "because"sv);
}

TEST(MqttPacketTest, EncodesPingRespAndDisconnect) {
  EXPECT_EQ(Encode(PingResp{}), "\xD0\x00"sv);
  EXPECT_EQ(Encode(Disconnect{}), "\xE0\x00"sv);
  EXPECT_EQ(Encode(Disconnect{0x8B}), "\xE0\x01\x8B"sv);
  EXPECT_EQ(Encode(Disconnect{0x8B, Form::kLong}),
            "\xE0\x0C\x8B\x0A\x1F\x00\x07"
            "because"sv);
}

}  // namespace
}  // namespace dino::testing
