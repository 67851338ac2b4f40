#ifndef DINO_SERVER_MQTT_SESSION_H_
#define DINO_SERVER_MQTT_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/mqtt/backoff.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/broker_access.h"
#include "server/mqtt/broker_address.h"
#include "server/mqtt/connection.h"
#include "server/mqtt/failover.h"
#include "server/mqtt/poller.h"
#include "server/mqtt/properties_cache.h"
#include "server/mqtt/resolver.h"
#include "server/mqtt/send_queue.h"
#include "server/mqtt/window_limit.h"

namespace dino::mqtt {

struct SessionOptions {
  // The first is preferred; the next one is tried when an attempt fails.
  std::vector<BrokerAddress> brokers;
  // Never null.
  std::shared_ptr<BrokerAccess> access = std::make_shared<BrokerAccess>();
  std::string client_id;
  std::size_t in_flight_window = 64;
  std::size_t in_flight_bytes = 1048576;
  std::chrono::seconds keep_alive{30};
  // How long an answer may take before the connection counts as dead.
  Clock::duration ack_timeout = std::chrono::seconds(5);
  // How long the network may take to reach the broker.
  Clock::duration reach_timeout = std::chrono::milliseconds(1500);
  // How long the way from a socket to CONNACK may take.
  Clock::duration connect_timeout = std::chrono::seconds(3);
  // How long the users wait for a stable connection before another session serves them.
  Clock::duration failover_after = std::chrono::seconds(5);
};

// That a session was connected or lost its connection, that an attempt failed, or that its users
// moved.
struct SessionChange {
  std::string client_id;
  std::string broker;
  bool connected = false;
  // True if it was connected before.
  bool was_connected = false;
  // Why it is not connected, and when it tries again.
  std::string reason;
  Clock::duration retry_in{};
  // Whether the users go to another session from here on, or come back; nothing else changed
  // then.
  Failover::Move users = Failover::Move::kNone;
};

// One MQTT connection with its in-flight state, kept up for ever: connects, publishes what it
// is given, and after a loss connects again and publishes again what was not acknowledged.
//
// Belongs to its loop's thread.
class Session : private Connection::Listener {
 public:
  using ChangeFunction = std::function<void(const SessionChange&)>;
  // Asks for a look-up; the answer must come by `OnResolved`, on the loop's thread.
  using ResolveFunction = std::function<void(const std::string& host)>;

  // `poller` outlives the session; its events for the session's tag (`this`) go to `OnSocket`.
  // `number` is its place in the pool.
  Session(std::uint32_t number, SessionOptions options, unsigned seed, Poller& poller,
          ResolveFunction resolve, ChangeFunction on_change, const Colleagues& colleagues);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override = default;

  // Takes over a chunk. Nothing is sent before the next `Advance`.
  void Add(Chunk& chunk) { failover_.Add(chunk); }
  // Takes over what another session hands on.
  void Adopt(SendQueue::Work work) { failover_.Adopt(std::move(work), connected()); }
  // One of this session's chunks has ended at another one.
  void EndedElsewhere() { failover_.EndedElsewhere(); }
  // Ends a chunk early, if this session has it.
  void Stop(Chunk& chunk) {
    if (queue_.Holds(chunk)) queue_.Stop(chunk, !connected());
  }

  void OnSocket(std::uint32_t events);
  void OnResolved(const absl::StatusOr<Resolver::Addresses>& addresses);

  // Does what is due: connects, sends, gives up. Returns when it wants to be called again at
  // the latest.
  Clock::time_point Advance(Clock::time_point now);

  // Says goodbye to the broker and connects no more.
  void Close();

 private:
  enum class State { kWaiting, kResolving, kConnecting, kConnected, kClosed };

  void OnConnAck(const ConnAck& connack) override { connack_ = connack; }
  void OnPubAck(int packet_id, std::uint8_t reason_code) override;
  void OnServerDisconnect(std::uint8_t reason_code) override;

  bool connected() const { return state_ == State::kConnected; }
  const BrokerAddress& broker() const;
  void Attempt();
  void Open(const std::string& address);
  void Established();
  void LimitWindow();
  void Lost(const absl::Status& why);
  std::string ReasonOfLoss(const absl::Status& why) const;
  void MoveUsers(Clock::time_point now);
  void KeepUp(Clock::time_point now);
  void Send(Clock::time_point now);
  bool Burst(Clock::time_point now);
  void ProcessAnswers();
  void WatchSocket();
  SendQueue::SendStatus Transmit(const Chunk& chunk, const std::string& topic, InFlight& entry,
                                 std::uint8_t& reason_code);
  Clock::time_point NextTimer() const;

  const SessionOptions options_;
  Poller& poller_;
  const ResolveFunction resolve_;
  const ChangeFunction on_change_;

  State state_ = State::kWaiting;
  std::unique_ptr<Connection> connection_;
  std::uint32_t watched_events_ = 0;
  std::optional<ConnAck> connack_;
  std::optional<std::uint8_t> disconnect_reason_;
  // What the connection reported and nobody has looked at yet.
  std::vector<std::pair<int, std::uint8_t>> answers_;

  WindowLimit window_limit_;
  Backoff backoff_;
  // Counts attempts since the last success; picks the broker and the address.
  std::size_t attempt_ = 0;
  Clock::time_point retry_at_;
  Clock::time_point attempt_began_at_;
  bool reached_ = false;
  Clock::time_point connect_deadline_;
  Clock::time_point connected_at_;
  Clock::time_point keep_alive_at_;

  PropertiesCache properties_;
  SendQueue queue_;
  Failover failover_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_H_
