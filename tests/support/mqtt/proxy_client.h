#ifndef DINO_TESTS_SUPPORT_MQTT_PROXY_CLIENT_H_
#define DINO_TESTS_SUPPORT_MQTT_PROXY_CLIENT_H_

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/mqtt/fault_proxy.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A CONNECT of the client `c`.
inline const std::string kConnect(
    "\x10\x0E\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x01"
    "c",
    16);
inline const std::string kPing("\xC0\x00", 2);

// A PUBLISH of QoS 1 to the topic `t`.
inline std::string PublishBytes(char payload, std::uint8_t packet_id = 1) {
  return {'\x32', '\x07', 0, 1, 't', 0, static_cast<char>(packet_id), 0, payload};
}

// How a connection ends.
enum class Ending { kNone, kInOrder, kReset };

// The client's end of a connection through a `FaultProxy`.
class ProxyClient {
 public:
  explicit ProxyClient(const FaultProxy& proxy) : socket_(ConnectToLoopback(proxy.port())) {}

  bool connected() const { return socket_.open(); }

  void Send(std::string_view bytes) {
    EXPECT_EQ(send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  // Waits for this many bytes, or the end.
  std::string Receive(std::size_t count) {
    std::string bytes;
    while (bytes.size() < count && ReadSome(bytes, Clock::now() + kPatience) == Ending::kNone) {
    }
    return bytes;
  }

  Ending WaitForEnd() {
    std::string bytes;
    return ReadSome(bytes, Clock::now() + kPatience);
  }

  bool HearsNothing() {
    return !WaitUntilReadable(socket_.number(), Clock::now() + std::chrono::milliseconds(50));
  }

  void Close() { socket_.Close(); }

 private:
  Ending ReadSome(std::string& bytes, Clock::time_point deadline) {
    std::array<char, 4096> chunk{};
    if (!WaitUntilReadable(socket_.number(), deadline)) {
      ADD_FAILURE() << "nothing comes";
      return Ending::kReset;
    }
    const ssize_t size = recv(socket_.number(), chunk.data(), chunk.size(), 0);
    if (size < 0) return Ending::kReset;
    if (size == 0) return Ending::kInOrder;
    bytes.append(chunk.data(), static_cast<std::size_t>(size));
    return Ending::kNone;
  }

  FileDescriptor socket_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_MQTT_PROXY_CLIENT_H_
