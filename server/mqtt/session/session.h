#ifndef DINO_SERVER_MQTT_SESSION_SESSION_H_
#define DINO_SERVER_MQTT_SESSION_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/connect_failure.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/link/poller.h"
#include "server/mqtt/link/resolver.h"
#include "server/mqtt/queue/send_queue.h"
#include "server/mqtt/queue/window_limit.h"
#include "server/mqtt/session/backoff.h"
#include "server/mqtt/session/broker_connections.h"
#include "server/mqtt/session/broker_health.h"
#include "server/mqtt/session/broker_id.h"
#include "server/mqtt/session/broker_info.h"
#include "server/mqtt/session/broker_judge.h"
#include "server/mqtt/session/guest_home.h"
#include "server/mqtt/session/loss_reason.h"
#include "server/mqtt/session/newcomers.h"
#include "server/mqtt/session/peers.h"
#include "server/mqtt/session/properties_cache.h"
#include "server/mqtt/session/router.h"
#include "server/mqtt/session/session_meter.h"
#include "server/mqtt/session/way_home.h"

namespace dino::mqtt {

struct SessionOptions : ConnectOptions {
  BrokerId broker;
  // False for one of a broker that came after the start: it serves the users of others only.
  bool has_users = true;
  std::string client_id;
  std::size_t in_flight_window = 64;
  std::size_t in_flight_bytes = 1048576;
  // How long an answer may take before the connection counts as dead.
  Clock::duration ack_timeout = std::chrono::seconds(5);
  Router::Options routing;
  // How often it looks whether the broker's name leads to another address.
  Clock::duration look_up_every = std::chrono::seconds(30);
  std::shared_ptr<SessionMeter> meter = std::make_shared<SessionMeter>();
  // What all sessions of its broker share. Never null.
  std::shared_ptr<BrokerHealth> health = std::make_shared<BrokerHealth>();
  std::shared_ptr<BrokerConnections> connections = std::make_shared<BrokerConnections>();
  std::shared_ptr<SuspectTopics> suspects = std::make_shared<SuspectTopics>();
  std::shared_ptr<BrokerCounts> counts = std::make_shared<BrokerCounts>();
};

// That a session was connected, lost its connection or changed it for another one, that an attempt
// failed, or that its users moved.
struct SessionChange {
  std::string client_id;
  std::string broker;
  bool connected = false;
  // True if it was connected before; if both are, it has gone from one address of its broker to
  // another.
  bool was_connected = false;
  // What the broker announced, if it is connected.
  ConnAck announced;
  // Why it is not connected, and when it tries again; never, if its broker is gone from its name's
  // addresses.
  std::string reason;
  bool retired = false;
  // The same, if it was connected before.
  LossReason loss = LossReason::kClosed;
  // The same, if it was not.
  ConnectFailure failure = ConnectFailure::kNone;
  Clock::duration retry_in{};
  // Whether the users go to another session from here on, or come back; nothing else changed
  // then. They also leave a session that is retired, after it has said so.
  Router::Move users = Router::Move::kNone;
};

// One MQTT connection with its in-flight state, kept up for ever: connects, publishes what it
// is given, and after a loss connects again and publishes again what was not acknowledged.
// Where its broker's name leads to another address it goes there without a loss.
//
// Belongs to its loop's thread.
class Session : private SocketHandler, private Channel::Listener {
 public:
  using ChangeFunction = std::function<void(const SessionChange&)>;

  // `peers` outlives the session. `number` is its place in the pool.
  Session(std::uint32_t number, SessionOptions options, unsigned seed,
          const ConnectorFactory& make_connector, Connector::ResolveFunction resolve,
          ChangeFunction on_change, Peers& peers);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override = default;

  // Takes over a chunk. Nothing is sent before the next `Advance`.
  void Add(Chunk& chunk) { router_.Add(chunk); }
  // For what other sessions say to one of its homes.
  Router& router(std::uint32_t home) { return IsGuest(home) ? guests_->router() : router_; }
  // Ends those chunks of `batch` early that this session has.
  void Stop(const Batch& batch) {
    queue_.StopBatch(batch, !connected());
    if (guests_ != nullptr) guests_->Stop(batch);
  }

