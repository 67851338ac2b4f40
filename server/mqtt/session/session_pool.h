#ifndef DINO_SERVER_MQTT_SESSION_SESSION_POOL_H_
#define DINO_SERVER_MQTT_SESSION_SESSION_POOL_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "server/mqtt/link/connector.h"
#include "server/mqtt/link/resolver.h"
#include "server/mqtt/link/socket_connector.h"
#include "server/mqtt/publisher.h"
#include "server/mqtt/session/loop.h"
#include "server/mqtt/session/peers.h"
#include "server/mqtt/session/roster.h"
#include "server/mqtt/session/session.h"
#include "server/mqtt/session/session_meter.h"

namespace dino::mqtt {

struct SessionPoolOptions {
  // At least one. A name that has several addresses is as many brokers.
  std::vector<HostPort> brokers;
  // How many at least: each broker has one. Session n has broker n modulo their number.
  std::size_t sessions = 8;
  // Threads that drive the sessions, at most one per session.
  std::size_t loops = 2;
  // Client IDs are this, a dash, a random number of the process, a dash, the session's number.
  std::string client_id_prefix = "dino-bridge";
  // What all sessions have in common; its broker and client ID are not used.
  SessionOptions session;
  // How long a broker is left at first that acknowledges nothing.
  Clock::duration broker_backoff = BrokerHealth::kShortestBackoff;
  // Asked for the addresses of brokers' names, on threads of their own.
  Resolver::LookUp look_up = Resolver::AskSystem;
  Resolver::Runner run_look_up = Resolver::OnItsOwnThread;
  // Called once for each loop.
  std::function<Link()> make_link = MakeSocketLink;
  // Of what is drawn by lot; a random one if there is none.
  std::optional<std::uint32_t> seed;
  // Called on the loops' threads; must not block.
  Session::ChangeFunction on_change = [](const SessionChange&) {};
  // The same, when a broker is left because it acknowledges nothing, or is taken back.
  std::function<void(const std::string& broker, bool left)> on_broker_change =
      [](const std::string&, bool) {};
};

// The sessions that all RPCs share. They start to connect with `Start`, whether or not a broker
// answers, and keep trying. Brokers that appear behind a name later get sessions of their own, and
// those that disappear are left. Thread-safe after `Start`.
class SessionPool : public Publisher, private Peers {
 public:
  // Looks names up, but waits no longer for that than one look-up may take.
  explicit SessionPool(const SessionPoolOptions& options);
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;
  // Stops, if that has not been done.
  ~SessionPool() override;

  // Starts the threads.
  void Start();
  // What drives the sessions, for who turns it without threads of its own.
  Loop& loop(std::size_t number) { return *loops_[number]; }
  std::size_t loop_count() const { return loops_.size(); }

  // Says goodbye to the brokers. What is still open is settled as not sent or unknown. Nothing
  // may be published after it.
  void Stop();

  // How many there were at the start: those that have users of their own.
  std::size_t session_count() const { return session_count_; }
  std::shared_ptr<const Routes> routes() const override { return routes_; }
  bool connected() const override { return usable_count_.load() > 0; }
  std::string BrokerOf(std::uint32_t session) const override {
    // What ends at a guest home was with no broker.
    if (IsGuest(session)) return {};
    return roster_.broker(roster_.BrokerOf(session)).name;
  }
  // All sessions, by number.
  std::vector<SessionInfo> Sessions() const { return roster_.Sessions(); }
  // What they measured so far.
  const SessionMeter& meter() const { return *meter_; }
  // All brokers that there ever were, by their places, as they are now.
  std::vector<BrokerInfo> Brokers() const { return roster_.Brokers(); }
  // The same, as `SessionInfo` names them. They keep their places.
  std::vector<std::string> brokers() const { return roster_.Names(); }
  // The same number for all who know the same brokers now, by which it is seen whether replicas do.
  std::uint32_t broker_digest() const { return roster_.Digest(); }
  // How often sessions with a broker, by its place in `brokers()`, were lost for that reason.
  std::uint64_t losses(std::size_t broker, LossReason reason) const {
    return BrokerAt(broker).losses.at(static_cast<std::size_t>(reason)).load();
  }
  // How many publications it has sent us, though we subscribe to nothing.
  std::uint64_t unsolicited(std::size_t broker) const {
    return BrokerAt(broker).counts->unsolicited.load();
  }
  // For how many topics it gets publications one at a time, because it closes connections on them.
  std::size_t confined_topics(std::size_t broker) const {
    return BrokerAt(broker).suspects->confined_count(Clock::now());
  }

