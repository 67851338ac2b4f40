#ifndef DINO_SERVER_MQTT_SESSION_WITNESS_H_
#define DINO_SERVER_MQTT_SESSION_WITNESS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/session/backoff.h"
#include "server/mqtt/session/session.h"

namespace dino::mqtt {

// A connection on which nothing is published, so that no publication can end it: it tells a broker
// that closes a connection on a publication from one that is down. Counts among the broker's
// connections (`SessionOptions::connections`).
//
// Belongs to its loop's thread.
class Witness : private SocketHandler, private Channel::Listener {
 public:
  // `options`: as those of the connection that it stands beside.
  Witness(const SessionOptions& options, unsigned seed, const ConnectorFactory& make_connector,
          Connector::ResolveFunction resolve);
  ~Witness() override = default;

  // Has it there from here on, again after each loss, until it is dismissed.
  void Call() { called_ = true; }
  void Dismiss();

  // True if it is there, or there is no use in waiting for it.
  bool settled() const { return connection_ != nullptr || failed_; }

  void OnResolved(const std::string& host, const absl::StatusOr<Resolver::Addresses>& addresses) {
    connector_->OnResolved(host, addresses);
  }

  // Does what is due. Returns when it wants to be called again at the latest.
  Clock::time_point Advance(Clock::time_point now);

 private:
  void OnSocket(std::uint32_t events) override;
  void OnPubAck(int, std::uint8_t, std::string_view) override {}

  void OnConnectorDone(const absl::Status& status);
  void Lost();

  const SessionOptions options_;
  const std::unique_ptr<Connector> connector_;
  std::unique_ptr<Channel> connection_;
  bool called_ = false;
  // The last attempt has.
  bool failed_ = false;
  Backoff backoff_;
  Clock::time_point connect_at_;
  Clock::time_point keep_alive_at_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_WITNESS_H_
