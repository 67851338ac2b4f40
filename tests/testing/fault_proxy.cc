#include "tests/testing/fault_proxy.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

namespace dino::testing {
namespace {

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
  Run([&] {
    faults_.shapes.at(direction == Direction::kToBroker ? kFromClient : kFromBroker) = shape;
  });
}

void FaultProxy::SetBoth(const Shape& shape) {
  Run([&] { faults_.shapes.fill(shape); });
}

void FaultProxy::LoseAcks(bool lose) {
  Run([&] { faults_.lose_acks = lose; });
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
    for (ProxiedConnection& connection : connections_) connection.End(true);
    ForgetEnded();
  });
}

void FaultProxy::CloseConnections() {
  Run([this] {
    for (ProxiedConnection& connection : connections_) connection.End(false);
    ForgetEnded();
  });
}

void FaultProxy::Tamper(Tampering what, const std::string& topic) {
  Run([&] {
    faults_.tamperer.Arm(what, topic);
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

std::map<std::string, std::vector<Clock::time_point>> FaultProxy::LostConnections() {
  std::map<std::string, std::vector<Clock::time_point>> lost;
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
    for (ProxiedConnection& connection : connections_) connection.Advance();
    ForgetEnded();
    if (!faults_.tamperer.done()) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!std::exchange(tampering_done_, true)) changed_.notify_all();
  }
}

void FaultProxy::AwaitWork() {
  std::vector<pollfd> entries{{wake_.number(), POLLIN, 0}};
  if (listener_.open()) entries.push_back({listener_.number(), POLLIN, 0});
  const Clock::time_point now = Clock::now();
  for (const ProxiedConnection& connection : connections_) connection.AddTo(entries, now);
  poll(entries.data(), entries.size(), PollTimeout());
}

int FaultProxy::PollTimeout() const {
  const Clock::time_point now = Clock::now();
  std::optional<Clock::time_point> next;
  for (const ProxiedConnection& connection : connections_) {
    const auto time = connection.NextTime(now);
    if (time && (!next || *time < *next)) next = time;
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
    FileDescriptor to_broker;
    if (door_ != Door::kBlackHole) to_broker = BeginToConnect(broker_port_);
    const bool refused = door_ != Door::kBlackHole && !to_broker.open();
    connections_.emplace_back(std::move(socket), std::move(to_broker), next_seed_, faults_);
    next_seed_ += 2;
    if (refused) connections_.back().End(true);
  }
}

void FaultProxy::ForgetEnded() {
  connections_.remove_if([this](const ProxiedConnection& connection) {
    if (!connection.ended()) return false;
    if (connection.carried_publication()) {
      lost_connections_[connection.client_id()].push_back(Clock::now());
    }
    return true;
  });
}

}  // namespace dino::testing