  void Publish(const std::shared_ptr<Batch>& batch) override;
  void Stop(const std::shared_ptr<Batch>& batch) override;
  // Ends all batches early, as `Stop` does, and those that come from now on.
  void StopAll();

 private:
  const Roster::Broker& BrokerAt(std::size_t place) const {
    return roster_.broker(static_cast<std::uint32_t>(place));
  }
  std::uint32_t AddBroker(const BrokerId& id, bool at_start);
  // Adds a session of the broker, at once or on its loop's thread.
  void AddSession(std::uint32_t broker, bool at_start);
  SessionOptions OptionsOf(const Roster::Broker& broker, const std::string& client_id) const;
  // A name leads to these addresses now. On the first loop's thread.
  void NameLeadsTo(const HostPort& host, const Resolver::Addresses& addresses);
  // Adds the broker, with so many sessions, unless it was there before.
  void Add(const BrokerId& id, std::size_t sessions);
  void SetPresent(std::uint32_t broker, bool present);
  // Takes down what a session reports.
  void Changed(std::uint32_t number, const SessionChange& change);

  void SetServing(std::uint32_t self, bool serving) override { roster_.SetServing(self, serving); }
  void Joined(std::uint32_t self) override;
  Standbys StandbysOf(std::uint32_t home) override { return roster_.StandbysOf(home); }
  bool OtherBrokerServes(std::uint32_t self) const override {
    return roster_.OtherBrokerServes(self);
  }
  bool SameBroker(std::uint32_t a, std::uint32_t b) const override {
    return roster_.SameBroker(a, b);
  }
  void Forward(std::uint32_t standby, std::uint32_t home, Work work) override;
  void Recall(std::uint32_t standby, std::uint32_t home) override;
  void AskForOpen(std::uint32_t standby, std::uint32_t home, TopicKey topic,
                  std::uint64_t trial) override;
  void TellOpen(std::uint32_t home, std::uint32_t standby, std::uint64_t trial, bool open) override;
  void StandbyLost(std::uint32_t home, std::uint32_t standby) override;
  void Recalled(std::uint32_t home, std::uint32_t standby, RecalledWork recalled) override;
  void TopicFree(std::uint32_t home, std::uint32_t standby, std::uint64_t topic_hash) override;
  void GiveBack(std::uint32_t home, std::uint32_t standby, Work work) override;

  void Confine(std::uint32_t owner, Work work) override;
  void ConfinedFree(std::uint32_t owner, std::uint64_t topic_hash) override;
  void ConfinedBack(std::uint32_t owner, Work work) override;

  Loop& LoopOf(std::uint32_t home) { return *loops_[SessionOf(home) % loops_.size()]; }
  void TellRouter(std::uint32_t home, std::function<void(Router&)> what);

  const SessionPoolOptions options_;
  const std::shared_ptr<SessionMeter> meter_ = std::make_shared<SessionMeter>();
  // The first loop's thread, after the start.
  std::mt19937 random_;
  std::string client_id_prefix_;
  Roster roster_;
  std::size_t session_count_ = 0;
  std::shared_ptr<const Routes> routes_;
  // How many are connected to a broker that takes events at all.
  std::atomic<int> usable_count_{0};
  std::atomic<bool> stopping_{false};
  Resolver resolver_;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_SESSION_POOL_H_
