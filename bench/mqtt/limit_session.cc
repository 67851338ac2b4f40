#include "bench/mqtt/limit_session.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dino::bench {
namespace {

constexpr std::uint32_t kFirstUser = 1'000'000;
constexpr std::uint64_t kPacketIds = 65535;
constexpr std::size_t kReadBytes = 65536;

}  // namespace

LimitSession::LimitSession(const LimitLoad& load, int index)
    : load_(load),
      index_(index),
      packet_(static_cast<std::size_t>(load.payload_bytes)),
      buffer_(kReadBytes, '\0') {}

LimitSession::~LimitSession() {
  if (fd_ >= 0) close(fd_);
}

absl::Status LimitSession::Connect() {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(load_.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets interface wants it.
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    return absl::ErrnoToStatus(errno, "cannot connect");
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  unsent_ = EncodeConnect(absl::StrCat("limit-publisher-", index_));
  return Write();
}

absl::StatusOr<int> LimitSession::Read() {
  const ssize_t count = recv(fd_, &buffer_[rest_], buffer_.size() - rest_, MSG_DONTWAIT);
  if (count == 0) return absl::UnavailableError("the broker closed the connection");
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    return absl::ErrnoToStatus(errno, "cannot read");
  }
  if (load_.burst > 1) {
    // A broker that sends the next PUBACK only after our kernel has acknowledged the previous one,
    // as mosquitto does, gets no packet from us that could carry that acknowledgement.
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
  }
  const std::string_view bytes(buffer_.data(), rest_ + static_cast<std::size_t>(count));
  std::size_t used = 0;
  int acknowledged = 0;
  while (true) {
    const absl::StatusOr<std::optional<Frame>> frame = NextFrame(bytes.substr(used));
    if (!frame.ok()) return frame.status();
    if (!frame->has_value()) break;
    if (absl::Status status = Take(**frame, acknowledged); !status.ok()) return status;
    used += (*frame)->size;
  }
  rest_ = bytes.size() - used;
  std::memmove(buffer_.data(), buffer_.data() + used, rest_);
  in_flight_ -= acknowledged;
  return acknowledged;
}

absl::Status LimitSession::Take(const Frame& frame, int& acknowledged) {
  switch (frame.type) {
    case PacketType::kConnAck:
      connected_ = frame.body.size() > 1 && frame.body[1] == 0;
      return connected_ ? absl::OkStatus() : absl::FailedPreconditionError("connection refused");
    case PacketType::kPubAck:
      ++acknowledged;
      return ReadPubAck(frame).status();
    default:
      return absl::UnimplementedError(
          absl::StrFormat("a packet of type %d", static_cast<int>(frame.type)));
  }
}

absl::Status LimitSession::Write() {
  Fill();
  if (unsent_.empty()) return absl::OkStatus();
  const ssize_t count = send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    return absl::ErrnoToStatus(errno, "cannot write");
  }
  if (count > 0) unsent_.erase(0, static_cast<std::size_t>(count));
  return absl::OkStatus();
}

void LimitSession::Fill() {
  if (!connected_ || !unsent_.empty()) return;
  if (load_.window - in_flight_ < load_.burst) return;
  for (; in_flight_ < load_.window; ++in_flight_, ++published_) {
    const std::uint64_t place = published_ * static_cast<std::uint64_t>(load_.sessions) +
                                static_cast<std::uint64_t>(index_);
    const std::uint64_t user = kFirstUser + place % static_cast<std::uint64_t>(load_.users);
    packet_.AppendTo(unsent_, static_cast<std::uint32_t>(user),
                     static_cast<std::uint16_t>(1 + published_ % kPacketIds));
  }
}

}  // namespace dino::bench
