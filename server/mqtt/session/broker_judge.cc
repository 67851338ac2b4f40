#include "server/mqtt/session/broker_judge.h"

#include <chrono>

namespace dino::mqtt {
namespace {

// No event is smaller as an MQTT packet.
constexpr std::uint32_t kSmallestEvent = 128;
constexpr std::chrono::seconds kLongestIdle{5};

}  // namespace

bool TakesEvents(const ConnAck& announced) {
  return announced.maximum_packet_size == 0 || announced.maximum_packet_size >= kSmallestEvent;
}

ConnectionUse BrokerJudge::Judge(const ConnAck& announced, Clock::time_point now) {
  if (!health_->left()) probing_ = false;
  if (!TakesEvents(announced)) return ConnectionUse::kNone;
  if (!health_->left() && announced.maximum_qos > 0) return ConnectionUse::kAll;
  if (probing_ && now >= idle_since_ + kLongestIdle) {
    probing_ = false;
    health_->PassOnProbe(session_, now);
  }
  if (!probing_) {
    probing_ = health_->TryProbe(session_, now);
    idle_since_ = now;
    with_all_ = !has_users_;
  }
  if (!peers_.OtherBrokerServes(session_)) {
    // A bad broker is better than none.
    with_all_ = true;
    return ConnectionUse::kAll;
  }
  if (!probing_) return ConnectionUse::kNone;
  return with_all_ ? ConnectionUse::kAll : ConnectionUse::kTrial;
}

void BrokerJudge::ConnectionLost(Clock::time_point now) {
  if (std::exchange(probing_, false)) health_->EndProbe(session_, now);
}

}  // namespace dino::mqtt
