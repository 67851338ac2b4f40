#ifndef DINO_TESTS_SUPPORT_MQTT_FAKE_BROKER_H_
#define DINO_TESTS_SUPPORT_MQTT_FAKE_BROKER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// One connection of the fake broker. The test's thread states what must arrive and sends the
// answers itself, so nothing happens that the test does not state.
//
// Packets are expected in order: when another one comes, or none within `kPatience`, the test
// fails at the line that expected it, an empty packet is returned, and what is expected later
// of this connection is not waited for. A PINGREQ may come at any time and is answered on the
// way, unless it is what is expected. Not thread-safe.
class FakeConnection {
 public:
  explicit FakeConnection(FileDescriptor socket) : socket_(std::move(socket)) {}

  Connect ExpectConnect(Where where = Where::Here());
  Publish ExpectPublish(Where where = Where::Here());
  // Fails too if the publication differs from what is given.
  Publish ExpectPublish(std::string_view topic, std::string_view payload,
                        Where where = Where::Here());
  std::vector<Publish> ExpectPublishes(std::size_t count, Where where = Where::Here());
  // Expects a PINGREQ, and does not answer it.
  void ExpectPingReq(Where where = Where::Here());
  Disconnect ExpectDisconnect(Where where = Where::Here());

  // Expects the peer to close the connection. A packet before that fails the test.
  void ExpectClosed(Where where = Where::Here());

  // Fails the test if something unexpected has arrived. Proves nothing about what comes later: use
  // it once the peer is known to have acted.
  void ExpectNothingMore(Where where = Where::Here());

  // Sends a packet.
  template <typename AnyPacket>
  void Send(const AnyPacket& packet) {
    SendBytes(Encode(packet));
  }

  // Sends raw bytes, which may break the protocol. They are lost if the peer has disconnected.
  void SendBytes(std::string_view bytes);

  // Closes the connection (FIN), or resets it (RST).
  void Close();
  void Reset();

 private:
  template <typename Expected>
  std::optional<Expected> Expect(std::string_view name, Where where);
  // Returns the next packet; nothing if there is none by `deadline`, which is a failure
  // only if `broken_` is set: otherwise the stream has ended or time is up.
  std::optional<Packet> Receive(Clock::time_point deadline, Where where);
  void Fail(std::string_view expected, const std::optional<Packet>& packet, Where where);

  FileDescriptor socket_;
  std::string unread_;
  bool ended_ = false;
  bool broken_ = false;
};

// A broker that does only what a test says, on a free port of 127.0.0.1.
//
//   FakeConnection connection = broker.Accept();
//   connection.ExpectConnect();
//   connection.Send(ConnAck{});
//   const Publish publish = connection.ExpectPublish("dms/test/1", "a");
//   connection.Send(PubAck{publish.packet_id, 0x10});
//
// The system queues connections until the test accepts them. Not thread-safe.
class FakeBroker {
 public:
  FakeBroker() : number_(port_.number()) { Listen(); }
  // On the port of another broker, at 127.0.0.`last`.
  FakeBroker(const FakeBroker& other, std::uint8_t last) : number_(other.port()), last_(last) {
    Listen();
  }

  std::uint16_t port() const { return number_; }
  std::string host() const { return "127.0.0." + std::to_string(last_); }
  std::string address() const { return host() + ":" + std::to_string(number_); }

  // Waits for a connection. Fails the test, and returns a closed one, if none comes.
  FakeConnection Accept(Where where = Where::Here());

  // The same, then expects CONNECT and answers it with `answer`.
  FakeConnection AcceptSession(const ConnAck& answer = {}, Where where = Where::Here());

  // Fails the test if a connection was not accepted.
  void ExpectNoConnection(Where where = Where::Here());

  // Refuses connections from now on, or accepts them again, on the same port. Accepted connections
  // stay open.
  void StopListening() { listener_.Close(); }
  void Listen() { listener_ = ListenOnLoopback(number_, last_); }

 private:
  const LoopbackPort port_;
  const std::uint16_t number_;
  const std::uint8_t last_ = 1;
  FileDescriptor listener_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_FAKE_BROKER_H_
