#include "bench/mqtt/sink_protocol.h"

#include <gtest/gtest.h>

namespace dino::bench {
namespace {

const std::string kConnAck("\x20\x03\x00\x00\x00", 5);

std::string Publish(std::uint16_t packet_id) {
  std::string bytes;
  PublishTemplate(300).AppendTo(bytes, 1000000, packet_id);
  return bytes;
}

TEST(SinkProtocolTest, AcknowledgesConnectAndPublish) {
  SinkProtocol sink(false);
  std::string answers;
  ASSERT_TRUE(sink.Take(EncodeConnect("me") + Publish(0x1234) + Publish(2), answers).ok());
  EXPECT_EQ(answers, kConnAck + "\x40\x02\x12\x34" + std::string("\x40\x02\x00\x02", 4));
  EXPECT_EQ(sink.publications(), 2U);
}

TEST(SinkProtocolTest, AcceptsPacketsCutAnywhere) {
  const std::string bytes = EncodeConnect("me") + Publish(0x1111) + Publish(0x2222);
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    SinkProtocol sink(false);
    std::string answers;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      ASSERT_TRUE(sink.Take(std::string_view(bytes).substr(i, step), answers).ok()) << step;
    }
    EXPECT_EQ(answers, kConnAck + "\x40\x02\x11\x11\x40\x02\x22\x22") << step;
  }
}

TEST(SinkProtocolTest, ASilentSinkAcknowledgesNoPublish) {
  SinkProtocol sink(true);
  std::string answers;
  ASSERT_TRUE(sink.Take(EncodeConnect("me") + Publish(1), answers).ok());
  EXPECT_EQ(answers, kConnAck);
  EXPECT_EQ(sink.publications(), 1U);
}

TEST(SinkProtocolTest, AnswersPings) {
  SinkProtocol sink(true);
  std::string answers;
  ASSERT_TRUE(sink.Take(EncodeConnect("me"), answers).ok());
  answers.clear();
  ASSERT_TRUE(sink.Take(std::string("\xC0\x00", 2), answers).ok());
  EXPECT_EQ(answers, std::string("\xD0\x00", 2));
}

TEST(SinkProtocolTest, QosZeroNeedsNoAnswer) {
  SinkProtocol sink(false);
  std::string answers;
  ASSERT_TRUE(sink.Take(EncodeConnect("me"), answers).ok());
  answers.clear();
  ASSERT_TRUE(sink.Take(std::string("\x30\x05\x00\x01t\x00x", 7), answers).ok());
  EXPECT_EQ(answers, "");
}

TEST(SinkProtocolTest, DisconnectClosesTheConnection) {
  SinkProtocol sink(false);
  std::string answers;
  ASSERT_TRUE(sink.Take(EncodeConnect("me"), answers).ok());
  EXPECT_TRUE(absl::IsCancelled(sink.Take(std::string("\xE0\x00", 2), answers)));
}

TEST(SinkProtocolTest, RefusesProtocolErrors) {
  std::string old_version = EncodeConnect("me");
  old_version[8] = '\x04';
  const std::string connect = EncodeConnect("me");
  const struct {
    const char* name;
    std::string bytes;
  } cases[] = {
      {"no CONNECT", Publish(1)},
      {"MQTT v3.1.1", old_version},
      {"two CONNECTs", connect + connect},
      {"a PUBLISH that ends in its topic", connect + std::string("\x32\x04\x00\x09to", 6)},
      {"a PUBLISH without packet ID", connect + std::string("\x32\x03\x00\x01t", 5)},
  };
  for (const auto& broken : cases) {
    std::string answers;
    EXPECT_TRUE(absl::IsInvalidArgument(SinkProtocol(false).Take(broken.bytes, answers)))
        << broken.name;
  }
}

TEST(SinkProtocolTest, RefusesQosTwo) {
  std::string bytes = Publish(1);
  bytes[0] = '\x34';
  std::string answers;
  EXPECT_TRUE(
      absl::IsUnimplemented(SinkProtocol(false).Take(EncodeConnect("me") + bytes, answers)));
}

}  // namespace
}  // namespace dino::bench
