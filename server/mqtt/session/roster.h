#ifndef DINO_SERVER_MQTT_SESSION_ROSTER_H_
#define DINO_SERVER_MQTT_SESSION_ROSTER_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "server/base/mutex.h"
#include "server/mqtt/publisher.h"
#include "server/mqtt/session/broker_id.h"
#include "server/mqtt/session/broker_info.h"
#include "server/mqtt/session/newcomers.h"
#include "server/mqtt/session/session.h"
#include "server/mqtt/session/standbys.h"

namespace dino::mqtt {

// How a session is at the moment.
struct SessionInfo {
  std::string client_id;
  std::string broker;
  bool connected = false;
  // Its broker is gone from its name's addresses: it is not to be connected.
  bool retired = false;
  // Since when it is connected, or is not.
  std::chrono::system_clock::time_point since;
  // Why it is not connected; or why nothing can be published through it, though it is.
  std::string reason;
  // How the last attempt failed, if it is not connected.
  ConnectFailure failure = ConnectFailure::kNone;
  // What the broker announced, if it is connected.
  ConnAck announced;
};

// Answers which brokers and sessions there are, and which of them serve whom. Both only grow in
// number: a broker that goes keeps its number for when it comes back.
//
// Thread-safe.
class Roster {
 public:
  // What all sessions of a broker share.
  struct Broker {
    BrokerId id;
    std::string name;
    std::shared_ptr<BrokerHealth> health;
    std::shared_ptr<BrokerConnections> connections = std::make_shared<BrokerConnections>();
    std::shared_ptr<SuspectTopics> suspects;
    std::shared_ptr<BrokerCounts> counts = std::make_shared<BrokerCounts>();
    std::array<std::atomic<std::uint64_t>, kLossReasonNames.size()> losses{};
  };

  // Adds a broker, or a session of one, and returns its number. Brokers that were there at the
  // start are added before others, and all of those before any other joins.
  std::uint32_t AddBroker(const BrokerId& id, std::shared_ptr<BrokerHealth> health, bool at_start);
  // A session's client ID is the prefix and that number.
  std::uint32_t AddSession(std::uint32_t broker, const std::string& client_id_prefix);

  // The routes to the sessions that there are.
  std::shared_ptr<const Routes> MakeRoutes();

  std::size_t broker_count() const;
  Broker& broker(std::uint32_t number);
  const Broker& broker(std::uint32_t number) const;
  // By their identities, all of them.
  std::vector<std::string> Names() const;
  // The number of the broker with this identity; none if there never was one.
  std::optional<std::uint32_t> Find(const BrokerId& id) const;
  std::vector<std::uint32_t> SessionsOf(std::uint32_t broker) const;
  // Those brokers of a name that are there now.
  std::vector<std::uint32_t> Present(const HostPort& host) const;
  // Whether it led to several brokers at some time.
  bool HadSeveral(const HostPort& host) const;
  std::size_t present_count() const;
  void SetPresent(std::uint32_t broker, bool present);
  // The same for every replica that knows the same brokers; of those that are there.
  std::uint32_t Digest() const;

  std::uint32_t BrokerOf(std::uint32_t session) const;
  bool SameBroker(std::uint32_t a, std::uint32_t b) const;
  void SetServing(std::uint32_t session, bool serving);
  Standbys StandbysOf(std::uint32_t home) const;
  bool OtherBrokerServes(std::uint32_t session) const;

  // The session's connection has held. True if it is the first one of its broker to do so.
  bool Joined(std::uint32_t session);
  // Whose users have a guest home; none as long as nobody has come.
  std::optional<Newcomers> newcomers() const;

  std::vector<SessionInfo> Sessions() const;
  std::vector<BrokerInfo> Brokers() const;
  // Changes what is known of a session, and so of its broker.
  void Update(std::uint32_t session, const std::function<void(SessionInfo&)>& change);
  // Another session serves this one's users from here on, or it does again.
  void SetUsersAway(std::uint32_t session, bool away);
  // The broker is left because it acknowledges nothing, or is taken back.
  void SetLeft(std::uint32_t broker, bool left);
  // The connection for what is to go out alone cannot be had; empty: it can.
  void SetQuarantineError(std::uint32_t broker, const std::string& reason);

 private:
  struct BrokerEntry {
    Broker shared;
    // What is not counted elsewhere.
    BrokerInfo info;
    std::vector<std::uint32_t> sessions;
    bool present = true;
    bool joined = false;
  };
  struct SessionEntry {
    std::uint32_t broker = 0;
    bool serving = false;
    bool users_away = false;
    SessionInfo info;
  };

  bool AnyServes(const BrokerEntry& broker) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // No session is connected, and each has tried to connect since: more than a pause between two
  // attempts.
  bool IsDown(const BrokerEntry& broker) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A session of the broker that serves, other than the home's own; which of several differs from
  // home to home, which spreads the users of those that are gone.
  std::optional<std::uint32_t> ServingAt(const BrokerEntry& broker, std::uint32_t home) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Notes whose part of the users each broker has.
  void NoteShares(const BrokerMap& map) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How many of a broker's users are not served by it.
  void AddAbsent(std::uint32_t number, BrokerInfo& info) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MapNewcomers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<SuspectTopics> suspects_everywhere_ = std::make_shared<SuspectTopics>();
  mutable Mutex mutex_;
  // References stay good while they grow.
  std::deque<BrokerEntry> brokers_ ABSL_GUARDED_BY(mutex_);
  std::deque<SessionEntry> sessions_ ABSL_GUARDED_BY(mutex_);
  // The brokers that were there at the start, and then those that have joined, in order.
  std::vector<std::uint32_t> ever_ ABSL_GUARDED_BY(mutex_);
  std::size_t at_start_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Newcomers> newcomers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_ROSTER_H_
