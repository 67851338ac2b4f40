#include "tests/support/mqtt/proxied_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <utility>
#include <variant>

namespace dino::testing {
namespace {

// Beyond this many bytes on their way the sender has to wait.
constexpr std::size_t kMostOnTheWay = 262144;

constexpr unsigned kConnect = 1;
constexpr unsigned kPublish = 3;
constexpr unsigned kPubAck = 4;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

void SendAtOnce(const FileDescriptor& socket) {
  const int on = 1;
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

unsigned TypeOf(std::string_view packet) {
  return packet.empty() ? 0U : static_cast<unsigned char>(packet.front()) >> 4U;
}

}  // namespace

ProxiedConnection::ProxiedConnection(FileDescriptor client, FileDescriptor broker,
                                     std::uint64_t number, unsigned seed, ProxyFaults& faults)
    : number_(number), faults_(faults), streams_{ShapedStream(seed), ShapedStream(seed + 1)} {
  SendAtOnce(client);
  SendAtOnce(broker);
  sides_[kFromClient].socket = std::move(client);
  sides_[kFromBroker].socket = std::move(broker);
}

void ProxiedConnection::AddTo(std::vector<pollfd>& entries, Clock::time_point now) const {
  for (const std::size_t from : {kFromClient, kFromBroker}) {
    const Side& side = sides_.at(from);
    // A dead socket would be reported again and again.
    pollfd entry{side.dead ? -1 : side.socket.number(), 0, 0};
    if (Wants(from)) entry.events |= POLLIN;
    const std::size_t towards = 1 - from;
    if (!streams_.at(towards).Ready(faults_.shapes.at(towards), now).empty()) {
      entry.events |= POLLOUT;
    }
    entries.push_back(entry);
  }
}

std::optional<Clock::time_point> ProxiedConnection::NextTime(Clock::time_point now) const {
  std::optional<Clock::time_point> next;
  for (const std::size_t direction : {kFromClient, kFromBroker}) {
    const auto time = streams_.at(direction).NextTime(faults_.shapes.at(direction));
    if (time && *time > now && (!next || *time < *next)) next = time;
  }
  return next;
}

bool ProxiedConnection::Wants(std::size_t direction) const {
  const bool black_hole = !sides_[kFromBroker].socket.open();
  return !black_hole && !sides_.at(direction).finished && !faults_.shapes.at(direction).hold &&
         streams_.at(direction).size() < kMostOnTheWay;
}

void ProxiedConnection::Advance() {
  for (const std::size_t direction : {kFromClient, kFromBroker}) {
    if (!ended_) Take(direction);
  }
  for (const std::size_t direction : {kFromClient, kFromBroker}) {
    if (!ended_) Write(direction);
    if (!ended_) EndIfDone(direction);
  }
}

void ProxiedConnection::Take(std::size_t direction) {
  Side& side = sides_.at(direction);
  pollfd state{side.dead ? -1 : side.socket.number(), 0, 0};
  // Only a reset shows without being asked for.
  if (poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0) {
    // What came before it has arrived, unless it is held.
    while (Wants(direction)) Read(direction);
    side.dead = side.finished = true;
  } else if (Wants(direction)) {
    Read(direction);
  }
}

void ProxiedConnection::Read(std::size_t direction) {
  Side& side = sides_.at(direction);
  std::array<char, 16384> chunk{};
  const ssize_t size = recv(side.socket.number(), chunk.data(), chunk.size(), 0);
  if (size < 0 && WouldBlock()) return;
  if (size <= 0) {
    side.finished = true;
    side.dead = size < 0;
    return;
  }
  side.packets.Append({chunk.data(), static_cast<std::size_t>(size)});
  while (auto packet = side.packets.Next()) Pass(direction, *std::move(packet));
}

void ProxiedConnection::Pass(std::size_t direction, std::string packet) {
  if (direction == kFromBroker && faults_.lose_acks && TypeOf(packet) == kPubAck) return;
  if (direction == kFromClient) {
    Observe(packet);
  } else if (faults_.observer != nullptr && TypeOf(packet) == kPubAck) {
    Hear(packet);
  }
  Tamperer& tamperer = faults_.tamperer;
  Tamperer::Passed passed = direction == kFromClient ? tamperer.FromClient(std::move(packet))
                                                     : tamperer.FromBroker(std::move(packet));
  const Clock::time_point now = Clock::now();
  for (std::string& bytes : passed.to_broker) {
    streams_[kFromClient].Push(std::move(bytes), faults_.shapes[kFromClient], now);
  }
  for (std::string& bytes : passed.to_client) {
    streams_[kFromBroker].Push(std::move(bytes), faults_.shapes[kFromBroker], now);
  }
}

void ProxiedConnection::Observe(const std::string& packet) {
  if (TypeOf(packet) == kPublish) carried_publication_ = true;
  const bool observed = TypeOf(packet) == kPublish && faults_.observer != nullptr;
  if (TypeOf(packet) != kConnect && !observed) return;
  auto decoded = DecodePacket(packet);
  if (!decoded.ok() || !decoded->has_value()) return;
  if (const auto* connect = std::get_if<Connect>(&(*decoded)->packet)) {
    client_id_ = connect->client_id;
  } else if (auto* publish = std::get_if<Publish>(&(*decoded)->packet)) {
    if (publish->qos == 0) return;
    faults_.observer->OnPublish(number_, *publish);
    const std::uint16_t packet_id = publish->packet_id;
    unanswered_[packet_id] = std::move(*publish);
  }
}

// Takes a PUBACK: type, length, packet identifier, then perhaps a reason code and properties.
void ProxiedConnection::Hear(const std::string& packet) {
  const auto byte = [&packet](std::size_t place) -> unsigned {
    return place < packet.size() ? static_cast<unsigned char>(packet[place]) : 0U;
  };
  std::size_t place = 1;
  while ((byte(place) & 0x80U) != 0) ++place;
  const auto found =
      unanswered_.find(static_cast<std::uint16_t>(byte(place + 1) << 8U | byte(place + 2)));
  if (found == unanswered_.end()) return;
  faults_.observer->OnAnswer(found->second, static_cast<std::uint8_t>(byte(place + 3)));
  unanswered_.erase(found);
}

void ProxiedConnection::Write(std::size_t direction) {
  Side& destination = sides_.at(1 - direction);
  ShapedStream& stream = streams_.at(direction);
  const Shape& shape = faults_.shapes.at(direction);
  while (!destination.dead && destination.socket.open()) {
    const Clock::time_point now = Clock::now();
    const std::string_view ready = stream.Ready(shape, now);
    if (ready.empty()) return;
    const ssize_t size =
        send(destination.socket.number(), ready.data(), ready.size(), MSG_NOSIGNAL);
    if (size < 0) {
      // Not yet connected is no error.
      if (!WouldBlock() && errno != ENOTCONN) destination.dead = destination.finished = true;
      return;
    }
    stream.Written(static_cast<std::size_t>(size), shape, now);
    // The next byte gets a segment of its own, and other connections their turn.
    if (shape.one_byte_at_a_time) return;
  }
}

// Passes on that the side where `direction` begins has ended, unless that is held.
void ProxiedConnection::EndIfDone(std::size_t direction) {
  const Side& side = sides_.at(direction);
  if (!side.finished || faults_.shapes.at(direction).hold) return;
  if (side.dead) {
    End(true);
  } else if (streams_.at(direction).size() == 0) {
    End(false);
  }
}

void ProxiedConnection::End(bool reset) {
  if (std::exchange(ended_, true)) return;
  for (Side& side : sides_) {
    if (!side.socket.open()) continue;
    if (reset) {
      const linger at_once{1, 0};
      setsockopt(side.socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    } else {
      shutdown(side.socket.number(), SHUT_WR);
    }
    side.socket.Close();
  }
}

}  // namespace dino::testing
