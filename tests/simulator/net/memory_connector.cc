#include "tests/simulator/net/memory_connector.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "tests/simulator/broker/packets.h"

namespace dino::simulator {

void MemoryConnector::Start(Target target) {
  Cancel();
  target_ = std::move(target);
  began_at_ = Clock::now();
  endpoint_ = target_.broker.ToString();
  if (endpoint_ == target_.except) {
    done_(absl::AlreadyExistsError("connected to it already"));
    return;
  }
  state_ = State::kReaching;
  auto wire = network_.Connect(replica_, endpoint_);
  auto tap = make_tap_(endpoint_, *wire);
  stream_ = std::make_unique<MemoryStream>(std::move(wire), poller_, std::move(tap));
  stream_->WatchReached(*this);
}

void MemoryConnector::Cancel() {
  stream_.reset();
  channel_.reset();
  connack_.clear();
  state_ = State::kIdle;
}

void MemoryConnector::OnSocket(std::uint32_t events) {
  switch (state_) {
    case State::kReaching:
      return SendConnect();
    case State::kWaiting:
      return ReadConnAck();
    case State::kReady:
      return KeepReady(events);
    case State::kIdle:
      return;
  }
}

void MemoryConnector::SendConnect() {
  state_ = State::kWaiting;
  stream_->output() += ConnectPacket(target_.client_id, options_.keep_alive);
  const absl::Status status = stream_->Flush();
  if (!status.ok()) return Fail(status);
  stream_->Watch(*this);
}

void MemoryConnector::ReadConnAck() {
  if (stream_->pending()) {
    const absl::Status status = stream_->Flush();
    if (!status.ok()) return Fail(status);
    stream_->Watch(*this);
  }
  // Byte by byte: what follows belongs to the channel.
  char byte = 0;
  while (!IsWholePacket(connack_)) {
    const std::int64_t count = stream_->ReadSome(&byte, 1);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return Fail(absl::UnavailableError("lost before CONNACK"));
    connack_ += byte;
  }
  const auto connack = ParseConnAck(connack_);
  if (!connack.has_value()) return Fail(absl::UnavailableError("no CONNACK"));
  if (connack->reason_code >= 0x80) {
    return Fail(absl::UnavailableError(absl::StrCat("refused: ", connack->reason_code)));
  }
  mqtt::ConnAck announced;
  announced.receive_maximum = connack->receive_maximum;
  announced.maximum_qos = connack->maximum_qos;
  channel_ = std::make_unique<mqtt::Channel>(std::move(stream_), announced, options_.keep_alive);
  channel_->HandTo(*this, *this);
  channel_->Watch();
  state_ = State::kReady;
  done_(absl::OkStatus());
}

void MemoryConnector::KeepReady(std::uint32_t events) {
  const absl::Status status = channel_->OnSocket(events);
  if (!status.ok()) return Fail(status);
  channel_->Watch();
}

void MemoryConnector::Advance(Clock::time_point now) {
  if (now >= NextTimer()) Fail(absl::DeadlineExceededError("no answer in time"));
}

Clock::time_point MemoryConnector::NextTimer() const {
  switch (state_) {
    case State::kReaching:
      return began_at_ + options_.reach_timeout;
    case State::kWaiting:
      return began_at_ + options_.connect_timeout;
    case State::kIdle:
    case State::kReady:
      break;
  }
  return Clock::time_point::max();
}

std::unique_ptr<mqtt::Channel> MemoryConnector::Take() {
  state_ = State::kIdle;
  return std::move(channel_);
}

void MemoryConnector::Fail(const absl::Status& why) {
  Cancel();
  done_(why);
}

}  // namespace dino::simulator
