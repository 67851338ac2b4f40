// What is known of each broker as a whole.
#include <utility>

#include "server/mqtt/session/roster.h"

namespace dino::mqtt {

BrokerCounts::Tally::~Tally() {
  if (acknowledged_ + refused_ == 0) return;
  counts_.puback_nanoseconds.fetch_add(puback_nanoseconds_, std::memory_order_relaxed);
  counts_.acknowledged.fetch_add(acknowledged_, std::memory_order_relaxed);
  if (refused_ == 0) return;
  counts_.refused.fetch_add(refused_, std::memory_order_relaxed);
  counts_.last_refusal.store(last_refusal_, std::memory_order_relaxed);
}

void Roster::Update(std::uint32_t session, const std::function<void(SessionInfo&)>& change) {
  const auto now = std::chrono::system_clock::now();
  const MutexLock lock(mutex_);
  SessionEntry& entry = sessions_[session];
  BrokerEntry& broker = brokers_[entry.broker];
  const bool was_down = IsDown(broker);
  change(entry.info);
  if (entry.info.connected) broker.info.announced = entry.info.announced;
  if (!entry.info.connected && !entry.info.retired) {
    broker.info.last_error = entry.info.reason;
    broker.info.last_error_at = now;
  }
  std::size_t connected = 0;
  for (const std::uint32_t each : broker.sessions) {
    if (sessions_[each].info.connected) ++connected;
  }
  const std::size_t before = std::exchange(broker.info.connected, connected);
  if ((before > 0) != (connected > 0)) broker.info.connected_since = now;
  if (was_down && connected > 0) broker.info.left_since = now;
  const std::size_t all = broker.sessions.size();
  if ((before == all) != (connected == all)) broker.info.all_since = now;
}

void Roster::SetUsersAway(std::uint32_t session, bool away) {
  const MutexLock lock(mutex_);
  sessions_[session].users_away = away;
}

void Roster::SetLeft(std::uint32_t broker, bool left) {
  const MutexLock lock(mutex_);
  brokers_[broker].info.left = left;
  brokers_[broker].info.left_since = std::chrono::system_clock::now();
}

bool Roster::IsDown(const BrokerEntry& broker) const {
  if (broker.info.connected > 0) return false;
  for (const std::uint32_t session : broker.sessions) {
    if (sessions_[session].info.failure == ConnectFailure::kNone) return false;
  }
  return true;
}

void Roster::SetQuarantineError(std::uint32_t broker, const std::string& reason) {
  const MutexLock lock(mutex_);
  brokers_[broker].info.quarantine_error = reason;
  brokers_[broker].info.quarantine_error_at = std::chrono::system_clock::now();
}

std::vector<BrokerInfo> Roster::Brokers() const {
  const Clock::time_point now = Clock::now();
  const MutexLock lock(mutex_);
  std::vector<BrokerInfo> infos;
  for (const BrokerEntry& broker : brokers_) {
    BrokerInfo& info = infos.emplace_back(broker.info);
    info.name = broker.shared.name;
    info.present = broker.present;
    info.sessions = broker.sessions.size();
    info.left = info.left && !IsDown(broker);
    const BrokerCounts& counts = *broker.shared.counts;
    info.acknowledged = counts.acknowledged.load(std::memory_order_relaxed);
    info.refused = counts.refused.load(std::memory_order_relaxed);
    info.last_refusal = counts.last_refusal.load(std::memory_order_relaxed);
    info.puback_time = std::chrono::nanoseconds(counts.puback_nanoseconds.load());
    for (std::size_t i = 0; i < info.losses.size(); ++i) {
      info.losses[i] = broker.shared.losses[i].load(std::memory_order_relaxed);
    }
    info.confined_topics = broker.shared.suspects->confined_count(now);
  }
  for (std::uint32_t number = 0; number < infos.size(); ++number) {
    AddAbsent(number, infos[number]);
  }
  return infos;
}

void Roster::NoteShares(const BrokerMap& map) {
  constexpr double kBucket = 1.0 / BrokerMap::kBuckets;
  for (BrokerEntry& broker : brokers_) broker.info.home_share = 0;
  for (std::size_t bucket = 0; bucket < BrokerMap::kBuckets; ++bucket) {
    brokers_[ever_[map.For(bucket)]].info.home_share += kBucket;
  }
}

void Roster::AddAbsent(std::uint32_t number, BrokerInfo& info) const {
  const BrokerEntry& broker = brokers_[number];
  const bool any_serves = AnyServes(broker);
  if (number >= at_start_) {
    // Its users are guests of the others' sessions, and go to whoever serves them.
    info.moved_share = any_serves ? 0 : info.home_share;
    return;
  }
  const double each = info.home_share / static_cast<double>(broker.sessions.size());
  for (const std::uint32_t session : broker.sessions) {
    const SessionEntry& entry = sessions_[session];
    if (entry.serving) continue;
    // Where one of the broker's own sessions serves, it serves those who are away.
    if (!entry.users_away) info.waiting_share += each;
    if (entry.users_away && !any_serves) info.moved_share += each;
  }
}

}  // namespace dino::mqtt
