#include "tests/simulator/net/memory_connector.h"

#include "tests/simulator/broker/packets.h"

namespace dino::simulator {

void MemoryConnector::Start(Target target) {
  Cancel();
  target_ = std::move(target);
  began_at_ = Clock::now();
  endpoint_ = network_.EndpointOf(target_.broker, target_.address);
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
  state_ = State::kIdle;
}

void MemoryConnector::OnSocket(std::uint32_t events) {
  switch (state_) {
    case State::kReaching:
      return SendConnect();
    case State::kWaiting:
    case State::kReady:
      return GoOn(events);
    case State::kIdle:
      return;
  }
}

void MemoryConnector::SendConnect() {
  state_ = State::kWaiting;
  stream_->output() += ConnectPacket(target_.client_id, options_.keep_alive);
  const absl::Status status = stream_->Flush();
  if (!status.ok()) return Fail(status);
  channel_ = std::make_unique<mqtt::Channel>(std::move(stream_), options_.keep_alive);
  channel_->HandTo(*this, *this);
}

void MemoryConnector::GoOn(std::uint32_t events) {
  const absl::Status status = channel_->OnSocket(events);
  if (!status.ok()) return Fail(absl::UnavailableError(channel_->ReasonOfLoss(status)));
  channel_->Watch();
  if (state_ == State::kReady || !channel_->accepted()) return;
  state_ = State::kReady;
  done_(absl::OkStatus());
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
