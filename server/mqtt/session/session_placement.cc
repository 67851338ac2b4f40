// What becomes of a session when brokers come and go.
#include <memory>
#include <utility>

#include "server/mqtt/session/session.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {

void Session::PlacementChanged(const std::optional<Newcomers>& newcomers) {
  router_.PlacementChanged();
  if (guests_ != nullptr) guests_->router().PlacementChanged();
  if (!newcomers.has_value() || !options_.has_users) return;
  if (guests_ == nullptr) {
    guests_ = std::make_unique<GuestHome>(number_, options_.routing, peers_);
  }
  router_.HandOver(*newcomers, guests_->router());
}

void Session::Retire() {
  if (retired_ || state_ == State::kClosed) return;
  retired_ = true;
  way_home_.Rest();
  connector_->Cancel();
  if (connected()) return;
  state_ = State::kWaiting;
  router_.Unusable(Clock::now(), Router::Urgency::kNow);
  TellRetired(/*was_connected=*/false);
}

void Session::Revive() {
  if (!std::exchange(retired_, false)) return;
  retry_at_ = Clock::now();
}

void Session::Leave(Clock::time_point now) {
  connection_->Disconnect(kSuccess);
  CountUnsolicited();
  options_.connections->Lost(now);
  queue_.ConnectionLost(now, /*by_broker=*/false);
  connection_.reset();
  state_ = State::kWaiting;
  judge_.ConnectionLost(now);
  use_ = ConnectionUse::kNone;
  router_.Unusable(now, Router::Urgency::kNow);
  TellRetired(/*was_connected=*/true);
}

void Session::TellRetired(bool was_connected) {
  SessionChange change = Change();
  change.was_connected = was_connected;
  change.retired = true;
  change.reason = "the broker is gone from the addresses of its name";
  on_change_(change);
}

}  // namespace dino::mqtt
