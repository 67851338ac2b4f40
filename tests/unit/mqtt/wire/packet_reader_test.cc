#include "server/mqtt/wire/packet_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace dino::mqtt {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PacketReaderTest : public ::testing::Test, protected PacketReader::Handler {
 protected:
  void OnPubAck(std::uint16_t packet_id, std::uint8_t reason_code) override {
    seen_.push_back("ack " + std::to_string(packet_id) + " " + std::to_string(reason_code));
  }
  void OnPingResp() override { seen_.emplace_back("ping"); }
  void OnDisconnect(std::uint8_t reason_code) override {
    seen_.push_back("disconnect " + std::to_string(reason_code));
  }

  absl::Status Read(std::string_view bytes) { return reader_.Read(bytes, *this); }

  PacketReader reader_;
  std::vector<std::string> seen_;
};

TEST_F(PacketReaderTest, KnowsEachFormOfAPubAck) {
  EXPECT_TRUE(Read("\x40\x02\x00\x01"
                   "\x40\x03\x01\x02\x10"
                   "\x40\x04\xFF\xFF\x87\x00"
                   "\x40\x0A\x00\x03\x97\x06\x1F\x00\x03why"s)
                  .ok());
  EXPECT_THAT(seen_, ElementsAre("ack 1 0", "ack 258 16", "ack 65535 135", "ack 3 151"));
}

TEST_F(PacketReaderTest, PacketsMayComeInAnyPieces) {
  const std::string longer = "\x40\x83\x01\x00\x02\x00"s + std::string(128, 'p');
  const std::string bytes = "\xD0\x00\x40\x02\x00\x01"s + longer + "\x40\x03\x00\x03\x10"s;
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      seen_.clear();
      const std::string_view all = bytes;
      ASSERT_TRUE(Read(all.substr(0, first)).ok());
      ASSERT_TRUE(Read(all.substr(first, second - first)).ok());
      ASSERT_TRUE(Read(all.substr(second)).ok());
      ASSERT_THAT(seen_, ElementsAre("ping", "ack 1 0", "ack 2 0", "ack 3 16"))
          << first << " " << second;
    }
  }
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

INSTANTIATE_TEST_SUITE_P(All, BrokenPacketTest,
                         ::testing::Values(Broken{"\x40\x00"s, "without a packet ID"},
                                           Broken{"\x40\x01\x00"s, "without a packet ID"},
                                           Broken{"\x40\x02\x00\x00"s, "packet ID 0"},
                                           Broken{"\x42\x02\x00\x02"s, "0x42"},
                                           Broken{"\x30\x02\x00\x00"s, "0x30"},
                                           Broken{"\x20\x03\x00\x00\x00"s, "0x20"},
                                           Broken{"\xF0\x00"s, "0xf0"},
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
    if (random() % 2 == 0 && !bytes.empty()) bytes[0] = '\x40';
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
