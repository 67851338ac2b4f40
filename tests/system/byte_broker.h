#ifndef DINO_TESTS_SYSTEM_BYTE_BROKER_H_
#define DINO_TESTS_SYSTEM_BYTE_BROKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/poll_thread.h"

namespace dino::testing {

// A broker whose every byte is the test's: for what no broker should say. Keeps nothing, so it also
// reads as fast as can be.
//
// It works on a thread of its own; its methods may be called from any thread.
class ByteBroker {
 public:
  // What is sent in answer to a packet: its first byte, and what follows its length. Called on the
  // broker's thread.
  using Answer = std::function<std::string(std::uint8_t first, std::string_view body)>;

  // First bytes of packets.
  static constexpr std::uint8_t kConnect = 0x10;
  static constexpr std::uint8_t kPublishQos0 = 0x30;
  static constexpr std::uint8_t kPublishQos1 = 0x32;
  static constexpr std::uint8_t kPubAck = 0x40;
  static constexpr std::uint8_t kPubRec = 0x50;

  explicit ByteBroker(Answer answer) : ByteBroker(std::move(answer), "") {}
  // One that says `banner` to each connection, and nothing else.
  explicit ByteBroker(std::string banner)
      : ByteBroker([](std::uint8_t, std::string_view) { return std::string(); },
                   std::move(banner)) {}
  ByteBroker(const ByteBroker&) = delete;
  ByteBroker& operator=(const ByteBroker&) = delete;
  ~ByteBroker() = default;

  std::string address() const { return port_.address(); }

  // A PUBACK that accepts, for the body of a PUBLISH with QoS 1.
  static std::string Accept(std::string_view publish);
  // A CONNACK that accepts and announces nothing.
  static std::string Welcome() { return {"\x20\x03\x00\x00\x00", 5}; }

 private:
  ByteBroker(Answer answer, std::string banner);

  struct Connection {
    FileDescriptor socket;
    std::string unread;
  };

  void Advance();
  void AcceptConnections();
  // False if it has ended.
  bool Read(Connection& connection);
  void Handle(Connection& connection);

  const LoopbackPort port_;
  const Answer answer_;
  const std::string banner_;
  // The broker's thread only.
  const FileDescriptor listener_;
  std::list<Connection> connections_;
  std::string chunk_ = std::string(std::size_t{1} << 20U, '\0');

  PollThread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_BYTE_BROKER_H_
