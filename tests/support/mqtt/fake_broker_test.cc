#include "tests/support/mqtt/fake_broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::string_view kRawConnect = "\x10\x0F\x00\x04MQTT\x05\x02\x00\x1E\x00\x00\x02id"sv;
constexpr std::string_view kPublish = "\x32\x09\x00\x01t\x00\x01\x00hi!"sv;
constexpr std::string_view kPingReq = "\xC0\x00"sv;

// A peer that sends raw bytes.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(ConnectToLoopback(port)) {}

  void Send(std::string_view bytes) {
    EXPECT_EQ(send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  std::string Receive(std::size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = recv(socket_.number(), bytes.data(), size, MSG_WAITALL);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  // The error of a read from a connection that has ended: 0 after FIN.
  int EndError() {
    char byte = 0;
    return recv(socket_.number(), &byte, 1, 0) == 0 ? 0 : errno;
  }
  void Close() { socket_.Close(); }

 private:
  FileDescriptor socket_;
};

TEST(FakeBrokerTest, WorksWithARealClient) {
  FakeBroker broker;
  Subprocess client({"mosquitto_pub",
                     "-V",
                     "5",
                     "-h",
                     "127.0.0.1",
                     "-p",
                     std::to_string(broker.port()),
                     "-i",
                     "real",
                     "-q",
                     "1",
                     "-u",
                     "user",
                     "-P",
                     "secret",
                     "-t",
                     "dms/dev/1",
                     "-m",
                     "{\"a\":\"\xC3\xA5\"}",
                     "-D",
                     "publish",
                     "payload-format-indicator",
                     "1",
                     "-D",
                     "publish",
                     "content-type",
                     "application/json",
                     "-D",
                     "publish",
                     "message-expiry-interval",
                     "86400",
                     "-D",
                     "publish",
                     "user-property",
                     "event_id",
                     "1-2-3",
                     "-D",
                     "publish",
                     "user-property",
                     "event_type",
                     "message"});

  FakeConnection connection = broker.Accept();
  const Connect connect = connection.ExpectConnect();
  EXPECT_EQ(connect.client_id, "real");
  EXPECT_TRUE(connect.clean_start);
  EXPECT_EQ(connect.keep_alive, 60);
  EXPECT_EQ(connect.username, "user");
  EXPECT_EQ(connect.password, "secret");
  ConnAck answer;
  answer.receive_maximum = 10;
  answer.maximum_packet_size = 100000;
  answer.server_keep_alive = 30;
  connection.Send(answer);

  const Publish publish = connection.ExpectPublish("dms/dev/1", "{\"a\":\"\xC3\xA5\"}");
  EXPECT_EQ(publish.qos, 1);
  EXPECT_FALSE(publish.retain);
  EXPECT_FALSE(publish.duplicate);
  EXPECT_EQ(publish.payload_format, 1);
  EXPECT_EQ(publish.content_type, "application/json");
  EXPECT_EQ(publish.message_expiry, 86400U);
  EXPECT_THAT(publish.user_properties,
              ElementsAre(Pair("event_id", "1-2-3"), Pair("event_type", "message")));
  connection.Send(PubAck{publish.packet_id, 0x00, Form::kLong});

  EXPECT_EQ(connection.ExpectDisconnect().reason_code, 0);
  connection.ExpectClosed();
  EXPECT_EQ(client.Wait(), 0);
}

// Each row: how the broker answers a PUBLISH, and how mosquitto_pub reacts.
TEST(FakeBrokerTest, ARealClientUnderstandsEveryFormOfPubAck) {
  for (const Form form : {Form::kShort, Form::kReasonCode, Form::kLong}) {
    for (const int code : {0x00, 0x10, 0x87}) {
      FakeBroker broker;
      Subprocess client({"mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p",
                         std::to_string(broker.port()), "-q", "1", "-t", "t", "-m", "m"});
      FakeConnection connection = broker.AcceptSession();
      const Publish publish = connection.ExpectPublish("t", "m");
      connection.Send(PubAck{publish.packet_id, static_cast<std::uint8_t>(code), form});
      connection.ExpectDisconnect();

      // Only a failure code is reported.
      const bool warned = !client.RemainingLines(Subprocess::Output::kStderr).empty();
      EXPECT_EQ(warned, code >= 0x80) << code;
    }
  }
}

TEST(FakeBrokerTest, ARealClientUnderstandsARefusal) {
  FakeBroker broker;
  Subprocess client({"mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p",
                     std::to_string(broker.port()), "-t", "t", "-m", "m"});
  ConnAck refusal;
  refusal.reason_code = 0x88;
  FakeConnection connection = broker.AcceptSession(refusal);

  EXPECT_THAT(client.RemainingLines(Subprocess::Output::kStderr),
              ::testing::Contains(::testing::HasSubstr("Server unavailable")));
}

TEST(FakeBrokerTest, ReadsPacketsThatArriveTogetherOrInPieces) {
  FakeBroker broker;
  Peer peer(broker.port());
  FakeConnection connection = broker.Accept();
  peer.Send(std::string(kRawConnect) + std::string(kPublish.substr(0, 5)));
  EXPECT_EQ(connection.ExpectConnect().client_id, "id");
  peer.Send(std::string(kPublish.substr(5)) + std::string(kPublish));

  EXPECT_EQ(connection.ExpectPublishes(2).at(1).payload, "hi!");
}

TEST(FakeBrokerTest, AnswersPingsMeanwhile) {
  FakeBroker broker;
  Peer peer(broker.port());
  FakeConnection connection = broker.Accept();
  peer.Send(std::string(kPingReq) + std::string(kPublish));

  connection.ExpectPublish("t", "hi!");
  EXPECT_EQ(peer.Receive(2), "\xD0\x00"sv);
}

TEST(FakeBrokerTest, LeavesAnExpectedPingToTheTest) {
  FakeBroker broker;
  Peer peer(broker.port());
  FakeConnection connection = broker.Accept();
  peer.Send(kPingReq);
  connection.ExpectPingReq();
  connection.SendBytes("mine");

  EXPECT_EQ(peer.Receive(4), "mine");
}

TEST(FakeBrokerTest, ClosesOrResetsConnections) {
  FakeBroker broker;
  Peer first(broker.port());
  broker.Accept().Close();
  Peer second(broker.port());
  broker.Accept().Reset();

  EXPECT_EQ(first.EndError(), 0);
  EXPECT_EQ(second.EndError(), ECONNRESET);
}

TEST(FakeBrokerTest, RefusesConnectionsWhileNotListening) {
  FakeBroker broker;
  Peer before(broker.port());
  FakeConnection connection = broker.Accept();
  broker.StopListening();
  EXPECT_FALSE(ConnectToLoopback(broker.port()).open());

  before.Send(kPublish);
  connection.ExpectPublish("t", "hi!");
  broker.Listen();
  Peer after(broker.port());
  after.Send(kPublish);
  broker.Accept().ExpectPublish("t", "hi!");
  broker.ExpectNoConnection();
}

class FakeBrokerFailureTest : public ::testing::Test {
 protected:
  FakeBroker broker_;
  Peer peer_{broker_.port()};
  FakeConnection connection_ = broker_.Accept();
};

TEST_F(FakeBrokerFailureTest, AnotherPacketFailsTheTest) {
  peer_.Send(kPublish);

  EXPECT_NONFATAL_FAILURE(connection_.ExpectConnect(),
                          "expected CONNECT, but PUBLISH to t: hi! came");
}

TEST_F(FakeBrokerFailureTest, AnotherPayloadFailsTheTest) {
  peer_.Send(kPublish);

  EXPECT_NONFATAL_FAILURE(connection_.ExpectPublish("t", "ho!"),
                          "expected PUBLISH to t: ho!, but PUBLISH to t: hi! came");
}

TEST_F(FakeBrokerFailureTest, AClosedConnectionFailsTheTest) {
  peer_.Close();

  EXPECT_NONFATAL_FAILURE(connection_.ExpectPublish(), "but the connection ended");
}

TEST_F(FakeBrokerFailureTest, APacketBeforeTheEndFailsTheTest) {
  peer_.Send(kPublish);
  peer_.Close();

  EXPECT_NONFATAL_FAILURE(connection_.ExpectClosed(), "but PUBLISH to t: hi! came");
}

TEST_F(FakeBrokerFailureTest, AnUnexpectedPacketFailsTheTest) {
  connection_.ExpectNothingMore();
  peer_.Send(kPublish);
  peer_.Send(kPublish);
  connection_.ExpectPublish();

  EXPECT_NONFATAL_FAILURE(connection_.ExpectNothingMore(), "expected nothing more");
}

TEST_F(FakeBrokerFailureTest, AMalformedPacketFailsTheTestOnce) {
  peer_.Send("\x00\x00"sv);

  EXPECT_NONFATAL_FAILURE(
      {
        connection_.ExpectConnect();
        connection_.ExpectPublishes(3);
      },
      "the peer sent a");
}

TEST_F(FakeBrokerFailureTest, AnUnexpectedConnectionFailsTheTest) {
  const Peer second(broker_.port());

  EXPECT_NONFATAL_FAILURE(broker_.ExpectNoConnection(), "a connection came");
}

}  // namespace
}  // namespace dino::testing
