#ifndef DINO_SERVER_NET_LISTENER_H_
#define DINO_SERVER_NET_LISTENER_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "server/base/address_ranges.h"
#include "server/base/clock.h"
#include "server/base/host_port.h"
#include "server/log/state_log.h"
#include "server/net/given_sockets.h"

namespace dino::net {

// How many connections a `Listener` hands over.
struct ListenerLimits {
  // Open at the same time.
  std::size_t max_connections;
  // How many of the process's file descriptors callers must leave for its own use.
  std::size_t reserve;
  // For how long a peer must have been silent that its connection ends when there are too many.
  std::chrono::milliseconds silence = std::chrono::seconds(5);
  // Peers that speak for many: each of their connections counts as one of another network.
  AddressRanges proxies = {};
  // Whether a connection that was handed over is one of somebody who is known. On the listener's
  // thread.
  GivenSockets::KnownFunction is_known = [](int /*fd*/) { return false; };
};

// Why a connection was not handed over.
enum class Refusal : std::uint8_t {
  kDescriptors,  // The process has too few file descriptors.
  kLimit,        // There are too many connections.
  kSystem,       // The system has no room for it.
};
inline constexpr std::array<std::string_view, 3> kRefusalNames = {"descriptors", "limit", "system"};

// Accepts connections at an address and hands them over, on a thread of its own.
//
// Survives any failure to accept a connection. At the limit of connections, one whose peer is
// silent ends for a new one (see `GivenSockets::MakeRoom`); if there is none, the new one is reset
// at once, counted and logged. Without any free file descriptor, connections wait in the system's
// queue. Not thread-safe.
class Listener {
 public:
  // Takes ownership of a connected socket: non-blocking, close-on-exec, TCP_NODELAY.
  using AcceptFunction = std::function<void(int fd)>;

  explicit Listener(ListenerLimits limits);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  // Stops if still running.
  ~Listener();

  // Listens on `address`; port 0 picks a free one, and the host `::` means every IPv4 and IPv6
  // address that the machine may have. Connections wait until `Start`. Returns the port; fails if
  // the address cannot be opened.
  absl::StatusOr<std::uint16_t> Open(const HostPort& address);

  // Starts handing connections over, one at a time.
  //
  // REQUIRES: `Open` succeeded.
  void Start(AcceptFunction on_accept);

  // Stops listening. No connection is handed over after it returns.
  void Stop();

  // The listening socket; from its thread too.
  int fd() const { return listener_; }

  // How many connections were refused; those that wait count each time that one is not accepted.
  // Thread-safe.
  std::uint64_t refused(Refusal reason) const {
    return refused_.at(static_cast<std::size_t>(reason)).load(std::memory_order_relaxed);
  }

 private:
  enum class Next { kWait, kPause };

  void Run();
  // Accepts the waiting connections.
  Next AcceptAll();
  void Take(int fd);
  // To whom a connection counts, see `GivenSockets::Add`.
  std::string NetworkOfPeer(int fd) const;
  void Refuse(int fd, Refusal reason, std::string_view text);
  void Count(Refusal reason, std::string text, std::string peer);
  // Has the log say what is wrong.
  void LookAtState();

  const ListenerLimits limits_;
  const int wake_;
  int listener_ = -1;
  AcceptFunction on_accept_;
  // Used only by the thread.
  GivenSockets given_;
  // The last refusal: when, why, and whose connection it was.
  std::optional<Clock::time_point> refused_at_;
  std::string refused_because_;
  std::string refused_peer_;
  log::StateLog state_log_{
      {log::Level::kWarning, "connections refused", "connections are accepted again"}};
  std::array<std::atomic<std::uint64_t>, kRefusalNames.size()> refused_{};
  std::thread thread_;
};

// Makes `listener` open an address. Returns the address with its actual port; the error names the
// address.
absl::StatusOr<std::string> OpenAddress(Listener& listener, const HostPort& address);

}  // namespace dino::net

#endif  // DINO_SERVER_NET_LISTENER_H_
