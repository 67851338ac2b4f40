#include "tests/testing/fault_proxy.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

namespace dino::testing {
namespace {

// Directions as indices: of the side that the bytes come from, and of the stream.
constexpr std::size_t kToBroker = 0;
constexpr std::size_t kToClient = 1;

// Beyond this many bytes on their way the sender has to wait.
constexpr std::size_t kMostOnTheWay = 262144;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

void SendAtOnce(const FileDescriptor& socket) {
  const int on = 1;
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Begins to connect; refusals show up later, as a reset.
FileDescriptor BeginToConnect(std::uint16_t port) {
  FileDescriptor result(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int status =
      connect(result.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (status != 0 && errno != EINPROGRESS) result.Close();
  return result;
}

unsigned TypeOf(std::string_view packet) {
  return packet.empty() ? 0U : static_cast<unsigned char>(packet.front()) >> 4U;
}

}  // namespace

FaultProxy::FaultProxy(std::uint16_t broker_port, unsigned seed)
    : broker_port_(broker_port),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      listener_(ListenOnLoopback(port())),
      next_seed_(seed) {
  thread_ = std::thread([this] { Serve(); });
}

FaultProxy::~FaultProxy() {
  Run([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  });
  thread_.join();
}

void FaultProxy::Set(Direction direction, const Shape& shape) {
  Run([&] { shapes_.at(direction == Direction::kToBroker ? kToBroker : kToClient) = shape; });
}

void FaultProxy::SetBoth(const Shape& shape) {
  Run([&] { shapes_.fill(shape); });
}

void FaultProxy::LoseAcks(bool lose) {
  Run([&] { lose_acks_ = lose; });
}

void FaultProxy::Set(Door door) {
  Run([&] {
    door_ = door;
    if (door == Door::kRefuse) {
      listener_.Close();
    } else if (!listener_.open()) {
      listener_ = ListenOnLoopback(port());
    }
  });
}

void FaultProxy::Heal() {
  SetBoth({});
  LoseAcks(false);
  Set(Door::kOpen);
}

void FaultProxy::ResetConnections() {
  Run([this] {
    for (Connection& connection : connections_) End(connection, true);
  });
}

void FaultProxy::CloseConnections() {
  Run([this] {
    for (Connection& connection : connections_) End(connection, false);
  });
}

void FaultProxy::Tamper(Tampering what, const std::string& topic) {
  Run([&] {
    tamperer_.Arm(what, topic);
    const std::lock_guard<std::mutex> lock(mutex_);
    tampering_done_ = false;
  });
}

void FaultProxy::WaitForTampering(Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [this] { return tampering_done_; })) {
    ADD_FAILURE_AT(where.file, where.line) << "nothing was published that could be tampered with";
  }
}

std::size_t FaultProxy::connection_count() {
  std::size_t count = 0;
  Run([&] { count = connections_.size(); });
  return count;
}

std::map<std::string, std::size_t> FaultProxy::LostConnections() {
  std::map<std::string, std::size_t> lost;
  Run([&] { lost = lost_connections_; });
  return lost;
}

void FaultProxy::Run(std::function<void()> task) {
  bool done = false;
  std::unique_lock<std::mutex> lock(mutex_);
  tasks_.emplace_back([this, &done, task = std::move(task)] {
    task();
    const std::lock_guard<std::mutex> done_lock(mutex_);
    done = true;
    changed_.notify_all();
  });
  const std::uint64_t one = 1;
  (void)!write(wake_.number(), &one, sizeof(one));
  changed_.wait(lock, [&done] { return done; });
}

void FaultProxy::Serve() {
  while (true) {
    AwaitWork();
    RunTasks();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (stop_) return;
    }
    Accept();
    for (Connection& connection : connections_) Advance(connection);
    connections_.remove_if([](const Connection& connection) { return connection.ended; });
    if (!tamperer_.done()) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!std::exchange(tampering_done_, true)) changed_.notify_all();
  }
}

void FaultProxy::AwaitWork() {
  std::vector<pollfd> entries{{wake_.number(), POLLIN, 0}};
  if (listener_.open()) entries.push_back({listener_.number(), POLLIN, 0});
  const Clock::time_point now = Clock::now();
  for (const Connection& connection : connections_) {
    for (const std::size_t from : {kToBroker, kToClient}) {
      const Side& side = connection.sides.at(from);
      // A dead socket would be reported again and again.
      pollfd entry{side.dead ? -1 : side.socket.number(), 0, 0};
      if (Wants(connection, from)) entry.events |= POLLIN;
      const std::size_t towards = 1 - from;
      if (!connection.streams.at(towards).Ready(shapes_.at(towards), now).empty()) {
        entry.events |= POLLOUT;
      }
      entries.push_back(entry);
    }
  }
  poll(entries.data(), entries.size(), PollTimeout());
}

