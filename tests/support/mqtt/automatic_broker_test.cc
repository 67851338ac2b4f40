#include "tests/support/mqtt/automatic_broker.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kRawConnect = "\x10\x0F\x00\x04MQTT\x05\x02\x00\x1E\x00\x00\x02id"sv;
constexpr std::string_view kFirst = "\x32\x07\x00\x01t\x00\x01\x00\x31"sv;
constexpr std::string_view kSecond = "\x32\x07\x00\x01t\x00\x02\x00\x32"sv;
constexpr std::string_view kPingReq = "\xC0\x00"sv;

// A peer that sends raw bytes.
class Peer {
 public:
  explicit Peer(const AutomaticBroker& broker) : socket_(ConnectToLoopback(broker.port())) {}

  bool connected() const { return socket_.open(); }
  void Send(std::string_view bytes) {
    EXPECT_EQ(send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Empty once the connection has closed.
  std::string Receive(std::size_t size) {
    std::string bytes(size, '\0');
    const ssize_t got = recv(socket_.number(), bytes.data(), size, MSG_WAITALL);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  void Begin() {
    Send(kRawConnect);
    EXPECT_EQ(Receive(5), "\x20\x03\x00\x00\x00"sv);
  }

 private:
  FileDescriptor socket_;
};

TEST(AutomaticBrokerTest, SatisfiesARealClient) {
  AutomaticBroker broker;
  Subprocess client({"mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p",
                     std::to_string(broker.port()), "-q", "1", "-t", "t", "-m", "m", "--repeat",
                     "100"});

  EXPECT_EQ(client.Wait(), 0);
  EXPECT_EQ(broker.WaitForPublications(100).at(99).payload, "m");
}

TEST(AutomaticBrokerTest, AcknowledgesInTheOrderOfArrival) {
  AutomaticBroker broker;
  Peer peer(broker);
  peer.Begin();
  peer.Send(std::string(kFirst) + std::string(kSecond));

  EXPECT_EQ(peer.Receive(8), "\x40\x02\x00\x01\x40\x02\x00\x02"sv);
  EXPECT_EQ(broker.publications().at(0).payload, "1");
  EXPECT_EQ(broker.publications().at(1).payload, "2");
}

TEST(AutomaticBrokerTest, AnswersWithTheTestsCodes) {
  AutomaticBroker broker;
  broker.AnswerWith(
      [](const Publish& publish) -> std::uint8_t { return publish.payload == "2" ? 0x87 : 0x10; });
  Peer peer(broker);
  peer.Begin();
  peer.Send(std::string(kFirst) + std::string(kSecond));

  EXPECT_EQ(peer.Receive(10), "\x40\x03\x00\x01\x10\x40\x03\x00\x02\x87"sv);
}

TEST(AutomaticBrokerTest, HoldsAcksUntilTheyAreReleased) {
  AutomaticBroker broker;
  broker.HoldAcks();
  Peer peer(broker);
  peer.Begin();
  peer.Send(kFirst);
  broker.WaitForPublications(1);
  // If the PUBACK were not held, it would precede this answer.
  peer.Send(kPingReq);
  EXPECT_EQ(peer.Receive(2), "\xD0\x00"sv);

  broker.ReleaseAcks();
  EXPECT_EQ(peer.Receive(4), "\x40\x02\x00\x01"sv);
}

TEST(AutomaticBrokerTest, SendsTheTestsConnAck) {
  AutomaticBroker broker;
  ConnAck greeting;
  greeting.receive_maximum = 3;
  broker.GreetWith(greeting);
  Peer peer(broker);
  peer.Send(kRawConnect);

  EXPECT_EQ(peer.Receive(8), "\x20\x06\x00\x00\x03\x21\x00\x03"sv);
}

TEST(AutomaticBrokerTest, DropsConnections) {
  AutomaticBroker broker;
  Peer first(broker);
  first.Begin();
  Peer second(broker);
  second.Begin();
  broker.WaitForSessions(2);
  broker.DropConnections();

  EXPECT_EQ(first.Receive(1), "");
  EXPECT_EQ(second.Receive(1), "");
  broker.WaitForSessions(0);
}

TEST(AutomaticBrokerTest, RefusesConnectionsWhileNotListening) {
  AutomaticBroker broker;
  broker.StopListening();
  EXPECT_FALSE(Peer(broker).connected());

  broker.Listen();
  Peer peer(broker);
  peer.Begin();
}

TEST(AutomaticBrokerTest, AMalformedPacketFailsTheTest) {
  const auto send_garbage = [] {
    AutomaticBroker broker;
    Peer peer(broker);
    peer.Send("\xF1\x00"sv);
    EXPECT_EQ(peer.Receive(1), "");
  };

  EXPECT_NONFATAL_FAILURE_ON_ALL_THREADS(send_garbage(), "the peer sent a");
}

}  // namespace
}  // namespace dino::testing
