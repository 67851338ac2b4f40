#include "tests/support/mqtt/packet_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/mqtt/mqtt_packet.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> All(PacketSplitter& splitter) {
  std::vector<std::string> packets;
  while (auto packet = splitter.Next()) packets.push_back(*std::move(packet));
  return packets;
}

TEST(PacketSplitterTest, HasNoPacketsWithoutBytes) {
  PacketSplitter splitter;
  EXPECT_EQ(splitter.Next(), std::nullopt);
}

TEST(PacketSplitterTest, SplitsPacketsThatArriveTogether) {
  PacketSplitter splitter;
  splitter.Append(Encode(PubAck{7, 0}) + Encode(PingResp{}) + Encode(PubAck{8, 0x10}));
  EXPECT_THAT(All(splitter),
              ElementsAre(Encode(PubAck{7, 0}), Encode(PingResp{}), Encode(PubAck{8, 0x10})));
}

TEST(PacketSplitterTest, WaitsForAPacketThatArrivesByteByByte) {
  // A body of more than 127 bytes has a length of two bytes.
  std::string packet("\x30\xC8\x01", 3);
  packet.append(200, 'x');
  PacketSplitter splitter;
  for (std::size_t i = 0; i + 1 < packet.size(); ++i) {
    splitter.Append(packet.substr(i, 1));
    ASSERT_EQ(splitter.Next(), std::nullopt) << i;
  }
  splitter.Append(packet.substr(packet.size() - 1));
  EXPECT_THAT(All(splitter), ElementsAre(packet));
}

TEST(PacketSplitterTest, PassesInvalidBytesUnchanged) {
  PacketSplitter splitter;
  const std::string garbage = "\x30\xFF\xFF\xFF\xFF and more";
  splitter.Append(garbage);
  EXPECT_THAT(All(splitter), ElementsAre(garbage));
  splitter.Append("0");
  EXPECT_THAT(All(splitter), ElementsAre("0"));
}

}  // namespace
}  // namespace dino::testing
