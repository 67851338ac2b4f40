#ifndef DINO_TESTS_SIMULATOR_NET_MEMORY_CONNECTOR_H_
#define DINO_TESTS_SIMULATOR_NET_MEMORY_CONNECTOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "server/mqtt/link/connector.h"
#include "tests/simulator/net/memory_poller.h"
#include "tests/simulator/net/memory_stream.h"
#include "tests/simulator/net/network.h"
#include "tests/simulator/net/stream_tap.h"

namespace dino::simulator {

// Makes connections through the network in memory, in the place of libmosquitto: reaches the
// broker, writes CONNECT, and waits for CONNACK. Endpoints are numeric: no name is looked up.
class MemoryConnector : public mqtt::Connector,
                        private mqtt::SocketHandler,
                        private mqtt::Channel::Listener {
 public:
  // Makes the tap of a connection to `endpoint`.
  using TapFactory =
      std::function<std::unique_ptr<StreamTap>(const std::string& endpoint, Wire& wire)>;

  // Network and poller outlive the connector, and what `Take` gives.
  MemoryConnector(Network& network, MemoryPoller& poller, int replica, TapFactory make_tap,
                  mqtt::ConnectOptions options, DoneFunction done)
      : network_(network),
        poller_(poller),
        replica_(replica),
        make_tap_(std::move(make_tap)),
        options_(std::move(options)),
        done_(std::move(done)) {}

  void Start(Target target) override;
  void Cancel() override;
  void OnResolved(const std::string& /*host*/,
                  const absl::StatusOr<mqtt::Resolver::Addresses>& /*addresses*/) override {}
  void Advance(Clock::time_point now) override;
  Clock::time_point NextTimer() const override;
  bool ready() const override { return state_ == State::kReady; }
  bool idle() const override { return state_ == State::kIdle; }
  Clock::time_point began_at() const override { return began_at_; }
  const std::string& endpoint() const override { return endpoint_; }
  std::unique_ptr<mqtt::Channel> Take() override;

 private:
  enum class State { kIdle, kReaching, kWaiting, kReady };

  void OnSocket(std::uint32_t events) override;
  void OnPubAck(int /*packet_id*/, std::uint8_t /*reason_code*/,
                std::string_view /*reason_string*/) override {}
  void SendConnect();
  void GoOn(std::uint32_t events);
  void Fail(const absl::Status& why);

  Network& network_;
  MemoryPoller& poller_;
  const int replica_;
  const TapFactory make_tap_;
  const mqtt::ConnectOptions options_;
  const DoneFunction done_;

  State state_ = State::kIdle;
  Target target_;
  std::string endpoint_;
  std::unique_ptr<MemoryStream> stream_;
  std::unique_ptr<mqtt::Channel> channel_;
  Clock::time_point began_at_;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_NET_MEMORY_CONNECTOR_H_
