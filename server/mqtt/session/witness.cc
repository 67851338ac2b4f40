#include "server/mqtt/session/witness.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
Witness::Witness(const SessionOptions& options, unsigned seed,
                 const ConnectorFactory& make_connector, Connector::ResolveFunction resolve)
    : options_(options),
      connector_(make_connector(options, std::move(resolve),
                                [this](const absl::Status& status) { OnConnectorDone(status); })),
      backoff_(seed) {}

void Witness::OnConnectorDone(const absl::Status& status) {
  const Clock::time_point now = Clock::now();
  failed_ = !status.ok();
  if (failed_) {
    connect_at_ = now + backoff_.Next();
    return;
  }
  connection_ = connector_->Take();
  connection_->HandTo(*this, *this);
  options_.connections->Made();
  keep_alive_at_ = now + Channel::kKeepAliveCheck;
}

void Witness::OnSocket(std::uint32_t events) {
  if (connection_ == nullptr) return;
  if (!connection_->OnSocket(events).ok()) Lost();
}

void Witness::Lost() {
  const Clock::time_point now = Clock::now();
  connection_.reset();
  options_.connections->Lost(now);
  connect_at_ = now + backoff_.Next();
}

Clock::time_point Witness::Advance(Clock::time_point now) {
  if (called_ && connection_ == nullptr && connector_->idle() && now >= connect_at_) {
    connector_->Start({options_.broker.host, /*choice=*/0, absl::StrCat(options_.client_id, "w"),
                       options_.broker.address, /*except=*/""});
  }
  connector_->Advance(now);
  if (connection_ != nullptr && now >= keep_alive_at_) {
    keep_alive_at_ = now + Channel::kKeepAliveCheck;
    if (!connection_->KeepAlive(now).ok()) Lost();
  }
  if (connection_ != nullptr) {
    connection_->Watch();
    return keep_alive_at_;
  }
  const bool waits = called_ && connector_->idle();
  return waits ? connect_at_ : connector_->NextTimer();
}

void Witness::Dismiss() {
  called_ = false;
  failed_ = false;
  connector_->Cancel();
  if (connection_ == nullptr) return;
  connection_->Disconnect(kSuccess);
  connection_.reset();
  options_.connections->Lost(Clock::now());
  backoff_.Reset();
}

}  // namespace dino::mqtt
