#ifndef DINO_SERVER_GRPC_LIBRARY_LOG_H_
#define DINO_SERVER_GRPC_LIBRARY_LOG_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "server/base/clock.h"
#include "server/log/line_pace.h"

namespace dino::transport {

// Makes lines of our log of errors that gRPC reports: one a minute, which says how many there
// were since the one before. Strangers cause most of them, by a handshake that fails for
// example, so they are short, printable, and without values of metadata. Thread-safe.
class LibraryLog {
 public:
  static constexpr std::chrono::seconds kPeriod{60};

  void Error(std::string_view text, Clock::time_point now);

  // How many there were.
  std::uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> errors_{0};
  log::LinePace pace_{kPeriod};
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_LIBRARY_LOG_H_
