#include "tests/simulator/net/wire.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>

namespace dino::simulator {
namespace {

class WireTest : public ::testing::Test {
 protected:
  WireTest() {
    manner_.room = 10;
    wire_ = std::make_shared<Wire>(timeline_, Random(1), manner_);
    wire_->Establish();
  }

  void RunAll() {
    while (timeline_.RunNext()) {
    }
  }
  // What can be read now: the bytes, "end", or "wait" or "reset".
  std::string Read(End end) {
    std::array<char, 100> buffer{};
    const std::int64_t count = wire_->Read(end, buffer.data(), buffer.size());
    if (count > 0) return {buffer.data(), static_cast<std::size_t>(count)};
    if (count == 0) return "end";
    return errno == EAGAIN ? "wait" : "reset";
  }

  Timeline timeline_;
  WireManner manner_;
  std::shared_ptr<Wire> wire_;
};

TEST_F(WireTest, WhatIsWrittenArrivesLater) {
  EXPECT_EQ(wire_->Write(End::kClient, "hello"), 5);
  EXPECT_EQ(Read(End::kBroker), "wait");
  RunAll();
  EXPECT_EQ(Read(End::kBroker), "hello");
}

TEST_F(WireTest, ThereIsRoomForSoMuchOnly) {
  EXPECT_EQ(wire_->Write(End::kClient, "0123456789ab"), 10);
  EXPECT_EQ(wire_->Write(End::kClient, "ab"), -1);
  EXPECT_EQ(errno, EAGAIN);
  RunAll();
  EXPECT_FALSE(wire_->writable(End::kClient));
  EXPECT_EQ(Read(End::kBroker), "0123456789");
  EXPECT_TRUE(wire_->writable(End::kClient));
}

TEST_F(WireTest, TheEndComesAfterWhatWasWritten) {
  wire_->Write(End::kClient, "bye");
  wire_->Close(End::kClient);
  RunAll();
  EXPECT_EQ(Read(End::kBroker), "bye");
  EXPECT_EQ(Read(End::kBroker), "end");
}

TEST_F(WireTest, IsCutAfterAByte) {
  wire_->CutAfter(End::kClient, 3);
  EXPECT_EQ(wire_->Write(End::kClient, "hello"), 3);
  EXPECT_EQ(wire_->Write(End::kClient, "lo"), -1);
  EXPECT_EQ(errno, ECONNRESET);
  RunAll();
  EXPECT_EQ(Read(End::kClient), "reset");
}

TEST_F(WireTest, SwallowsWithoutAWord) {
  wire_->Swallow(End::kClient);
  EXPECT_EQ(wire_->Write(End::kClient, "hello"), 5);
  wire_->Close(End::kClient);
  RunAll();
  EXPECT_EQ(Read(End::kBroker), "wait");
}

}  // namespace
}  // namespace dino::simulator
