// What a broker, or something in its place, may say before, in and after CONNACK: each attempt
// fails for a reason that is said, and another session of the process works on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/mqtt/link/socket_connector.h"
#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/unit/mqtt/session/watched_session.h"

namespace dino::mqtt {
namespace {

using namespace std::string_literals;
using ::testing::AnyOf;
using testing::FakeBroker;
using testing::FakeConnection;
using ::testing::HasSubstr;
using testing::kPatience;

const std::string kAccepted = "\x20\x03\x00\x00\x00"s;

// None of them is a whole CONNACK that accepts.
std::vector<std::string> OddAnswers() {
  return {
      "\x20\x04\x00\x00\x01\x7E"s,               // An unknown property.
      "\x20\x05\x00\x00\x02\x00\x00"s,           // Property 0.
      "\x20\x08\x00\x00\x05\x1F\x00\x09oh"s,     // Text beyond the end.
      "\x20\x02\x00\x01"s,                       // 3.1.1.
      "\xF0\x00"s,                               // AUTH.
      "\xF0\x07\x18\x05\x15\x00\x02ok"s,         // AUTH that goes on.
      "\xE0\x07\x87\x05\x1F\x00\x02no"s,         // DISCONNECT with a property.
      "\xE0\x04\x87\x02\x7E\x00"s,               // With an unknown one.
      "\x20\x08\x00\x87\x05\x1F\x00\x02no"s,     // A refusal.
      "\x30\x07\x00\x01t\x00hey"s,               // PUBLISH first.
      "\x40\x02\x00\x01"s,                       // PUBACK first.
      "-ERR unknown command\r\n"s,               // Redis.
      "* OK [CAPABILITY IMAP4rev1] ready\r\n"s,  // IMAP.
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"s,
      "SSH-2.0-OpenSSH_9.2\r\n"s,
      "\x15\x03\x03\x00\x02\x02\x28"s,  // A TLS alert.
  };
}

class HostileBrokerTest : public ::testing::Test {
 protected:
  HostileBrokerTest()
      : connector_(
            {}, poller_, [](const std::string&) {},
            [this](const absl::Status& status) { ends_.push_back(status); }) {}

  // Drives the connector until its next word.
  absl::Status Next() {
    const std::size_t seen = ends_.size();
    const Clock::time_point limit = Clock::now() + kPatience;
    while (ends_.size() == seen && Clock::now() < limit) {
      poller_.Wait(std::min(connector_.NextTimer(), limit));
      connector_.Advance(Clock::now());
    }
    if (ends_.size() == seen) return absl::DeadlineExceededError("the connector says nothing");
    return ends_.back();
  }

  // Connects, and returns what the connector says once the broker has said that and closed.
  absl::Status After(std::string_view bytes) {
    connector_.Start({{"127.0.0.1", broker_.port()}, 0, "client"});
    FakeConnection connection = broker_.Accept();
    connection.SendBytes(bytes);
    connection.Close();
    return Next();
  }

  FakeBroker broker_;
  EpollPoller poller_;
  std::vector<absl::Status> ends_;
  SocketConnector connector_;
};

MATCHER(IsClear, "") {
  const std::string reason(arg.message());
  return absl::IsUnavailable(arg) &&
         (reason.find("the broker breaks the protocol: ") == 0 ||
          reason.find("the broker does not speak MQTT") == 0 ||
          reason.find("broker disconnected: 0x87") == 0 || reason.find("broker refused: 0x") == 0 ||
          reason == "connection closed before CONNACK" ||
          reason == "connection reset before CONNACK");
}

TEST_F(HostileBrokerTest, AnyPrefixOfAnOddAnswerFailsTheAttemptOnly) {
  testing::MosquittoBroker healthy;
  WatchedSession other("127.0.0.1", healthy.port(), {});
  other.WaitForConnection();
  for (const std::string& answer : OddAnswers()) {
    for (std::size_t size = 0; size <= answer.size(); ++size) {
      ASSERT_THAT(After(answer.substr(0, size)), IsClear()) << answer << " " << size;
    }
    other.ExpectPublishes();
  }
}

TEST_F(HostileBrokerTest, SaysWhatItWas) {
  EXPECT_THAT(After("\x20\x02\x00\x01"s).message(), HasSubstr("does not speak MQTT v5"));
  EXPECT_THAT(After("\xF0\x00"s).message(), HasSubstr("AUTH before CONNACK"));
  EXPECT_THAT(After("-ERR unknown command\r\n"s).message(), HasSubstr("-ERR unknown command"));
  EXPECT_EQ(After("\xE0\x07\x87\x05\x1F\x00\x02no"s).message(),
            "broker disconnected: 0x87 not authorized: no");
  EXPECT_EQ(After("\x20\x08\x00\x88\x05\x1F\x00\x02no"s).message(),
            "broker refused: 0x88 server unavailable: no");
}

TEST_F(HostileBrokerTest, RandomBytesBeforeInAndAfterConnAck) {
  std::mt19937 random(15);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(1 + random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    // In CONNACK, whose length is right, or behind it.
    if (round % 3 == 1) bytes.insert(0, {'\x20', static_cast<char>(bytes.size())});
    if (round % 3 == 2) bytes.insert(0, kAccepted);
    absl::Status status = After(bytes);
    if (round % 3 == 2 && status.ok()) status = Next();
    ASSERT_FALSE(status.ok());
    ASSERT_NE(status.message(), "");
    ASSERT_TRUE(connector_.idle());
  }
}

TEST_F(HostileBrokerTest, WhatComesWithConnAckIsNotLost) {
  connector_.Start({{"127.0.0.1", broker_.port()}, 0, "client"});
  FakeConnection connection = broker_.Accept();
  connection.ExpectConnect();
  connection.SendBytes(kAccepted + "\x32\x06\x00\x01t\x00\x07\x00"s + "\xE0\x01\x8B"s);
  EXPECT_THAT(Next().message(), HasSubstr("0x8b"));
}

}  // namespace
}  // namespace dino::mqtt
