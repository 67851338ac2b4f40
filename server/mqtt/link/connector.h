#ifndef DINO_SERVER_MQTT_LINK_CONNECTOR_H_
#define DINO_SERVER_MQTT_LINK_CONNECTOR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/host_port.h"
#include "server/mqtt/link/broker_access.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/poller.h"
#include "server/mqtt/link/resolver.h"

namespace dino::mqtt {

struct ConnectOptions {
  // Never null.
  std::shared_ptr<BrokerAccess> access = std::make_shared<BrokerAccess>();
  std::chrono::seconds keep_alive{10};
  // How long a look-up may take before the addresses of the last one are used.
  Clock::duration look_up_timeout = std::chrono::seconds(1);
  // How long the network may take to reach the broker.
  Clock::duration reach_timeout = std::chrono::milliseconds(1500);
  // How long the way from a socket to CONNACK may take. Doubles with each attempt that a broker
  // leaves unanswered, up to 30 seconds, until it answers one.
  Clock::duration connect_timeout = std::chrono::seconds(5);
};

// Makes one connection at a time: reaches the broker, and waits for CONNACK.
//
// Belongs to its loop's thread.
class Connector {
 public:
  struct Target {
    HostPort broker;
    // Which of the name's addresses is used, counted round.
    std::size_t choice = 0;
    std::string client_id;
    // Which address is used without a look-up; empty for one of those that the name leads to.
    std::string address = {};
    // An address and port that is not connected to; empty for none.
    std::string except = {};
  };

  // Asks for a look-up; the answer must come by `OnResolved`.
  using ResolveFunction = std::function<void(const std::string& host)>;

  // Called at the end of an attempt: OK if there is a connection that is `ready` to be taken,
  // ALREADY_EXISTS if the attempt leads to what is excepted, else why there is no connection (see
  // `ConnectFailureOf`); and
  // called again if a connection is lost before it is taken.
  using DoneFunction = std::function<void(const absl::Status&)>;

  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;

  // Begins an attempt. One that is under way, or its connection, is given up without a word.
  virtual void Start(Target target) = 0;
  virtual void Cancel() = 0;

  virtual void OnResolved(const std::string& host,
                          const absl::StatusOr<Resolver::Addresses>& addresses) = 0;

  // Gives up what has taken too long.
  virtual void Advance(Clock::time_point now) = 0;
  virtual Clock::time_point NextTimer() const = 0;

  virtual bool ready() const = 0;
  virtual bool idle() const = 0;

  // When the attempt began; when it had an address, if it needed one.
  virtual Clock::time_point began_at() const = 0;
  // The address and port that the last attempt led to.
  virtual const std::string& endpoint() const = 0;

  // REQUIRES: ready().
  virtual std::unique_ptr<Channel> Take() = 0;
};

// Makes the connector of a session. What it makes belongs to one loop.
using ConnectorFactory = std::function<std::unique_ptr<Connector>(
    const ConnectOptions& options, Connector::ResolveFunction resolve,
    Connector::DoneFunction done)>;

// What a loop reaches the world by.
struct Link {
  // Outlives all that `make_connector` makes, and what those make.
  std::unique_ptr<Poller> poller;
  ConnectorFactory make_connector;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_CONNECTOR_H_
