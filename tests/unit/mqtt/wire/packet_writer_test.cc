#include "server/mqtt/wire/packet_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "server/mqtt/wire/packet_size.h"
#include "server/mqtt/wire/publish_properties.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using namespace std::string_literals;

std::string Varint(std::size_t number) {
  std::string out;
  AppendVarint(number, out);
  return out;
}

TEST(VarintTest, HasSevenBitsAByteTheLowestFirst) {
  EXPECT_EQ(Varint(0), "\x00"s);
  EXPECT_EQ(Varint(127), "\x7F");
  EXPECT_EQ(Varint(128), "\x80\x01");
  EXPECT_EQ(Varint(16383), "\xFF\x7F");
  EXPECT_EQ(Varint(16384), "\x80\x80\x01");
  EXPECT_EQ(Varint(268435455), "\xFF\xFF\xFF\x7F");
  for (const std::size_t number : {0, 127, 128, 16383, 16384, 268435455}) {
    EXPECT_EQ(VarintSize(number), Varint(number).size()) << number;
  }
}

TEST(PacketWriterTest, WritesBehindWhatIsThere) {
  std::string out = "before";
  AppendPingReq(out);
  AppendDisconnect(0x82, out);
  EXPECT_EQ(out, "before\xC0\x00\xE0\x02\x82\x00"s);
}

TEST(PacketWriterTest, PublishWithQos1HasItsPacketId) {
  std::string out;
  AppendPublish({"a/b", Qos::kAtLeastOnce, 0x1234, "\x02\x01\x01", "hello"}, out);
  EXPECT_EQ(out, "\x32\x0F\x00\x03"s + "a/b" + "\x12\x34" + "\x02\x01\x01" + "hello");
}

TEST(PacketWriterTest, PublishWithQos0HasNone) {
  std::string out;
  AppendPublish({"a/b", Qos::kAtMostOnce, 0x1234, "\x00"s, ""}, out);
  EXPECT_EQ(out, "\x30\x06\x00\x03"s + "a/b" + "\x00"s);
}

TEST(PacketWriterTest, PropertiesStandInTheOrderOfTheirOptions) {
  PublishOptions options;
  options.content_type = "text";
  options.user_properties = {{"k", "v"}, {"event_id", "1"}};
  const PublishProperties properties(options, std::chrono::seconds(86400));
  EXPECT_EQ(properties.wire(),
            "\x23"s                   // length
            "\x01\x01"                // payload format
            "\x02\x00\x01\x51\x80"    // expiry
            "\x03\x00\x04text"        // content type
            "\x26\x00\x01k\x00\x01v"  // user properties
            "\x26\x00\x08"
            "event_id\x00\x01"
            "1"s);
  EXPECT_EQ(properties.size() + 1, properties.wire().size());
}

TEST(PacketWriterTest, ThePacketHasTheSizeThatWasForetold) {
  const PublishProperties properties(testing::RecordingBatch::Options(), std::chrono::seconds(1));
  for (const std::size_t payload : {0, 1, 100, 127, 128, 16300, 16400, 70000}) {
    for (const Qos qos : {Qos::kAtMostOnce, Qos::kAtLeastOnce}) {
      const std::string text(payload, 'x');
      std::string out;
      AppendPublish({"dms/dev/1", qos, 7, properties.wire(), text}, out);
      EXPECT_EQ(out.size(), PublishPacketSize(9, payload, qos, properties.size())) << payload;
    }
  }
}

}  // namespace
}  // namespace dino::mqtt
