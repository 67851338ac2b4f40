#include "tests/support/mqtt/fake_broker.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace dino::testing {
namespace {

// Appends what has arrived to `buffer`. False at the end of the stream.
bool ReadSome(int socket, std::string& buffer) {
  std::array<char, 65536> chunk{};
  const ssize_t size = recv(socket, chunk.data(), chunk.size(), 0);
  if (size < 0) return errno == EINTR;
  buffer.append(chunk.data(), static_cast<std::size_t>(size));
  return size > 0;
}

std::string Describe(const Packet& packet) {
  std::string text(PacketName(packet));
  if (const auto* publish = std::get_if<Publish>(&packet)) {
    text += " to " + publish->topic + ": " + publish->payload.substr(0, 200);
  }
  if (const auto* disconnect = std::get_if<Disconnect>(&packet)) {
    text += " with reason " + std::to_string(disconnect->reason_code);
  }
  return text;
}

}  // namespace

std::optional<Packet> FakeConnection::Receive(Clock::time_point deadline, Where where) {
  while (!broken_) {
    auto decoded = DecodePacket(unread_);
    if (!decoded.ok()) {
      ADD_FAILURE_AT(where.file, where.line) << "the peer sent a " << decoded.status();
      broken_ = true;
      return std::nullopt;
    }
    if (decoded->has_value()) {
      unread_.erase(0, (*decoded)->size);
      return std::move((*decoded)->packet);
    }
    if (ended_ || !socket_.open() || !WaitUntilReadable(socket_.number(), deadline)) break;
    if (!ReadSome(socket_.number(), unread_)) ended_ = true;
  }
  return std::nullopt;
}

void FakeConnection::Fail(std::string_view expected, const std::optional<Packet>& packet,
                          Where where) {
  // The first failure shows what went wrong; those it causes would only hide it.
  if (std::exchange(broken_, true)) return;
  std::string instead = "nothing came";
  if (packet) {
    instead = Describe(*packet) + " came";
  } else if (ended_ || !socket_.open()) {
    instead = "the connection ended";
  }
  ADD_FAILURE_AT(where.file, where.line) << "expected " << expected << ", but " << instead;
}

template <typename Expected>
std::optional<Expected> FakeConnection::Expect(std::string_view name, Where where) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (true) {
    std::optional<Packet> packet = Receive(deadline, where);
    if (packet) {
      if (auto* expected = std::get_if<Expected>(&*packet)) return std::move(*expected);
      if (std::holds_alternative<PingReq>(*packet)) {
        Send(PingResp{});
        continue;
      }
    }
    Fail(name, packet, where);
    return std::nullopt;
  }
}

Connect FakeConnection::ExpectConnect(Where where) {
  return Expect<Connect>("CONNECT", where).value_or(Connect{});
}

Publish FakeConnection::ExpectPublish(Where where) {
  return Expect<Publish>("PUBLISH", where).value_or(Publish{});
}

Publish FakeConnection::ExpectPublish(std::string_view topic, std::string_view payload,
                                      Where where) {
  Publish publish = ExpectPublish(where);
  if (!broken_ && (publish.topic != topic || publish.payload != payload)) {
    Fail("PUBLISH to " + std::string(topic) + ": " + std::string(payload), publish, where);
  }
  return publish;
}

std::vector<Publish> FakeConnection::ExpectPublishes(std::size_t count, Where where) {
  std::vector<Publish> publishes;
  while (publishes.size() < count && !broken_) publishes.push_back(ExpectPublish(where));
  return publishes;
}

void FakeConnection::ExpectPingReq(Where where) { Expect<PingReq>("PINGREQ", where); }

Disconnect FakeConnection::ExpectDisconnect(Where where) {
  return Expect<Disconnect>("DISCONNECT", where).value_or(Disconnect{});
}

void FakeConnection::ExpectClosed(Where where) {
  const std::optional<Packet> packet = Receive(Clock::now() + kPatience, where);
  if (packet || !ended_) Fail("the connection's end", packet, where);
}

void FakeConnection::ExpectNothingMore(Where where) {
  const std::optional<Packet> packet = Receive(Clock::now(), where);
  if (packet && !std::holds_alternative<PingReq>(*packet)) Fail("nothing more", packet, where);
}

void FakeConnection::SendBytes(std::string_view bytes) {
  while (!bytes.empty() && socket_.open()) {
    const ssize_t size = send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EINTR) return;
    if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void FakeConnection::Close() { socket_.Close(); }

void FakeConnection::Reset() {
  if (!socket_.open()) return;
  const linger abort_on_close{1, 0};
  setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &abort_on_close, sizeof(abort_on_close));
  socket_.Close();
}

FakeConnection FakeBroker::Accept(Where where) {
  if (!WaitUntilReadable(listener_.number(), Clock::now() + kPatience)) {
    ADD_FAILURE_AT(where.file, where.line) << "expected a connection, but none came";
    return FakeConnection(FileDescriptor());
  }
  return FakeConnection(
      FileDescriptor(accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC)));
}

FakeConnection FakeBroker::AcceptSession(const ConnAck& answer, Where where) {
  FakeConnection connection = Accept(where);
  connection.ExpectConnect(where);
  connection.Send(answer);
  return connection;
}

void FakeBroker::ExpectNoConnection(Where where) {
  if (listener_.open() && WaitUntilReadable(listener_.number(), Clock::now())) {
    ADD_FAILURE_AT(where.file, where.line) << "a connection came that was not expected";
  }
}

}  // namespace dino::testing
