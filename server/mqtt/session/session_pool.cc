#include "server/mqtt/session/session_pool.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/mqtt/session/broker_map.h"

namespace dino::mqtt {

namespace {

std::vector<std::string> NamesOf(const std::vector<HostPort>& brokers) {
  std::vector<std::string> names;
  for (const HostPort& broker : brokers) names.push_back(broker.ToString());
  return names;
}

}  // namespace

SessionPool::SessionPool(const SessionPoolOptions& options)
    : brokers_(NamesOf(options.brokers)),
      session_count_(std::max(options.sessions, brokers_.size())),
      routes_(MakeRoutes()),
      losses_(brokers_.size() * kLossReasonNames.size()),
      serving_(session_count_),
      infos_(session_count_),
      resolver_(options.look_up) {
  const std::size_t loop_count = std::min(options.loops, session_count_);
  for (std::size_t i = 0; i < loop_count; ++i) {
    loops_.push_back(std::make_unique<Loop>(resolver_, options.make_link()));
  }
  const std::uint32_t seed = options.seed.has_value() ? *options.seed : std::random_device()();
  std::mt19937 random(seed);
  const std::string process = absl::StrCat(absl::Hex(seed, absl::kZeroPad8));
  for (const std::string& broker : brokers_) {
    health_.push_back(std::make_shared<BrokerHealth>(
        options.broker_backoff,
        [broker, report = options.on_broker_change](bool left) { report(broker, left); }));
    unsolicited_.push_back(std::make_shared<std::atomic<std::uint64_t>>(0));
  }
  std::vector<std::shared_ptr<BrokerConnections>> connections;
  for (std::size_t broker = 0; broker < brokers_.size(); ++broker) {
    suspects_.push_back(std::make_shared<SuspectTopics>());
    connections.push_back(std::make_shared<BrokerConnections>());
  }
  for (std::size_t number = 0; number < session_count_; ++number) {
    SessionOptions session = options.session;
    session.broker = options.brokers[number % brokers_.size()];
    session.meter = meter_;
    session.health = health_[number % brokers_.size()];
    session.connections = connections[number % brokers_.size()];
    session.suspects = suspects_[number % brokers_.size()];
    session.unsolicited = unsolicited_[number % brokers_.size()];
    session.address = number / brokers_.size();
    session.client_id = absl::StrCat(options.client_id_prefix, "-", process, "-", number);
    if (number < brokers_.size()) {
      SessionOptions quarantine = session;
      quarantine.client_id = absl::StrCat(options.client_id_prefix, "-", process, "-q", number);
      loops_[number % loop_count]->AddQuarantine(static_cast<std::uint32_t>(number),
                                                 std::move(quarantine),
                                                 static_cast<unsigned>(random()), *this);
    }
    infos_[number].client_id = session.client_id;
    infos_[number].since = std::chrono::system_clock::now();
    const auto on_change = [this, number, report = options.on_change](const SessionChange& change) {
      Changed(number, change);
      report(change);
    };
    loops_[number % loop_count]->AddSession(static_cast<std::uint32_t>(number), std::move(session),
                                            static_cast<unsigned>(random()), on_change, *this);
  }
}

SessionPool::~SessionPool() { Stop(); }

void SessionPool::Changed(std::size_t number, const SessionChange& change) {
  if (change.users != Router::Move::kNone) return;
  {
    const MutexLock lock(mutex_);
    SessionInfo& info = infos_[number];
    // An attempt that fails changes nothing about since when it is not connected.
    if (change.connected || change.was_connected) info.since = std::chrono::system_clock::now();
    info.broker = change.broker;
    info.connected = change.connected;
    info.reason = change.reason;
    info.announced = change.announced;
  }
  if (change.connected) ++connected_count_;
  if (!change.was_connected) return;
  --connected_count_;
  if (!change.connected) CountLoss(change);
}

void SessionPool::CountLoss(const SessionChange& change) {
  const auto broker = std::find(brokers_.begin(), brokers_.end(), change.broker);
  if (broker == brokers_.end()) return;
  losses_.Add(LossIndex(static_cast<std::size_t>(broker - brokers_.begin()), change.loss));
}

std::vector<SessionInfo> SessionPool::Sessions() const {
  const MutexLock lock(mutex_);
  return infos_;
}

std::shared_ptr<const Routes> SessionPool::MakeRoutes() const {
  const BrokerMap map(brokers_);
  std::vector<std::uint32_t> sessions;
  std::vector<Routes::Share> shares;
  for (std::size_t broker = 0; broker < brokers_.size(); ++broker) {
    Routes::Share& share = shares.emplace_back();
    share.first = static_cast<std::uint32_t>(sessions.size());
    for (std::size_t session = broker; session < session_count_; session += brokers_.size()) {
      sessions.push_back(static_cast<std::uint32_t>(session));
    }
    share.count = static_cast<std::uint32_t>(sessions.size()) - share.first;
  }
  std::array<Routes::Share, Routes::kBuckets> by_bucket;
  for (std::size_t bucket = 0; bucket < by_bucket.size(); ++bucket) {
    by_bucket[bucket] = shares[map.For(bucket)];
  }
  return std::make_shared<const Routes>(session_count_, std::move(sessions), by_bucket);
}

std::optional<std::uint32_t> SessionPool::ServingAt(std::size_t broker, std::uint32_t self) const {
  // Different starts spread the users of sessions that are gone.
  const std::size_t count = (session_count_ - broker - 1) / brokers_.size() + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = (self / brokers_.size() + i) % count;
    const auto session = static_cast<std::uint32_t>(broker + place * brokers_.size());
    if (session != self && serving_[session]) return session;
  }
  return std::nullopt;
}

