#ifndef DINO_SERVER_MQTT_LINK_CONNECTOR_H_
#define DINO_SERVER_MQTT_LINK_CONNECTOR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/host_port.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/link/broker_access.h"
#include "server/mqtt/link/connection.h"
#include "server/mqtt/link/poller.h"
#include "server/mqtt/link/resolver.h"

namespace dino::mqtt {

struct ConnectOptions {
  // Never null.
  std::shared_ptr<BrokerAccess> access = std::make_shared<BrokerAccess>();
  std::chrono::seconds keep_alive{30};
  // How long a look-up may take before the addresses of the last one are used.
  Clock::duration look_up_timeout = std::chrono::seconds(1);
  // How long the network may take to reach the broker.
  Clock::duration reach_timeout = std::chrono::milliseconds(1500);
  // How long the way from a socket to CONNACK may take.
  Clock::duration connect_timeout = std::chrono::milliseconds(1800);
  // The same once several attempts in a row were given up for want of a CONNACK: the broker may
  // be there, but slow.
  Clock::duration patient_connect_timeout = std::chrono::seconds(5);
};

// Makes one connection at a time: looks the broker's name up, connects, and waits for CONNACK.
//
// A name is looked up for every attempt. While the name servers do not answer, the addresses that
// they gave last are used.
//
// Belongs to its loop's thread.
class Connector : private SocketHandler {
 public:
  struct Target {
    HostPort broker;
    // Which of the name's addresses is used, counted round.
    std::size_t choice = 0;
    std::string client_id;
    // An address and port that is not connected to; empty for none.
    std::string except;
  };

  // Asks for a look-up; the answer must come by `OnResolved`.
  using ResolveFunction = std::function<void(const std::string& host)>;

  // Called at the end of an attempt: OK if there is a connection that is `ready` to be taken,
  // ALREADY_EXISTS if the attempt leads to what is excepted, else why there is no connection; and
  // called again if a connection is lost before it is taken.
  using DoneFunction = std::function<void(const absl::Status&)>;

  // `poller` outlives the connector, and what `Take` gives.
  Connector(ConnectOptions options, Poller& poller, ResolveFunction resolve, DoneFunction done)
      : options_(std::move(options)),
        poller_(poller),
        resolve_(std::move(resolve)),
        done_(std::move(done)) {}

  // Begins an attempt. One that is under way, or its connection, is given up without a word.
  void Start(Target target);
  void Cancel();

  void OnResolved(const std::string& host, const absl::StatusOr<Resolver::Addresses>& addresses);

  // Gives up what has taken too long.
  void Advance(Clock::time_point now);
  Clock::time_point NextTimer() const;

  bool ready() const { return state_ == State::kReady; }
  bool idle() const { return state_ == State::kIdle; }

  // When the attempt began; when it had an address, if it needed one.
  Clock::time_point began_at() const { return began_at_; }
  // The address and port that the last attempt led to.
  const std::string& endpoint() const { return endpoint_; }

  // REQUIRES: ready().
  std::unique_ptr<Connection> Take();

 private:
  enum class State { kIdle, kResolving, kConnecting, kReady };

  void OnSocket(std::uint32_t events) override;
  void OpenKnown();
  void Open(const std::string& address);
  absl::Status Connect(const std::string& address);
  void Fail(const absl::Status& why);

  const ConnectOptions options_;
  Poller& poller_;
  const ResolveFunction resolve_;
  const DoneFunction done_;

  State state_ = State::kIdle;
  Target target_;
  std::string endpoint_;
  std::unique_ptr<Connection> connection_;
  // True once the network has reached the broker.
  bool reached_ = false;
  Clock::time_point began_at_;
  Clock::time_point deadline_;
  // How many attempts in a row were given up for want of a CONNACK.
  int silences_ = 0;
  // What the name servers said last, by host.
  absl::flat_hash_map<std::string, Resolver::Addresses> known_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_CONNECTOR_H_
