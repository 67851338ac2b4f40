#include "bench/mqtt/packets.h"

#include <gtest/gtest.h>

#include <variant>

#include "tests/support/mqtt/mqtt_packet.h"

namespace dino::bench {
namespace {

// Decodes the only packet in `bytes` with the tests' decoder.
testing::Packet Decode(const std::string& bytes) {
  const auto decoded = testing::DecodePacket(bytes);
  EXPECT_TRUE(decoded.ok() && decoded->has_value()) << decoded.status();
  EXPECT_EQ((*decoded)->size, bytes.size());
  return (*decoded)->packet;
}

TEST(PacketsTest, ConnectIsPlain) {
  const testing::Packet packet = Decode(EncodeConnect("limit-1"));
  const auto& connect = std::get<testing::Connect>(packet);
  EXPECT_EQ(connect.client_id, "limit-1");
  EXPECT_TRUE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive, 0);
}

TEST(PacketsTest, PublishMatchesTheBridges) {
  const PublishTemplate packets(300);
  std::string bytes;
  packets.AppendTo(bytes, 1234567, 0x1234);
  const testing::Packet packet = Decode(bytes);
  const auto& publish = std::get<testing::Publish>(packet);
  EXPECT_EQ(publish.topic, "dms/dev/1234567");
  EXPECT_EQ(publish.packet_id, 0x1234);
  EXPECT_EQ(publish.qos, 1);
  EXPECT_EQ(publish.payload, std::string(300, 'x'));
  EXPECT_EQ(publish.payload_format, 1);
  EXPECT_EQ(publish.message_expiry, 86400U);
  EXPECT_EQ(publish.content_type, "application/json");
  ASSERT_EQ(publish.user_properties.size(), 2U);
  EXPECT_EQ(publish.user_properties[0].first, "event_id");
  EXPECT_EQ(publish.user_properties[1].second, "message");
}

TEST(PacketsTest, PublishesAreAppended) {
  const PublishTemplate packets(10);
  std::string bytes;
  packets.AppendTo(bytes, 1000000, 1);
  packets.AppendTo(bytes, 1000001, 65535);
  ASSERT_EQ(bytes.size(), 2 * packets.size());
  const testing::Packet packet = Decode(bytes.substr(packets.size()));
  EXPECT_EQ(std::get<testing::Publish>(packet).topic, "dms/dev/1000001");
  EXPECT_EQ(std::get<testing::Publish>(packet).packet_id, 65535);
}

TEST(PacketsTest, EveryPrefixOfAPacketNeedsMoreBytes) {
  const PublishTemplate packets(300);
  std::string bytes;
  packets.AppendTo(bytes, 1000000, 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto frame = NextFrame(std::string_view(bytes).substr(0, i));
    ASSERT_TRUE(frame.ok()) << i;
    EXPECT_FALSE(frame->has_value()) << i;
  }
  const auto frame = NextFrame(bytes + "more");
  ASSERT_TRUE(frame.ok() && frame->has_value());
  EXPECT_EQ((*frame)->type, PacketType::kPublish);
  EXPECT_EQ((*frame)->size, bytes.size());
}

TEST(PacketsTest, ALengthOfFiveBytesIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(NextFrame("\x30\x80\x80\x80\x80\x01").status()));
}

TEST(PacketsTest, APacketOverAMebibyteIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(NextFrame("\x30\x81\x80\x40").status()));
}

TEST(PacketsTest, PubAckWithAFailureIsAnError) {
  const auto id = [](std::string_view bytes) { return ReadPubAck(**NextFrame(bytes)); };
  EXPECT_EQ(*id(std::string_view("\x40\x02\x12\x34", 4)), 0x1234);
  EXPECT_EQ(*id(std::string_view("\x40\x03\x00\x07\x10", 5)), 7);
  EXPECT_TRUE(absl::IsFailedPrecondition(id(std::string_view("\x40\x03\x00\x07\x87", 5)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(id(std::string_view("\x40\x01\x00", 3)).status()));
}

}  // namespace
}  // namespace dino::bench
