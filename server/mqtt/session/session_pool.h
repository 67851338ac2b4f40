#ifndef DINO_SERVER_MQTT_SESSION_SESSION_POOL_H_
#define DINO_SERVER_MQTT_SESSION_SESSION_POOL_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "server/base/counters.h"
#include "server/base/mutex.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/link/resolver.h"
#include "server/mqtt/link/socket_connector.h"
#include "server/mqtt/publisher.h"
#include "server/mqtt/session/loop.h"
#include "server/mqtt/session/peers.h"
#include "server/mqtt/session/session.h"
#include "server/mqtt/session/session_meter.h"

namespace dino::mqtt {

struct SessionPoolOptions {
  // At least one. Session n has broker n modulo their number.
  std::vector<HostPort> brokers;
  // How many at least: each broker has one.
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

// How a session is at the moment.
struct SessionInfo {
  std::string client_id;
  // To which it is connected or was trying to connect last; empty before the first attempt ended.
  std::string broker;
  bool connected = false;
  // Since when it is connected, or is not.
  std::chrono::system_clock::time_point since;
  // Why it is not connected.
  std::string reason;
  // What the broker announced, if it is connected.
  ConnAck announced;
};

// The sessions that all RPCs share. They start to connect with `Start`, whether or not a broker
// answers, and keep trying. Thread-safe after that.
class SessionPool : public Publisher, private Peers {
 public:
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

  std::size_t session_count() const { return session_count_; }
  std::shared_ptr<const Routes> routes() const override { return routes_; }
  bool connected() const override { return connected_count_.load() > 0; }
  // All sessions, by number.
  std::vector<SessionInfo> Sessions() const;
  // What they measured so far.
  const SessionMeter& meter() const { return *meter_; }
  // The brokers of the options, as `SessionInfo` names them.
  const std::vector<std::string>& brokers() const { return brokers_; }
  // How often sessions with a broker, by its place in `brokers()`, were lost for that reason.
  std::uint64_t losses(std::size_t broker, LossReason reason) const {
    return losses_.Get(LossIndex(broker, reason));
  }
  // Whether this one of `brokers()` is left because it acknowledges nothing.
  bool broker_left(std::size_t broker) const { return health_[broker]->left(); }
  // How many publications it has sent us, though we subscribe to nothing.
  std::uint64_t unsolicited(std::size_t broker) const { return unsolicited_[broker]->load(); }

  // For how many topics it gets publications one at a time, because it closes connections on them.
  std::size_t confined_topics(std::size_t broker) const {
    return suspects_[broker]->confined_count(Clock::now());
  }

  void Publish(const std::shared_ptr<Batch>& batch) override;
  void Stop(const std::shared_ptr<Batch>& batch) override;

 private:
  // Takes down what a session reports.
  void Changed(std::size_t number, const SessionChange& change);
  void CountLoss(const SessionChange& change);
  static std::size_t LossIndex(std::size_t broker, LossReason reason) {
    return broker * kLossReasonNames.size() + static_cast<std::size_t>(reason);
  }
  void SetServing(std::uint32_t self, bool serving) override { serving_[self] = serving; }
  Standbys StandbysOf(std::uint32_t self) override;
  bool OtherBrokerServes(std::uint32_t self) const override;
  bool SameBroker(std::uint32_t a, std::uint32_t b) const override {
    return BrokerOf(a) == BrokerOf(b);
  }
  void Forward(std::uint32_t standby, std::uint32_t home, Work work) override;
  void Recall(std::uint32_t standby, std::uint32_t home) override;
  void StandbyLost(std::uint32_t home, std::uint32_t standby) override;
  void Recalled(std::uint32_t home, std::uint32_t standby, RecalledWork recalled) override;
  void TopicFree(std::uint32_t home, std::uint32_t standby, std::uint64_t topic_hash) override;
  void GiveBack(std::uint32_t home, std::uint32_t standby, Work work) override;

  void Confine(std::uint32_t owner, Work work) override;
  void ConfinedFree(std::uint32_t owner, std::uint64_t topic_hash) override;
  void ConfinedBack(std::uint32_t owner, Work work) override;

  std::size_t BrokerOf(std::uint32_t session) const { return session % brokers_.size(); }
  // A session of the broker that serves, other than `self` and as far from it as the broker's
  // sessions are apart; none if there is none.
  std::optional<std::uint32_t> ServingAt(std::size_t broker, std::uint32_t self) const;
  std::shared_ptr<const Routes> MakeRoutes() const;
  Loop& LoopOf(std::uint32_t session) { return *loops_[session % loops_.size()]; }

  const std::vector<std::string> brokers_;
  const std::size_t session_count_;
  const std::shared_ptr<const Routes> routes_;
  // By broker.
  std::vector<std::shared_ptr<BrokerHealth>> health_;
  std::vector<std::shared_ptr<SuspectTopics>> suspects_;
  std::vector<std::shared_ptr<std::atomic<std::uint64_t>>> unsolicited_;
  const std::shared_ptr<SessionMeter> meter_ = std::make_shared<SessionMeter>();
  Counters losses_;
  std::atomic<int> connected_count_{0};
  // By number: whether the session takes others' users.
  std::vector<std::atomic<bool>> serving_;
  mutable Mutex mutex_;
  std::vector<SessionInfo> infos_ ABSL_GUARDED_BY(mutex_);
  Resolver resolver_;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_SESSION_POOL_H_
