#include "tests/support/mqtt/fault_proxy.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace dino::testing {
namespace {

using BrokerAddress = FaultProxy::BrokerAddress;

// Fails the test, and returns none, if the host has no address.
BrokerAddress LookUp(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  BrokerAddress address;
  if (error != 0) {
    ADD_FAILURE() << host << " has no address: " << gai_strerror(error);
    return address;
  }
  address.size = found->ai_addrlen;
  std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return address;
}

// Starts to connect; a refusal shows later, as a reset.
FileDescriptor BeginToConnect(const BrokerAddress& address) {
  FileDescriptor result(
      ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int status =
      connect(result.number(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size);
  if (status != 0 && errno != EINPROGRESS) result.Close();
  return result;
}

std::uint64_t NextNumber() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

FaultProxy::FaultProxy(std::uint16_t broker_port, unsigned seed, ProxyObserver* observer)
    : FaultProxy(LookUp("127.0.0.1", broker_port), seed, observer) {}

FaultProxy::FaultProxy(const std::string& host, std::uint16_t port, ProxyObserver* observer)
    : FaultProxy(LookUp(host, port), 1, observer) {}

FaultProxy::FaultProxy(const BrokerAddress& broker, unsigned seed, ProxyObserver* observer)
    : broker_(broker),
      listener_(ListenOnLoopback(port())),
      faults_{{}, false, {}, observer},
      next_seed_(seed),
      thread_([this](std::vector<pollfd>& entries) { return AddTo(entries); },
              [this] { Advance(); }) {}

void FaultProxy::Set(Direction direction, const Shape& shape) {
  thread_.Run([&] {
    faults_.shapes.at(direction == Direction::kToBroker ? kFromClient : kFromBroker) = shape;
  });
}

void FaultProxy::SetBoth(const Shape& shape) {
  thread_.Run([&] { faults_.shapes.fill(shape); });
}

void FaultProxy::LoseAcks(bool lose) {
  thread_.Run([&] { faults_.lose_acks = lose; });
}

void FaultProxy::Set(Door door) {
  thread_.Run([&] {
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
  thread_.Run([this] {
    for (ProxiedConnection& connection : connections_) connection.End(true);
    ForgetEnded();
  });
}

void FaultProxy::CloseConnections() {
  thread_.Run([this] {
    for (ProxiedConnection& connection : connections_) connection.End(false);
    ForgetEnded();
  });
}

void FaultProxy::Tamper(Tampering what, const std::string& topic) {
  thread_.Run([&] {
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
  thread_.Run([&] { count = connections_.size(); });
  return count;
}

std::map<std::string, std::vector<Clock::time_point>> FaultProxy::LostConnections() {
  std::map<std::string, std::vector<Clock::time_point>> lost;
  thread_.Run([&] { lost = lost_connections_; });
  return lost;
}

std::optional<Clock::time_point> FaultProxy::AddTo(std::vector<pollfd>& entries) const {
  if (listener_.open()) entries.push_back({listener_.number(), POLLIN, 0});
  const Clock::time_point now = Clock::now();
  std::optional<Clock::time_point> next;
  for (const ProxiedConnection& connection : connections_) {
    connection.AddTo(entries, now);
    const auto time = connection.NextTime(now);
    if (time && (!next || *time < *next)) next = time;
  }
  return next;
}

void FaultProxy::Advance() {
  Accept();
  for (ProxiedConnection& connection : connections_) connection.Advance();
  ForgetEnded();
  if (!faults_.tamperer.done()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!std::exchange(tampering_done_, true)) changed_.notify_all();
}

void FaultProxy::Accept() {
  while (listener_.open() && WaitUntilReadable(listener_.number(), Clock::now())) {
    FileDescriptor socket(
        accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.open()) return;
    FileDescriptor to_broker;
    if (door_ != Door::kBlackHole) to_broker = BeginToConnect(broker_);
    const bool refused = door_ != Door::kBlackHole && !to_broker.open();
    connections_.emplace_back(std::move(socket), std::move(to_broker), NextNumber(), next_seed_,
                              faults_);
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
    if (faults_.observer != nullptr) faults_.observer->OnEnd(connection.number());
    return true;
  });
}

}  // namespace dino::testing