int FaultProxy::PollTimeout() const {
  const Clock::time_point now = Clock::now();
  std::optional<Clock::time_point> next;
  for (const Connection& connection : connections_) {
    for (const std::size_t direction : {kToBroker, kToClient}) {
      const auto time = connection.streams.at(direction).NextTime(shapes_.at(direction));
      if (time && *time > now && (!next || *time < *next)) next = time;
    }
  }
  if (!next) return -1;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*next - now).count());
}

void FaultProxy::RunTasks() {
  std::uint64_t count = 0;
  (void)!read(wake_.number(), &count, sizeof(count));
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

void FaultProxy::Accept() {
  while (listener_.open() && WaitUntilReadable(listener_.number(), Clock::now())) {
    FileDescriptor socket(
        accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.open()) return;
    SendAtOnce(socket);
    Connection& connection = connections_.emplace_back(next_seed_);
    next_seed_ += 2;
    connection.sides[kToBroker].socket = std::move(socket);
    if (door_ == Door::kBlackHole) continue;
    connection.sides[kToClient].socket = BeginToConnect(broker_port_);
    if (!connection.sides[kToClient].socket.open()) {
      End(connection, true);
      continue;
    }
    SendAtOnce(connection.sides[kToClient].socket);
  }
}

bool FaultProxy::Wants(const Connection& connection, std::size_t direction) const {
  const Side& from = connection.sides.at(direction);
  const bool black_hole = !connection.sides[kToClient].socket.open();
  return !black_hole && !from.finished && !shapes_.at(direction).hold &&
         connection.streams.at(direction).size() < kMostOnTheWay;
}

void FaultProxy::Advance(Connection& connection) {
  for (const std::size_t direction : {kToBroker, kToClient}) {
    if (connection.ended) return;
    Side& side = connection.sides.at(direction);
    pollfd state{side.dead ? -1 : side.socket.number(), 0, 0};
    // Only a reset shows without being asked for.
    if (poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0) {
      // What came before it has arrived, unless it is held.
      while (Wants(connection, direction)) Read(connection, direction);
      side.dead = side.finished = true;
    } else if (Wants(connection, direction)) {
      Read(connection, direction);
    }
  }
  for (const std::size_t direction : {kToBroker, kToClient}) {
    if (!connection.ended) Write(connection, direction);
    if (!connection.ended) EndIfDone(connection, direction);
  }
}

void FaultProxy::Read(Connection& connection, std::size_t direction) {
  Side& side = connection.sides.at(direction);
  std::array<char, 16384> chunk{};
  const ssize_t size = recv(side.socket.number(), chunk.data(), chunk.size(), 0);
  if (size < 0 && WouldBlock()) return;
  if (size <= 0) {
    side.finished = true;
    side.dead = size < 0;
    return;
  }
  side.packets.Append({chunk.data(), static_cast<std::size_t>(size)});
  while (auto packet = side.packets.Next()) Pass(connection, direction, *std::move(packet));
}

void FaultProxy::Pass(Connection& connection, std::size_t direction, std::string packet) {
  constexpr unsigned kPubAck = 4;
  if (direction == kToClient && lose_acks_ && TypeOf(packet) == kPubAck) return;
  if (direction == kToBroker) Observe(connection, packet);
  Tamperer::Passed passed = direction == kToBroker ? tamperer_.FromClient(std::move(packet))
                                                   : tamperer_.FromBroker(std::move(packet));
  const Clock::time_point now = Clock::now();
  for (std::string& bytes : passed.to_broker) {
    connection.streams[kToBroker].Push(std::move(bytes), shapes_[kToBroker], now);
  }
  for (std::string& bytes : passed.to_client) {
    connection.streams[kToClient].Push(std::move(bytes), shapes_[kToClient], now);
  }
}

void FaultProxy::Observe(Connection& connection, const std::string& packet) {
  constexpr unsigned kConnect = 1;
  constexpr unsigned kPublish = 3;
  if (TypeOf(packet) == kPublish) connection.carried_publication = true;
  if (TypeOf(packet) != kConnect) return;
  const auto decoded = DecodePacket(packet);
  if (!decoded.ok() || !decoded->has_value()) return;
  if (const auto* connect = std::get_if<Connect>(&(*decoded)->packet)) {
    connection.client_id = connect->client_id;
  }
}

void FaultProxy::Write(Connection& connection, std::size_t direction) {
  Side& destination = connection.sides.at(1 - direction);
  ShapedStream& stream = connection.streams.at(direction);
  const Shape& shape = shapes_.at(direction);
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
void FaultProxy::EndIfDone(Connection& connection, std::size_t direction) {
  const Side& side = connection.sides.at(direction);
  if (!side.finished || shapes_.at(direction).hold) return;
  if (side.dead) {
    End(connection, true);
  } else if (connection.streams.at(direction).size() == 0) {
    End(connection, false);
  }
}

void FaultProxy::End(Connection& connection, bool reset) {
  if (connection.ended) return;
  connection.ended = true;
  if (connection.carried_publication) ++lost_connections_[connection.client_id];
  for (Side& side : connection.sides) {
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
