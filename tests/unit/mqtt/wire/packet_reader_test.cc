#include "server/mqtt/wire/packet_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/wire/packet_writer.h"

namespace dino::mqtt {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The start of every connection.
constexpr char kAccepted[] = "\x20\x03\x00\x00\x00";
const std::string kConnAck(kAccepted, 5);

class UnacceptedReaderTest : public ::testing::Test, protected PacketReader::Handler {
 protected:
  void OnConnAck(ConnAck connack) override { connacks_.push_back(std::move(connack)); }
  void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code,
                std::string_view reason_string) override {
    seen_.push_back("ack " + std::to_string(packet_id) + " " + std::to_string(reason_code) +
                    std::string(reason_string.empty() ? "" : " ") + std::string(reason_string));
  }
  void OnPingResp() override { seen_.emplace_back("ping"); }
  void OnPublish(std::uint8_t qos, std::uint16_t packet_id) override {
    seen_.push_back("publish " + std::to_string(qos) + " " + std::to_string(packet_id));
  }
  void OnPubRel(std::uint16_t packet_id) override {
    seen_.push_back("release " + std::to_string(packet_id));
  }
  void OnDisconnect(ServerDisconnect disconnect) override {
    seen_.push_back("disconnect " + std::to_string(disconnect.reason_code));
    disconnect_ = std::move(disconnect);
  }

  absl::Status Read(std::string_view bytes) { return reader_.Read(bytes, *this); }

  PacketReader reader_;
  std::vector<ConnAck> connacks_;
  std::vector<std::string> seen_;
  ServerDisconnect disconnect_;
};

class PacketReaderTest : public UnacceptedReaderTest {
 protected:
  PacketReaderTest() { EXPECT_TRUE(Read(kConnAck).ok()); }
};

TEST_F(UnacceptedReaderTest, TakesAMaximumQosThatThereIsNotForTheHighest) {
  EXPECT_TRUE(Read("\x20\x05\x00\x00\x02\x24\x09"s).ok());
  ASSERT_THAT(connacks_, SizeIs(1));
  EXPECT_EQ(connacks_.front().maximum_qos, 2);
}

TEST_F(UnacceptedReaderTest, TakesWhatABrokerAnnounces) {
  const std::string properties =
      "\x11\x00\x00\x00\x0A\x12\x00\x04"
      "auto\x13\x00\x14\x15\x00\x01m\x16\x00\x01\xFF"
      "\x1A\x00\x01r\x1C\x00\x05"
      "other\x1F\x00\x07welcome\x21\x00\x0A\x22\x00\x05\x24\x01\x25\x00"
      "\x26\x00\x01n\x00\x01v\x26\x00\x01n\x00\x01w\x27\x00\x01\x00\x00\x28\x01\x29\x01\x2A\x01"s;
  EXPECT_TRUE(Read("\x20"s + static_cast<char>(3 + properties.size()) + "\x01\x00"s +
                   static_cast<char>(properties.size()) + properties)
                  .ok());
  ASSERT_THAT(connacks_, SizeIs(1));
  const ConnAck& connack = connacks_.front();
  EXPECT_EQ(connack.receive_maximum, 10);
  EXPECT_EQ(connack.maximum_qos, 1);
  EXPECT_EQ(connack.maximum_packet_size, 65536U);
  EXPECT_EQ(connack.server_keep_alive, 20);
  EXPECT_EQ(connack.assigned_client_id, "auto");
  EXPECT_EQ(connack.reason_string, "welcome");
  EXPECT_EQ(connack.server_reference, "other");
}

TEST_F(UnacceptedReaderTest, ARefusalIsTheEnd) {
  EXPECT_TRUE(
      absl::IsUnavailable(Read("\x20\x0A\x00\x87\x07\x1F\x00\x04"
                               "n\no!"s)));
  ASSERT_THAT(connacks_, SizeIs(1));
  EXPECT_EQ(connacks_.front().reason_code, 0x87);
  EXPECT_EQ(connacks_.front().reason_string, "n?o!");
}

TEST_F(UnacceptedReaderTest, ADisconnectMayComeInstead) {
  EXPECT_TRUE(absl::IsUnavailable(Read("\xE0\x01\x89"s)));
  EXPECT_THAT(seen_, ElementsAre("disconnect 137"));
}

