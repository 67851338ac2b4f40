#ifndef DINO_TESTS_SUPPORT_PROCESS_LOOPBACK_H_
#define DINO_TESTS_SUPPORT_PROCESS_LOOPBACK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A host name, valid for the server, that resolves to 127.0.0.1 everywhere: `localhost` needs an
// /etc/hosts, which a bare root lacks.
inline constexpr char kLoopbackName[] = "127.1";

// A free port of 127.0.0.1, kept for as long as this object lives.
//
// A bound socket that does not listen reserves it: connections are refused, and the system assigns
// the port to nobody else, yet a server that sets SO_REUSEADDR may listen on it, stop, and listen
// again.
class LoopbackPort {
 public:
  LoopbackPort();

  std::uint16_t number() const { return number_; }
  // As `127.0.0.1:1883`.
  std::string address() const { return "127.0.0.1:" + std::to_string(number_); }

 private:
  FileDescriptor socket_;
  std::uint16_t number_ = 0;
};

// The port of `host:port`.
std::uint16_t PortOf(const std::string& address);

// Returns a socket that listens on `port` of 127.0.0.1, or of 127.0.0.`last`. Aborts on failure.
FileDescriptor ListenOnLoopback(std::uint16_t port, std::uint8_t last = 1);

// Returns a socket connected to `port` of 127.0.0.1, or none if the connection was refused; from
// 127.0.0.`last`, or wherever the system chooses.
FileDescriptor ConnectToLoopback(std::uint16_t port, std::optional<std::uint8_t> last = {});

// Waits until `descriptor` is readable, or at its end. False if `deadline` came first.
bool WaitUntilReadable(int descriptor, Clock::time_point deadline);

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_LOOPBACK_H_