  // Ends all that this session has early.
  void StopAll() {
    queue_.StopAll(!connected());
    if (guests_ != nullptr) guests_->StopAll();
  }

  // Other sessions serve now, perhaps those of brokers that were not there at the start.
  void PlacementChanged(const std::optional<Newcomers>& newcomers);
  // The broker is gone from its name's addresses: the session leaves it when all is answered. Or it
  // is there again.
  void Retire();
  void Revive();

  // The answer to a look-up, on the loop's thread.
  void OnResolved(const std::string& host, const absl::StatusOr<Resolver::Addresses>& addresses) {
    connector_->OnResolved(host, addresses);
  }

  // Does what is due: connects, sends, gives up. Returns when it wants to be called again at
  // the latest.
  Clock::time_point Advance(Clock::time_point now);

  // True if only answers make room for what it has to send.
  bool awaits_answers() const { return queue_.awaits_answers(); }
  // How many answers came since the last time this was asked.
  std::size_t TakeAnswerCount() { return std::exchange(answer_count_, 0); }

  // Says goodbye to the broker and connects no more.
  void Close();

 private:
  enum class State { kWaiting, kConnecting, kConnected, kClosed };

  void OnSocket(std::uint32_t events) override;
  void OnPubAck(int packet_id, std::uint8_t reason_code, std::string_view reason_string) override;

  bool connected() const { return state_ == State::kConnected; }
  void Attempt();
  void OnConnectorDone(const absl::Status& status);
  void Established();
  void LookForAddress();
  // False if nothing is to be sent at this connection any more.
  bool Stays(Clock::time_point now);
  void ChangeOver();
  void Leave(Clock::time_point now);
  void TellRetired(bool was_connected);
  void JudgeBroker(Clock::time_point now);
  void FollowProbe(Clock::time_point now);
  // How much of the window the connection may use.
  std::size_t Window() const;
  void Lost(const absl::Status& why);
  // With the session's names.
  SessionChange Change() const;
  // Tells the meter how much is in flight.
  void Measure() { options_.meter->UpdateInFlight(queue_.in_flight(), measured_in_flight_); }
  // Counts what came unasked for from the connection.
  void CountUnsolicited();
  void MoveUsers(Clock::time_point now);
  void KeepUp(Clock::time_point now);
  void Send();
  bool Burst(Clock::time_point now);
  void ProcessAnswers();
  SendQueue::SendStatus Transmit(const SendQueue::Outgoing& outgoing, InFlight& entry,
                                 std::uint8_t& reason_code);
  Clock::time_point NextTimer() const;

  const SessionOptions options_;
  const ChangeFunction on_change_;

  State state_ = State::kWaiting;
  // Attempts, and a second connection beside the one that is in use.
  const std::unique_ptr<Connector> connector_;
  std::unique_ptr<Channel> connection_;
  // The address and port of that one.
  std::string endpoint_;
  // What it is good for.
  ConnectionUse use_ = ConnectionUse::kNone;
  // How many publications from it were counted.
  std::uint64_t counted_unsolicited_ = 0;
  // Whether it has the session's second client ID.
  bool second_id_ = false;
  WayHome way_home_{kStable};
  // What the connection reported and nobody has looked at yet.
  std::vector<std::pair<int, std::uint8_t>> answers_;
  // Reason Strings of those that failed, by packet identifier.
  absl::flat_hash_map<int, std::string> reasons_;
  std::size_t answer_count_ = 0;

  BrokerJudge judge_;
  WindowLimit window_limit_;
  Backoff backoff_;
  // Counts attempts since the last success; picks the address.
  std::size_t attempt_ = 0;
  Clock::time_point retry_at_;
  Clock::time_point connected_at_;
  Clock::time_point keep_alive_at_;

  PropertiesCache properties_;
  SendQueue queue_;
  // What the meter knows of.
  std::size_t measured_in_flight_ = 0;
  Router router_;
  const std::uint32_t number_;
  Peers& peers_;
  std::unique_ptr<GuestHome> guests_;
  bool retired_ = false;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_SESSION_H_