TEST_F(UnacceptedReaderTest, SaysWhatIsNotMqttV5) {
  const struct {
    std::string bytes;
    std::string why;
  } kCases[] = {
      {"\x20\x02\x00\x01"s, "does not speak MQTT v5"},
      {"\x20\x04\x00\x00\x01\x7E"s, "a CONNACK with property 0x7e, which it cannot have"},
      {"\x20\x04\x00\x00\x01\x00"s, "a CONNACK with property 0x00, which it cannot have"},
      {"\x20\x05\x00\x00\x02\x21\x00"s, "a CONNACK with property 0x21 cut off"},
      {"\x20\x07\x00\x00\x04\x24\x01\x24\x01"s, "a CONNACK with property 0x24 twice"},
      {"\x20\x04\x00\x00\x00\x7E"s, "a CONNACK with properties of another length"},
      {"\x20\x03\x02\x00\x00"s, "a CONNACK with unknown flags"},
      {"\x20\x01\x00"s, "a CONNACK without a reason code"},
      {"\xF0\x00"s, "AUTH before CONNACK"},
      {"\x40\x02\x00\x01"s, "PUBACK before CONNACK"},
      {"\x30\x03\x00\x01t"s, "PUBLISH before CONNACK"},
      {"\xD0\x00"s, "PINGRESP before CONNACK"},
      {"\xE0\x03\x87\x01\x7E"s, "a DISCONNECT with property 0x7e, which it cannot have"},
      {"-ERR unknown command\r\n"s, "not speak MQTT: it says \"-ERR unknown command??\""},
      {"* OK IMAP4rev1 ready"s, "not speak MQTT: it says \"* OK IMAP4rev1 ready\""},
      {"220 mail ESMTP"s, "not speak MQTT: it says \"220 mail ESMTP\""},
      {"HTTP/1.1 400 Bad Request\r\n\r\n"s, "not speak MQTT: it says \"HTTP/1.1 400 Bad Request"},
      {"\x15\x03\x01\x00\x02"s, "does not speak MQTT"},
  };
  for (const auto& test : kCases) {
    PacketReader reader;
    const absl::Status status = reader.Read(test.bytes, *this);
    EXPECT_TRUE(absl::IsDataLoss(status)) << test.why;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.why));
  }
  EXPECT_THAT(connacks_, IsEmpty());
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(PacketReaderTest, KnowsEachFormOfAPubAck) {
  EXPECT_TRUE(Read("\x40\x02\x00\x01"
                   "\x40\x03\x01\x02\x10"
                   "\x40\x04\xFF\xFF\x87\x00"
                   "\x40\x0A\x00\x03\x97\x06\x1F\x00\x03why"s)
                  .ok());
  EXPECT_THAT(seen_, ElementsAre("ack 1 0", "ack 258 16", "ack 65535 135", "ack 3 151 why"));
}

TEST_F(PacketReaderTest, PacketsMayComeInAnyPieces) {
  const std::string longer = "\x40\x83\x01\x00\x02\x00\x7F\x1F\x00\x7C"s + std::string(124, 'p');
  const std::string bytes = kConnAck + "\xD0\x00\x40\x02\x00\x01"s + longer +
                            "\x34\x0A\x00\x01t\x00\x05\x00more\x40\x03\x00\x03\x10"s;
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      seen_.clear();
      PacketReader reader;
      const std::string_view all = bytes;
      ASSERT_TRUE(reader.Read(all.substr(0, first), *this).ok());
      ASSERT_TRUE(reader.Read(all.substr(first, second - first), *this).ok());
      ASSERT_TRUE(reader.Read(all.substr(second), *this).ok());
      ASSERT_THAT(seen_, ElementsAre("ping", "ack 1 0", "ack 2 0 " + std::string(124, 'p'),
                                     "publish 2 5", "ack 3 16"))
          << first << " " << second;
    }
  }
}

// Where it were quadratic, it would move 8 GB.
TEST_F(PacketReaderTest, ALongPacketByteByByteTakesNoLongTime) {
  constexpr std::size_t kProperty = 65000;
  std::string properties;
  for (int i = 0; i < 2; ++i) {
    properties += "\x26\x00\x01n\xFD\xE8"s + std::string(kProperty, 'v');
  }
  std::string bytes(1, '\x40');
  AppendVarint(3 + 3 + properties.size(), bytes);
  bytes += "\x00\x01\x00"s;
  AppendVarint(properties.size(), bytes);
  bytes += properties;
  const std::clock_t before = std::clock();
  for (const char& byte : bytes) ASSERT_TRUE(Read({&byte, 1}).ok());
  EXPECT_THAT(seen_, ElementsAre("ack 1 0"));
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 2);
}

TEST_F(PacketReaderTest, APublicationMayBeAsLongAsItLikesAndIsNotKept) {
  std::string start(1, '\x32');
  AppendVarint(268435455, start);
  EXPECT_TRUE(Read(start + "\x00\x01t\x00\x07"s).ok());
  EXPECT_THAT(seen_, ElementsAre("publish 1 7"));
  const std::string piece(1048576, '\x40');
  std::size_t left = 268435455 - 5;
  while (left > 0) {
    const std::size_t size = std::min(left, piece.size());
    ASSERT_TRUE(Read(std::string_view(piece).substr(0, size)).ok());
    left -= size;
  }
  EXPECT_TRUE(Read("\xD0\x00"s).ok());
  EXPECT_THAT(seen_, ElementsAre("publish 1 7", "ping"));
}

