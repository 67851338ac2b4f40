#include "tests/support/http2/http2_peer.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "tests/support/process/loopback.h"

namespace dino::testing {
namespace {

using Type = Http2Frame::Type;

constexpr std::string_view kPing = "are you?";

// The largest frame that every server accepts.
constexpr std::size_t kMaxFrameBytes = 16384;

bool EndsItsStream(const Http2Frame& frame) {
  return frame.type == Type::kRstStream ||
         (frame.type == Type::kHeaders && frame.Has(Http2Frame::kEndStream));
}

// Waits until the socket is readable or, if requested, writable.
bool WaitUntilReady(int socket, bool write) {
  const int events = write ? POLLIN | POLLOUT : POLLIN;
  pollfd entry{socket, static_cast<std::int16_t>(events), 0};
  const std::chrono::milliseconds patience = kPatience;
  return poll(&entry, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

Http2Peer::Http2Peer(std::uint16_t port, Where where) : socket_(ConnectToLoopback(port)) {
  if (socket_.open()) return;
  ended_ = true;
  ADD_FAILURE_AT(where.file, where.line) << "port " << port << " refuses a connection";
}

bool Http2Peer::Send(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    const ssize_t sent =
        send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN || !WaitUntilReady(socket_.number(), true)) {
      ended_ = true;
    } else if (WaitUntilReadable(socket_.number(), Clock::time_point())) {
      Read();
    }
  }
  return !ended_;
}

bool Http2Peer::Greet() { return Send(kHttp2Preface) && Send({Type::kSettings, 0, 0, {}}); }

bool Http2Peer::BeginCall(std::uint32_t stream, const Http2Headers& headers) {
  return Send({Type::kHeaders, Http2Frame::kEndHeaders, stream, EncodeHeaderBlock(headers)});
}

bool Http2Peer::Read() {
  std::array<char, 65536> buffer{};
  const ssize_t size = recv(socket_.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0) {
    frames_.Append({buffer.data(), static_cast<std::size_t>(size)});
  } else if (size == 0 || errno != EAGAIN) {
    ended_ = true;
  }
  return !ended_;
}

bool Http2Peer::Handle(const Http2Frame& frame) {
  switch (frame.type) {
    case Type::kSettings:
      if (frame.Has(Http2Frame::kAck)) return true;
      TakeSettings(frame.payload);
      if (acknowledges_settings_) Send({Type::kSettings, Http2Frame::kAck, 0, {}});
      return true;
    case Type::kPing:
      if (frame.Has(Http2Frame::kAck)) return false;
      Send({Type::kPing, Http2Frame::kAck, 0, frame.payload});
      return true;
    case Type::kWindowUpdate: {
      std::int64_t& window = frame.stream == 0 ? connection_window_ : changes_[frame.stream];
      window += static_cast<std::int64_t>(FromBigEndian(frame.payload));
      return true;
    }
    default:
      return false;
  }
}

void Http2Peer::TakeSettings(std::string_view payload) {
  constexpr std::size_t kSettingBytes = 6;
  constexpr std::size_t kInitialWindowSize = 4;
  for (; payload.size() >= kSettingBytes; payload.remove_prefix(kSettingBytes)) {
    settings_[FromBigEndian(payload.substr(0, 2))] = FromBigEndian(payload.substr(2, 4));
  }
  if (const auto window = Setting(kInitialWindowSize)) {
    stream_window_ = static_cast<std::int64_t>(*window);
  }
}

std::size_t Http2Peer::SendBody(std::uint32_t stream, std::string_view bytes) {
  // What has arrived may have widened the windows.
  while (Next(Clock::time_point())) {
  }
  std::int64_t& change = changes_[stream];
  const std::int64_t window = std::min(connection_window_, stream_window_ + change);
  bytes = bytes.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(window, 0)));
  const auto size = static_cast<std::int64_t>(bytes.size());
  connection_window_ -= size;
  change -= size;
  while (!bytes.empty() && !ended_) {
    const std::string_view part = bytes.substr(0, kMaxFrameBytes);
    Send({Type::kData, 0, stream, std::string(part)});
    bytes.remove_prefix(part.size());
  }
  return static_cast<std::size_t>(size);
}

std::optional<Http2Frame> Http2Peer::Next(Clock::time_point deadline) {
  while (true) {
    while (std::optional<Http2Frame> frame = frames_.Next()) {
      if (!Handle(*frame)) return frame;
    }
    if (ended_ || !WaitUntilReadable(socket_.number(), deadline)) return std::nullopt;
    Read();
  }
}

template <typename Predicate>
std::optional<Http2Frame> Http2Peer::WaitForFrame(const Predicate& wanted, const char* what,
                                                  Where where) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (std::optional<Http2Frame> frame = Next(deadline)) {
    if (wanted(*frame)) return frame;
  }
  if (ended_ && may_end_) return std::nullopt;
  ADD_FAILURE_AT(where.file, where.line)
      << "the server " << (ended_ ? "ends the connection" : "stays silent") << " without " << what;
  return std::nullopt;
}

std::optional<Http2Frame> Http2Peer::WaitFor(Type type, std::uint32_t stream, Where where) {
  return WaitForFrame(
      [&](const Http2Frame& frame) { return frame.type == type && frame.stream == stream; },
      "the frame that was expected", where);
}

std::optional<Http2Frame> Http2Peer::WaitForEndOf(std::uint32_t stream, Where where) {
  return WaitForFrame(
      [&](const Http2Frame& frame) { return frame.stream == stream && EndsItsStream(frame); },
      "the end of the stream", where);
}

void Http2Peer::WaitForEnds(std::size_t count, Where where) {
  std::set<std::uint32_t> ended;
  WaitForFrame(
      [&](const Http2Frame& frame) {
        if (EndsItsStream(frame)) ended.insert(frame.stream);
        return ended.size() == count;
      },
      "the ends of all streams", where);
}

bool Http2Peer::WaitUntilRead(Where where) {
  Send({Type::kPing, 0, 0, std::string(kPing)});
  return WaitForFrame(
             [](const Http2Frame& frame) {
               return frame.type == Type::kPing && frame.payload == kPing;
             },
             "an answer to PING", where)
      .has_value();
}

void Http2Peer::WaitForClose(Where where) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (Next(deadline)) {
  }
  if (ended_) return;
  ADD_FAILURE_AT(where.file, where.line) << "the server does not end the connection";
}

std::optional<std::size_t> Http2Peer::Setting(std::size_t identifier) const {
  const auto setting = settings_.find(identifier);
  return setting == settings_.end() ? std::nullopt : std::optional(setting->second);
}

void Http2Peer::FinishSending() { shutdown(socket_.number(), SHUT_WR); }

}  // namespace dino::testing
