#include "tests/simulator/broker/packets.h"

#include <gtest/gtest.h>

#include <string>

namespace dino::simulator {
namespace {

using std::string_literals::operator""s;

TEST(PacketsTest, SplitsBytesIntoPackets) {
  PacketSplitter splitter;
  splitter.Add("\xC0\x00\xE0"s);
  const auto ping = splitter.Next();
  ASSERT_TRUE(ping.has_value());
  EXPECT_EQ(ping->type, PacketType::kPingReq);
  EXPECT_FALSE(splitter.Next().has_value());
  splitter.Add("\x01\x8E"s);
  const auto disconnect = splitter.Next();
  ASSERT_TRUE(disconnect.has_value());
  EXPECT_EQ(disconnect->type, PacketType::kDisconnect);
  EXPECT_EQ(disconnect->body, "\x8E");
}

TEST(PacketsTest, ReadsAPublish) {
  // QoS 1, topic "a/b", ID 258, expiry 5, payload "hi".
  const Packet packet{PacketType::kPublish, 2, "\0\3a/b\1\2\5\2\0\0\0\5hi"s};
  const auto publish = ParsePublish(packet);
  ASSERT_TRUE(publish.has_value());
  EXPECT_EQ(publish->topic, "a/b");
  EXPECT_EQ(publish->qos, 1);
  EXPECT_EQ(publish->packet_id, 258);
  EXPECT_EQ(publish->expiry, 5U);
  EXPECT_EQ(publish->payload, "hi");
}

TEST(PacketsTest, RefusesAPublishThatIsCutOff) {
  EXPECT_FALSE(ParsePublish({PacketType::kPublish, 2, "\0\3a/b\1"s}).has_value());
}

TEST(PacketsTest, AConnectNamesItsClient) {
  PacketSplitter splitter;
  splitter.Add(ConnectPacket("me", std::chrono::seconds(10)));
  const auto packet = splitter.Next();
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(ParseConnect(*packet), "me");
}

TEST(PacketsTest, WritesAsTheStandardHasIt) {
  EXPECT_EQ(ConnAckPacket(0, 65535, 2), "\x20\3\0\0\0"s);
  EXPECT_EQ(ConnAckPacket(0x87, 10, 0), "\x20\x08\0\x87\5\x21\0\x0A\x24\0"s);
  EXPECT_EQ(PubAckPacket(258, 0), "\x40\2\1\2"s);
  EXPECT_EQ(PubAckPacket(258, 0x10), "\x40\3\1\2\x10"s);
  EXPECT_EQ(DisconnectPacket(0x8B), "\xE0\1\x8B"s);
  EXPECT_EQ(PublishPacket("a", 1, 7), "\x32\x0B\0\1a\0\7\0hello"s);
}

}  // namespace
}  // namespace dino::simulator