TEST_F(PacketReaderTest, KnowsWhatABrokerPublishes) {
  EXPECT_TRUE(Read("\x30\x04\x00\x01t\x00\x31\x04\x00\x01t\x00\x3B\x07\x00\x01t\x00\x08\x00x"
                   "\x62\x02\x00\x08"s)
                  .ok());
  EXPECT_THAT(seen_, ElementsAre("publish 0 0", "publish 0 0", "publish 1 8", "release 8"));
}

TEST_F(PacketReaderTest, DisconnectIsTheEnd) {
  const absl::Status status = Read("\x40\x02\x00\x01\xE0\x02\x8E\x00\x40\x02\x00\x02"s);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(seen_, ElementsAre("ack 1 0", "disconnect 142"));
}

TEST_F(PacketReaderTest, ADisconnectWithoutAReasonIsNormal) {
  EXPECT_FALSE(Read("\xE0\x00"s).ok());
  EXPECT_THAT(seen_, ElementsAre("disconnect 0"));
}

TEST_F(PacketReaderTest, ADisconnectMaySayWhyAndWhereTo) {
  EXPECT_FALSE(Read("\xE0\x0F\x9C\x0D\x1F\x00\x03why\x1C\x00\x04"
                    "b:18"s)
                   .ok());
  EXPECT_EQ(disconnect_.reason_code, 0x9C);
  EXPECT_EQ(disconnect_.reason_string, "why");
  EXPECT_EQ(disconnect_.server_reference, "b:18");
}

struct Broken {
  std::string bytes;
  std::string why;
};

class BrokenPacketTest : public PacketReaderTest, public ::testing::WithParamInterface<Broken> {};

TEST_P(BrokenPacketTest, IsAnErrorAndWhatCameBeforeCounts) {
  const absl::Status status = Read("\x40\x02\x00\x01"s + GetParam().bytes);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().why));
  EXPECT_THAT(seen_, ElementsAre("ack 1 0"));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenPacketTest,
    ::testing::Values(Broken{"\x40\x00"s, "without a packet ID"},
                      Broken{"\x40\x01\x00"s, "without a packet ID"},
                      Broken{"\x40\x02\x00\x00"s, "packet ID 0"},
                      Broken{"\x40\x05\x00\x02\x00\x01\x7E"s, "a PUBACK with property 0x7e"},
                      Broken{"\x40\x04\x00\x02\x00\x01"s, "properties of another length"},
                      Broken{"\x42\x02\x00\x02"s, "0x42"}, Broken{"\x36\x02\x00\x00"s, "0x36"},
                      Broken{"\x30\x02\x00\x01"s, "a PUBLISH cut off"},
                      Broken{"\x30\x01\x00"s, "a PUBLISH cut off"},
                      Broken{"\x32\x03\x00\x01t"s, "a PUBLISH cut off"},
                      Broken{"\x32\x05\x00\x01t\x00\x00"s, "a PUBLISH with packet ID 0"},
                      Broken{"\x62\x01\x00"s, "a PUBREL without a packet ID"},
                      Broken{"\x20\x03\x00\x00\x00"s, "CONNACK, which nobody asked for"},
                      Broken{"\x50\x02\x00\x01"s, "PUBREC, which nobody asked for"},
                      Broken{"\x90\x04\x00\x01\x00\x00"s, "SUBACK, which nobody asked for"},
                      Broken{"\xB0\x04\x00\x01\x00\x00"s, "UNSUBACK, which nobody asked for"},
                      Broken{"\xF0\x00"s, "AUTH, which nobody asked for"},
                      Broken{"\x40\xFF\xFF\xFF\xFF\x01"s, "too long"},
                      Broken{"\x40\xFF\xFF\xFF\x7F"s, "too long"},
                      Broken{"\xE0\x81\x80\x08"s, "too long"}));

TEST_F(PacketReaderTest, ABrokenLengthIsSeenBeforeItsPacketIsThere) {
  EXPECT_TRUE(Read("\x40\xFF\xFF"s).ok());
  EXPECT_TRUE(absl::IsDataLoss(Read("\xFF\xFF"s)));
}

TEST_F(PacketReaderTest, AnyBytesAreAnAnswerOrAnError) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    PacketReader reader;
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (random() % 2 == 0 && !bytes.empty()) bytes[0] = "\x20\x40\x32\xE0"[random() % 4];
    if (random() % 2 == 0) bytes.insert(0, kConnAck);
    absl::Status status;
    for (std::size_t at = 0; at < bytes.size() && status.ok();) {
      const std::size_t size = 1 + random() % 7;
      status = reader.Read(std::string_view(bytes).substr(at, size), *this);
      at += size;
    }
  }
}

TEST_F(PacketReaderTest, NothingIsNothing) {
  EXPECT_TRUE(Read("").ok());
  EXPECT_THAT(seen_, IsEmpty());
}

}  // namespace
}  // namespace dino::mqtt
