#ifndef DINO_SERVER_MQTT_LINK_SOCKET_CONNECTOR_H_
#define DINO_SERVER_MQTT_LINK_SOCKET_CONNECTOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/link/epoll_poller.h"
#include "server/mqtt/link/handshake.h"

namespace dino::mqtt {

// Connects by a socket, with TLS or without.
//
// A name is looked up for every attempt. While the name servers do not answer, the addresses that
// they gave last are used.
class SocketConnector : public Connector, private SocketHandler, private Channel::Listener {
 public:
  // `poller` outlives the connector, and what `Take` gives.
  SocketConnector(ConnectOptions options, EpollPoller& poller, ResolveFunction resolve,
                  DoneFunction done)
      : options_(std::move(options)),
        poller_(poller),
        resolve_(std::move(resolve)),
        done_(std::move(done)) {}

  void Start(Target target) override;
  void Cancel() override;
  void OnResolved(const std::string& host,
                  const absl::StatusOr<Resolver::Addresses>& addresses) override;
  void Advance(Clock::time_point now) override;
  Clock::time_point NextTimer() const override;
  bool ready() const override { return state_ == State::kReady; }
  bool idle() const override { return state_ == State::kIdle; }
  Clock::time_point began_at() const override { return began_at_; }
  const std::string& endpoint() const override { return endpoint_; }
  std::unique_ptr<Channel> Take() override;

 private:
  enum class State { kIdle, kResolving, kConnecting, kReady };

  void OnSocket(std::uint32_t events) override;
  // Nothing was published before the connection was taken.
  void OnPubAck(int /*packet_id*/, std::uint8_t /*reason_code*/,
                std::string_view /*reason_string*/) override {}

  void OpenKnown();
  void Open(const std::string& address);
  absl::Status Connect(const std::string& address);
  void Reached();
  // How long the broker may take until CONNACK.
  Clock::duration Patience() const;
  // Goes on with opening, and then with the connection.
  void GoOnOpening(std::uint32_t events);
  void GoOn(std::uint32_t events);
  void TakeIfOpened();
  // Whether the connection was lost so.
  bool IsLoss(Loss::Kind kind) const;
  // What became of a connection before the broker accepted it.
  absl::Status WhyNotAccepted(const absl::Status& why) const;
  void Fail(const absl::Status& why);

  const ConnectOptions options_;
  EpollPoller& poller_;
  const ResolveFunction resolve_;
  const DoneFunction done_;

  State state_ = State::kIdle;
  Target target_;
  std::string endpoint_;
  // The one while it opens a connection, the other one from then on.
  std::unique_ptr<Handshake> handshake_;
  std::unique_ptr<Channel> channel_;
  bool uses_tls_ = false;
  // True once the network has reached the broker.
  bool reached_ = false;
  Clock::time_point began_at_;
  Clock::time_point deadline_;
  // How many attempts in a row were given up because no CONNACK came, by endpoint.
  absl::flat_hash_map<std::string, int> silences_;
  // What the name servers said last, by host.
  absl::flat_hash_map<std::string, Resolver::Addresses> known_;
};

// A poller and connectors for sockets.
Link MakeSocketLink();

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_SOCKET_CONNECTOR_H_
