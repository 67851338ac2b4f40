#include "server/mqtt/wire/packet_size.h"

#include <gtest/gtest.h>

namespace dino::mqtt {
namespace {

// Counted by hand from MQTT 5, section 3.3: fixed header, topic, packet identifier, properties,
// payload.
TEST(PublishPacketSizeTest, CountsEveryByte) {
  EXPECT_EQ(PublishPacketSize(7, 10, Qos::kAtLeastOnce, 0), 1U + 1 + 2 + 7 + 2 + 1 + 10);
  EXPECT_EQ(PublishPacketSize(7, 10, Qos::kAtMostOnce, 0), 1U + 1 + 2 + 7 + 1 + 10);
  EXPECT_EQ(PublishPacketSize(7, 10, Qos::kAtLeastOnce, 50), 1U + 1 + 2 + 7 + 2 + 1 + 50 + 10);
}

TEST(PublishPacketSizeTest, LengthsTakeMoreBytesAsTheyGrow) {
  // What remains after the length: 127 and 128 bytes.
  EXPECT_EQ(PublishPacketSize(7, 115, Qos::kAtLeastOnce, 0), 1U + 1 + 127);
  EXPECT_EQ(PublishPacketSize(7, 116, Qos::kAtLeastOnce, 0), 1U + 2 + 128);
  EXPECT_EQ(PublishPacketSize(7, 16383 - 12, Qos::kAtLeastOnce, 0), 1U + 2 + 16383);
  EXPECT_EQ(PublishPacketSize(7, 16384 - 12, Qos::kAtLeastOnce, 0), 1U + 3 + 16384);
  // The length of the properties: 127 and 128.
  EXPECT_EQ(PublishPacketSize(7, 0, Qos::kAtMostOnce, 127), 1U + 2 + 2 + 7 + 1 + 127);
  EXPECT_EQ(PublishPacketSize(7, 0, Qos::kAtMostOnce, 128), 1U + 2 + 2 + 7 + 2 + 128);
}

}  // namespace
}  // namespace dino::mqtt
