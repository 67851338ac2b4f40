#ifndef DINO_TESTS_SUPPORT_MQTT_AUTOMATIC_BROKER_H_
#define DINO_TESTS_SUPPORT_MQTT_AUTOMATIC_BROKER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/poll_thread.h"

namespace dino::testing {

// A broker that accepts every session and acknowledges every publication by itself, and keeps
// what was published: for tests about what is delivered, not about the conversation.
//
// Runs on its own thread. Thread-safe. Waits fail the test after `kPatience`; so does a packet that
// breaks the protocol.
class AutomaticBroker {
 public:
  // Returns the reason code of the PUBACK. Called on the broker's thread.
  using Answer = std::function<std::uint8_t(const Publish&)>;

  // How it ends a connection on a publication that it does not bear.
  struct End {
    // Sent before; empty for nothing.
    std::string last_words = {};
    // By RST, not FIN.
    bool reset = false;
  };
  // Whether it does. Called on the broker's thread.
  using Intolerance = std::function<std::optional<End>(const Publish&)>;

  AutomaticBroker() : AutomaticBroker(nullptr, 1) {}
  // At the same port of 127.0.0.`last`. `other` outlives it.
  AutomaticBroker(const AutomaticBroker& other, std::uint8_t last)
      : AutomaticBroker(&other, last) {}
  AutomaticBroker(const AutomaticBroker&) = delete;
  AutomaticBroker& operator=(const AutomaticBroker&) = delete;
  ~AutomaticBroker() = default;

  std::uint16_t port() const { return number_; }
  std::string host() const { return "127.0.0." + std::to_string(last_); }
  std::string address() const { return host() + ":" + std::to_string(number_); }

  // All publications so far, in order of arrival, including resent ones.
  std::vector<Publish> publications() const;
  // Waits until at least `count` publications have arrived and returns all.
  std::vector<Publish> WaitForPublications(std::size_t count, Where where = Where::Here());
  // Waits until exactly `count` sessions are connected, that is, have been sent their CONNACK.
  void WaitForSessions(std::size_t count, Where where = Where::Here());

  // Acknowledges with these codes from now on. The default is 0x00 for everything.
  void AnswerWith(Answer answer);
  // Ends connections on such publications from now on, before it answers anything later.
  void EndOn(Intolerance intolerance);
  // How many connections it has ended so.
  std::size_t ended_count() const;
  // Accepts new sessions with this CONNACK.
  void GreetWith(const ConnAck& greeting);
  // Refuses those beyond so many at a time: 0x97, quota exceeded.
  void LimitSessions(std::size_t most);
  // Acknowledges nothing until `ReleaseAcks`, which acknowledges what has arrived meanwhile.
  void HoldAcks();
  void ReleaseAcks();

  // Refuses connections from now on, or accepts them again, on the same port.
  void StopListening();
  void Listen();
  // Closes all connections without DISCONNECT. Held acknowledgements are lost.
  void DropConnections(const std::string& last_words = "");

 private:
  struct Connection {
    FileDescriptor socket;
    std::string unread;
    std::string unsent;
    std::vector<Publish> unacknowledged;
    bool greeted = false;
    bool ended = false;
  };

  AutomaticBroker(const AutomaticBroker* other, std::uint8_t last);
  void AddTo(std::vector<pollfd>& entries) const;
  void Advance();
  void Accept();
  void Read(Connection& connection);
  void Handle(Connection& connection, const Packet& packet);
  void Receive(Connection& connection, const Publish& publish);
  void Acknowledge(Connection& connection);
  void Flush(Connection& connection);
  std::size_t GreetedCount() const;
  void CountSessions();

  // Its own, unless it is at another one's.
  const std::optional<LoopbackPort> port_;
  const std::uint16_t number_;
  const std::uint8_t last_;

  // The broker's thread only.
  FileDescriptor listener_;
  std::list<Connection> connections_;
  Answer answer_;
  Intolerance intolerance_;
  ConnAck greeting_;
  std::size_t most_sessions_ = std::numeric_limits<std::size_t>::max();
  bool hold_acks_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  std::vector<Publish> publications_;
  std::size_t sessions_ = 0;
  std::size_t ended_count_ = 0;

  PollThread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_AUTOMATIC_BROKER_H_
