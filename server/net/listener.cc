#include "server/net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/errno_text.h"
#include "server/net/network.h"

namespace dino::net {
namespace {

// How long to pause when the system has no room for a connection.
constexpr int kPauseMilliseconds = 100;

// How many connections are accepted between two checks for `Stop`.
constexpr int kMostAtOnce = 64;

// Without a refusal for so long, connections are accepted again.
constexpr std::chrono::seconds kCalm{10};
constexpr int kLookMilliseconds = 1000;

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

void SetOption(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof(value));
}

absl::StatusOr<AddressList> Resolve(const HostPort& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int result =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (result != 0) return absl::UnavailableError(gai_strerror(result));
  return AddressList(list, &freeaddrinfo);
}

// Returns a listening socket, or -1 with `errno`.
int ListenAt(const addrinfo& address) {
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ai_family == AF_INET6) SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

std::uint16_t PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  // IPv4 and IPv6 addresses have the port at the same offset.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

// One more than the highest file descriptor that the process may open.
rlim_t DescriptorLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace

Listener::Listener(ListenerLimits limits)
    : limits_(std::move(limits)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      given_(limits_.is_known) {}

Listener::~Listener() {
  Stop();
  close(wake_);
}

absl::StatusOr<std::uint16_t> Listener::Open(const HostPort& address) {
  const absl::StatusOr<AddressList> list = Resolve(address);
  if (!list.ok()) return list.status();
  int error = 0;
  for (const addrinfo* each = list->get(); each != nullptr; each = each->ai_next) {
    listener_ = ListenAt(*each);
    if (listener_ >= 0) return PortOf(listener_);
    error = errno;
  }
  // A kernel without IPv6 has only addresses of IPv4.
  if (error == EAFNOSUPPORT && address.host == "::") return Open({"0.0.0.0", address.port});
  return absl::UnavailableError(ErrnoText(error));
}

absl::StatusOr<std::string> OpenAddress(Listener& listener, const HostPort& address) {
  const absl::StatusOr<std::uint16_t> port = listener.Open(address);
  if (port.ok()) return HostPort{address.host, *port}.ToString();
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address.ToString(), ": ", port.status().message()));
}

void Listener::Start(AcceptFunction on_accept) {
  on_accept_ = std::move(on_accept);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "listener");
    Run();
  });
}

void Listener::Stop() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof(one));
    thread_.join();
  }
  if (listener_ >= 0) close(std::exchange(listener_, -1));
}

void Listener::Run() {
  Next next = Next::kWait;
  for (;;) {
    const bool pause = next == Next::kPause;
    std::array<pollfd, 2> entries{pollfd{wake_, POLLIN, 0},
                                  pollfd{pause ? -1 : listener_, POLLIN, 0}};
    const int patience = pause ? kPauseMilliseconds : state_log_.open() ? kLookMilliseconds : -1;
    if (poll(entries.data(), entries.size(), patience) < 0) continue;
    if (entries[0].revents != 0) return;
    next = AcceptAll();
    LookAtState();
  }
}

Listener::Next Listener::AcceptAll() {
  // Bounded, so that `Stop` takes effect in a flood of connections.
  for (int i = 0; i < kMostAtOnce; ++i) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Take(fd);
    } else if (errno == EAGAIN) {
      return Next::kWait;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      // Usually a temporary lack of descriptors or memory.
      Count(errno == EMFILE || errno == ENFILE ? Refusal::kDescriptors : Refusal::kSystem,
            ErrnoText(errno), "");
      return Next::kPause;
    }
  }
  return Next::kWait;
}

void Listener::Take(int fd) {
  // The system always assigns the lowest free descriptor.
  if (static_cast<rlim_t>(fd) + limits_.reserve >= DescriptorLimit()) {
    return Refuse(fd, Refusal::kDescriptors, "too few file descriptors are left");
  }
  const std::string network = NetworkOfPeer(fd);
  const Clock::time_point now = Clock::now();
  if (given_.HasOpen(limits_.max_connections, now) &&
      !given_.MakeRoom(network, limits_.silence, now)) {
    return Refuse(fd, Refusal::kLimit, "the connection limit is reached");
  }
  given_.Add(fd, network);
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  on_accept_(fd);
}

std::string Listener::NetworkOfPeer(int fd) const {
  const sockaddr_storage address = PeerOf(fd);
  std::string network = NetworkOf(address);
  if (!limits_.proxies.Contains(address)) return network;
  // No other network is that long.
  return absl::StrCat("proxy ", network, " ", fd);
}

void Listener::Refuse(int fd, Refusal reason, std::string_view text) {
  Count(reason, std::string(text), AddressText(PeerOf(fd)));
  // By a reset, which leaves no state behind.
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
}

void Listener::Count(Refusal reason, std::string text, std::string peer) {
  refused_.at(static_cast<std::size_t>(reason)).fetch_add(1, std::memory_order_relaxed);
  state_log_.Occurred();
  refused_at_ = Clock::now();
  refused_because_ = std::move(text);
  refused_peer_ = std::move(peer);
}

void Listener::LookAtState() {
  const Clock::time_point now = Clock::now();
  const bool refuses = refused_at_.has_value() && now - *refused_at_ < kCalm;
  state_log_.Look(refuses ? refused_because_ : "", now, refuses ? refused_peer_ : "");
}

}  // namespace dino::net
