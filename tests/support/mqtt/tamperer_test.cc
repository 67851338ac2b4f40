#include "tests/support/mqtt/tamperer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/support/mqtt/mqtt_packet.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A PUBLISH of QoS 1 without properties to a topic of one letter.
std::string PublishBytes(char topic, std::uint8_t packet_id, char payload) {
  return {'\x32', '\x07', 0, 1, topic, 0, static_cast<char>(packet_id), 0, payload};
}

Publish Decoded(const std::string& packet) {
  const auto decoded = DecodePacket(packet);
  EXPECT_TRUE(decoded.ok() && decoded->has_value());
  return std::get<Publish>((*decoded)->packet);
}

TEST(TampererTest, PassesEverythingUntilArmed) {
  Tamperer tamperer;
  const std::string publish = PublishBytes('t', 1, 'a');
  EXPECT_THAT(tamperer.FromClient(publish).to_broker, ElementsAre(publish));
  const std::string answer = Encode(PubAck{0xFFFF, 0});
  EXPECT_THAT(tamperer.FromBroker(answer).to_client, ElementsAre(answer));
  EXPECT_FALSE(tamperer.done());
}

TEST(TampererTest, LeavesOtherTopicsAndPacketsAlone) {
  Tamperer tamperer;
  tamperer.Arm(Tampering::kLoseOne, "t");
  const std::string other = PublishBytes('u', 1, 'a');
  const std::string ping("\xC0\x00", 2);
  EXPECT_THAT(tamperer.FromClient(other).to_broker, ElementsAre(other));
  EXPECT_THAT(tamperer.FromClient(ping).to_broker, ElementsAre(ping));
  EXPECT_FALSE(tamperer.done());
}

TEST(TampererTest, LosesOnePublicationAndAcknowledgesIt) {
  Tamperer tamperer;
  tamperer.Arm(Tampering::kLoseOne, "t");
  const Tamperer::Passed lost = tamperer.FromClient(PublishBytes('t', 5, 'a'));
  EXPECT_THAT(lost.to_broker, IsEmpty());
  EXPECT_THAT(lost.to_client, ElementsAre(Encode(PubAck{5, 0})));
  EXPECT_TRUE(tamperer.done());

  const std::string next = PublishBytes('t', 6, 'b');
  EXPECT_THAT(tamperer.FromClient(next).to_broker, ElementsAre(next));
}

TEST(TampererTest, SwapsTwoPublicationsOfATopic) {
  Tamperer tamperer;
  tamperer.Arm(Tampering::kSwapTwo, "t");
  const Tamperer::Passed first = tamperer.FromClient(PublishBytes('t', 5, 'a'));
  EXPECT_THAT(first.to_broker, IsEmpty());
  EXPECT_THAT(first.to_client, ElementsAre(Encode(PubAck{5, 0})));
  EXPECT_FALSE(tamperer.done());

  const std::string second = PublishBytes('t', 6, 'b');
  const Tamperer::Passed both = tamperer.FromClient(second);
  ASSERT_EQ(both.to_broker.size(), 2U);
  EXPECT_EQ(both.to_broker[0], second);
  EXPECT_EQ(Decoded(both.to_broker[1]).payload, "a");
  EXPECT_EQ(Decoded(both.to_broker[1]).packet_id, 0xFFFF);
  EXPECT_TRUE(tamperer.done());
}

TEST(TampererTest, DuplicatesOnePublicationAndDropsItsSecondAnswer) {
  Tamperer tamperer;
  tamperer.Arm(Tampering::kDoubleOne, "t");
  const std::string publish = PublishBytes('t', 5, 'a');
  const Tamperer::Passed both = tamperer.FromClient(publish);
  ASSERT_EQ(both.to_broker.size(), 2U);
  EXPECT_EQ(both.to_broker[0], publish);
  EXPECT_EQ(Decoded(both.to_broker[1]).payload, "a");
  EXPECT_EQ(Decoded(both.to_broker[1]).packet_id, 0xFFFF);

  const std::string answer = Encode(PubAck{5, 0});
  EXPECT_THAT(tamperer.FromBroker(answer).to_client, ElementsAre(answer));
  EXPECT_THAT(tamperer.FromBroker(Encode(PubAck{0xFFFF, 0})).to_client, IsEmpty());
}

}  // namespace
}  // namespace dino::testing