bool SessionPool::OtherBrokerServes(std::uint32_t self) const {
  for (std::uint32_t session = 0; session < session_count_; ++session) {
    if (serving_[session] && !SameBroker(self, session)) return true;
  }
  return false;
}

Standbys SessionPool::StandbysOf(std::uint32_t self) {
  if (const auto peer = ServingAt(BrokerOf(self), self)) return Standbys(*peer);
  std::vector<std::string> brokers;
  std::vector<std::uint32_t> sessions;
  for (std::size_t broker = 0; broker < brokers_.size(); ++broker) {
    const auto session = ServingAt(broker, self);
    if (!session.has_value()) continue;
    brokers.push_back(brokers_[broker]);
    sessions.push_back(*session);
  }
  if (sessions.empty()) return {};
  // The same broker as at every other replica that has lost this session's.
  return {std::make_shared<const BrokerMap>(brokers), std::move(sessions)};
}

void SessionPool::Forward(std::uint32_t standby, std::uint32_t home, Work work) {
  LoopOf(standby).Tell(standby, [home, work = std::move(work)](Session& session) {
    session.router().Forwarded(home, work);
  });
}

void SessionPool::Recall(std::uint32_t standby, std::uint32_t home) {
  LoopOf(standby).Tell(standby, [home](Session& session) { session.router().Recall(home); });
}

void SessionPool::StandbyLost(std::uint32_t home, std::uint32_t standby) {
  LoopOf(home).Tell(home, [standby](Session& session) { session.router().StandbyLost(standby); });
}

void SessionPool::Recalled(std::uint32_t home, std::uint32_t standby, RecalledWork recalled) {
  LoopOf(home).Tell(home, [standby, recalled = std::move(recalled)](Session& session) {
    session.router().Recalled(standby, recalled);
  });
}

void SessionPool::TopicFree(std::uint32_t home, std::uint32_t standby, std::uint64_t topic_hash) {
  LoopOf(home).Tell(home, [standby, topic_hash](Session& session) {
    session.router().TopicFreeAt(standby, topic_hash);
  });
}

void SessionPool::Confine(std::uint32_t owner, Work work) {
  // With the broker's first session.
  const auto broker = static_cast<std::uint32_t>(BrokerOf(owner));
  LoopOf(broker).TellQuarantine(broker, [owner, work = std::move(work)](Quarantine& quarantine) {
    quarantine.Add(owner, work);
  });
}

void SessionPool::ConfinedFree(std::uint32_t owner, std::uint64_t topic_hash) {
  LoopOf(owner).Tell(owner,
                     [topic_hash](Session& session) { session.router().ConfinedFree(topic_hash); });
}

void SessionPool::ConfinedBack(std::uint32_t owner, Work work) {
  LoopOf(owner).Tell(
      owner, [work = std::move(work)](Session& session) { session.router().ConfinedBack(work); });
}

void SessionPool::GiveBack(std::uint32_t home, std::uint32_t /*standby*/, Work work) {
  LoopOf(home).Tell(
      home, [work = std::move(work)](Session& session) { session.router().GivenBack(work); });
}

void SessionPool::Start() {
  for (const auto& loop : loops_) loop->Start();
}

void SessionPool::Stop() {
  for (const auto& loop : loops_) loop->Stop();
  // An answer that comes later would find no session, and then no loop.
  resolver_.Close();
  for (const auto& loop : loops_) loop->SettleRest();
}

void SessionPool::Publish(const std::shared_ptr<Batch>& batch) {
  std::vector<std::vector<Chunk*>> by_loop(loops_.size());
  for (Chunk& chunk : batch->chunks()) {
    chunk.keep_alive = batch;
    by_loop[chunk.session % loops_.size()].push_back(&chunk);
  }
  // From the first hand-over on, the batch may end at any moment, but for our reference.
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    if (!by_loop[i].empty()) loops_[i]->Publish(by_loop[i]);
  }
}

void SessionPool::Stop(const std::shared_ptr<Batch>& batch) {
  batch->RequestStop();
  for (const auto& loop : loops_) loop->StopBatch(batch);
}

}  // namespace dino::mqtt
