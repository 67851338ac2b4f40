#include "tests/support/mqtt/automatic_broker.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace dino::testing {
namespace {

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

AutomaticBroker::AutomaticBroker(const AutomaticBroker* other, std::uint8_t last)
    : port_(other == nullptr ? std::make_optional<LoopbackPort>() : std::nullopt),
      number_(other == nullptr ? port_->number() : other->port()),
      last_(last),
      listener_(ListenOnLoopback(number_, last)),
      answer_([](const Publish& /*publish*/) { return std::uint8_t{0}; }),
      thread_(
          [this](std::vector<pollfd>& entries) {
            AddTo(entries);
            return std::nullopt;
          },
          [this] { Advance(); }) {}

std::vector<Publish> AutomaticBroker::publications() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return publications_;
}

std::vector<Publish> AutomaticBroker::WaitForPublications(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return publications_.size() >= count; })) {
    ADD_FAILURE_AT(where.file, where.line)
        << "expected " << count << " publications, but " << publications_.size() << " came";
  }
  return publications_;
}

void AutomaticBroker::WaitForSessions(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return sessions_ == count; })) {
    ADD_FAILURE_AT(where.file, where.line)
        << "expected " << count << " sessions, but there are " << sessions_;
  }
}

void AutomaticBroker::AnswerWith(Answer answer) {
  thread_.Run([this, answer = std::move(answer)] { answer_ = answer; });
}

void AutomaticBroker::GreetWith(const ConnAck& greeting) {
  thread_.Run([this, greeting] { greeting_ = greeting; });
}

void AutomaticBroker::LimitSessions(std::size_t most) {
  thread_.Run([this, most] { most_sessions_ = most; });
}

void AutomaticBroker::HoldAcks() {
  thread_.Run([this] { hold_acks_ = true; });
}

void AutomaticBroker::ReleaseAcks() {
  thread_.Run([this] {
    hold_acks_ = false;
    for (Connection& connection : connections_) Acknowledge(connection);
  });
}

void AutomaticBroker::EndOn(Intolerance intolerance) {
  thread_.Run([this, &intolerance] { intolerance_ = std::move(intolerance); });
}

std::size_t AutomaticBroker::ended_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return ended_count_;
}

void AutomaticBroker::StopListening() {
  thread_.Run([this] { listener_.Close(); });
}

void AutomaticBroker::Listen() {
  thread_.Run([this] { listener_ = ListenOnLoopback(number_, last_); });
}

void AutomaticBroker::DropConnections(const std::string& last_words) {
  thread_.Run([this, &last_words] {
    for (Connection& connection : connections_) {
      connection.unsent += last_words;
      Flush(connection);
    }
    connections_.clear();
    CountSessions();
  });
}

void AutomaticBroker::AddTo(std::vector<pollfd>& entries) const {
  if (listener_.open()) entries.push_back({listener_.number(), POLLIN, 0});
  for (const Connection& connection : connections_) {
    pollfd entry{connection.socket.number(), POLLIN, 0};
    if (!connection.unsent.empty()) entry.events |= POLLOUT;
    entries.push_back(entry);
  }
}

void AutomaticBroker::Advance() {
  Accept();
  for (Connection& connection : connections_) {
    Read(connection);
    Flush(connection);
  }
  connections_.remove_if([](const Connection& connection) { return connection.ended; });
  CountSessions();
}

void AutomaticBroker::Accept() {
  while (listener_.open() && WaitUntilReadable(listener_.number(), Clock::now())) {
    FileDescriptor socket(
        accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.open()) return;
    connections_.emplace_back().socket = std::move(socket);
  }
}

void AutomaticBroker::Read(Connection& connection) {
  std::array<char, 65536> chunk{};
  const ssize_t size = recv(connection.socket.number(), chunk.data(), chunk.size(), 0);
  if (size < 0 && WouldBlock()) return;
  if (size <= 0) {
    connection.ended = true;
    return;
  }
  connection.unread.append(chunk.data(), static_cast<std::size_t>(size));
  std::string_view rest = connection.unread;
  while (true) {
    const auto decoded = DecodePacket(rest);
    if (!decoded.ok()) {
      ADD_FAILURE() << "the peer sent a " << decoded.status();
      connection.ended = true;
      return;
    }
    if (!decoded->has_value()) break;
    Handle(connection, (*decoded)->packet);
    rest.remove_prefix((*decoded)->size);
  }
  connection.unread.erase(0, connection.unread.size() - rest.size());
  if (!hold_acks_) Acknowledge(connection);
}

void AutomaticBroker::Handle(Connection& connection, const Packet& packet) {
  if (std::holds_alternative<Connect>(packet)) {
    ConnAck answer = greeting_;
    if (GreetedCount() >= most_sessions_) answer.reason_code = 0x97;
    connection.greeted = answer.reason_code == 0;
    connection.unsent += Encode(answer);
  } else if (std::holds_alternative<PingReq>(packet)) {
    connection.unsent += Encode(PingResp{});
  } else if (std::holds_alternative<Disconnect>(packet)) {
    connection.ended = true;
  } else {
    Receive(connection, std::get<Publish>(packet));
  }
}

void AutomaticBroker::Receive(Connection& connection, const Publish& publish) {
  if (connection.ended) return;
  const std::optional<End> end = intolerance_ ? intolerance_(publish) : std::nullopt;
  if (end.has_value()) {
    if (!hold_acks_) Acknowledge(connection);
    connection.unsent += end->last_words;
    Flush(connection);
    if (end->reset) {
      const linger at_once{1, 0};
      setsockopt(connection.socket.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    connection.ended = true;
  } else if (publish.qos > 0) {
    connection.unacknowledged.push_back(publish);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  publications_.push_back(publish);
  ended_count_ += end.has_value() ? 1 : 0;
  changed_.notify_all();
}

void AutomaticBroker::Acknowledge(Connection& connection) {
  for (const Publish& publish : connection.unacknowledged) {
    connection.unsent += Encode(PubAck{publish.packet_id, answer_(publish)});
  }
  connection.unacknowledged.clear();
  Flush(connection);
}

void AutomaticBroker::Flush(Connection& connection) {
  std::string& unsent = connection.unsent;
  while (!unsent.empty() && !connection.ended) {
    const ssize_t size =
        send(connection.socket.number(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (size < 0) {
      connection.ended = !WouldBlock();
      return;
    }
    unsent.erase(0, static_cast<std::size_t>(size));
  }
}

std::size_t AutomaticBroker::GreetedCount() const {
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(),
                    [](const Connection& each) { return each.greeted; }));
}

void AutomaticBroker::CountSessions() {
  const std::lock_guard<std::mutex> lock(mutex_);
  sessions_ = GreetedCount();
  changed_.notify_all();
}

}  // namespace dino::testing
