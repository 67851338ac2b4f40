#include "server/mqtt/session/roster.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/stable_hash.h"
#include "server/mqtt/session/broker_map.h"

namespace dino::mqtt {

std::uint32_t Roster::AddBroker(const BrokerId& id, std::shared_ptr<BrokerHealth> health,
                                bool at_start) {
  const MutexLock lock(mutex_);
  const auto number = static_cast<std::uint32_t>(brokers_.size());
  BrokerEntry& entry = brokers_.emplace_back();
  entry.shared.id = id;
  entry.shared.name = id.ToString();
  entry.shared.health = std::move(health);
  entry.shared.suspects = std::make_shared<SuspectTopics>(suspects_everywhere_);
  entry.info.connected_since = entry.info.all_since = std::chrono::system_clock::now();
  if (at_start) {
    ever_.push_back(number);
    ++at_start_;
  }
  return number;
}

std::uint32_t Roster::AddSession(std::uint32_t broker, const std::string& client_id_prefix) {
  const MutexLock lock(mutex_);
  const auto number = static_cast<std::uint32_t>(sessions_.size());
  SessionEntry& entry = sessions_.emplace_back();
  entry.broker = broker;
  entry.info.client_id = absl::StrCat(client_id_prefix, number);
  entry.info.broker = brokers_[broker].shared.name;
  entry.info.since = std::chrono::system_clock::now();
  brokers_[broker].sessions.push_back(number);
  return number;
}

std::shared_ptr<const Routes> Roster::MakeRoutes() {
  const BrokerMap map(Names());
  const MutexLock lock(mutex_);
  NoteShares(map);
  std::vector<std::uint32_t> sessions;
  std::vector<Routes::Share> shares;
  for (const BrokerEntry& broker : brokers_) {
    shares.push_back({static_cast<std::uint32_t>(sessions.size()),
                      static_cast<std::uint32_t>(broker.sessions.size())});
    sessions.insert(sessions.end(), broker.sessions.begin(), broker.sessions.end());
  }
  std::array<Routes::Share, Routes::kBuckets> by_bucket;
  for (std::size_t bucket = 0; bucket < by_bucket.size(); ++bucket) {
    by_bucket[bucket] = shares[map.For(bucket)];
  }
  return std::make_shared<const Routes>(sessions_.size(), std::move(sessions), by_bucket);
}

std::size_t Roster::broker_count() const {
  const MutexLock lock(mutex_);
  return brokers_.size();
}

Roster::Broker& Roster::broker(std::uint32_t number) {
  const MutexLock lock(mutex_);
  return brokers_[number].shared;
}

const Roster::Broker& Roster::broker(std::uint32_t number) const {
  const MutexLock lock(mutex_);
  return brokers_[number].shared;
}

std::vector<std::string> Roster::Names() const {
  const MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const BrokerEntry& broker : brokers_) names.push_back(broker.shared.name);
  return names;
}

std::optional<std::uint32_t> Roster::Find(const BrokerId& id) const {
  const MutexLock lock(mutex_);
  const auto found =
      std::find_if(brokers_.begin(), brokers_.end(),
                   [&id](const BrokerEntry& entry) { return entry.shared.id == id; });
  if (found == brokers_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - brokers_.begin());
}

std::vector<std::uint32_t> Roster::SessionsOf(std::uint32_t broker) const {
  const MutexLock lock(mutex_);
  return brokers_[broker].sessions;
}

std::vector<std::uint32_t> Roster::Present(const HostPort& host) const {
  const MutexLock lock(mutex_);
  std::vector<std::uint32_t> present;
  for (std::uint32_t i = 0; i < brokers_.size(); ++i) {
    if (brokers_[i].present && brokers_[i].shared.id.host == host) present.push_back(i);
  }
  return present;
}

bool Roster::HadSeveral(const HostPort& host) const {
  const MutexLock lock(mutex_);
  return std::any_of(brokers_.begin(), brokers_.end(), [&host](const BrokerEntry& broker) {
    return broker.shared.id.host == host && !broker.shared.id.address.empty();
  });
}

std::size_t Roster::present_count() const {
  const MutexLock lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      brokers_.begin(), brokers_.end(), [](const BrokerEntry& broker) { return broker.present; }));
}

void Roster::SetPresent(std::uint32_t broker, bool present) {
  const MutexLock lock(mutex_);
  brokers_[broker].present = present;
}

std::uint32_t Roster::Digest() const {
  const MutexLock lock(mutex_);
  std::uint64_t sum = 0;
  for (const BrokerEntry& broker : brokers_) {
    if (broker.present) sum += Mix(StableHash(broker.shared.name));
  }
  return static_cast<std::uint32_t>(Mix(sum));
}

std::uint32_t Roster::BrokerOf(std::uint32_t session) const {
  const MutexLock lock(mutex_);
  return sessions_[session].broker;
}

bool Roster::SameBroker(std::uint32_t a, std::uint32_t b) const {
  if (IsGuest(a) || IsGuest(b)) return false;
  const MutexLock lock(mutex_);
  return sessions_[a].broker == sessions_[b].broker;
}

void Roster::SetServing(std::uint32_t session, bool serving) {
  if (IsGuest(session)) return;
  const MutexLock lock(mutex_);
  SessionEntry& entry = sessions_[session];
  entry.serving = serving;
  if (serving) return;
  BrokerEntry& broker = brokers_[entry.broker];
  broker.joined = broker.joined && AnyServes(broker);
}

bool Roster::AnyServes(const BrokerEntry& broker) const {
  for (const std::uint32_t session : broker.sessions) {
    if (sessions_[session].serving) return true;
  }
  return false;
}

std::optional<std::uint32_t> Roster::ServingAt(const BrokerEntry& broker,
                                               std::uint32_t home) const {
  const std::size_t count = broker.sessions.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t session = broker.sessions[(SessionOf(home) / at_start_ + i) % count];
    if (session != home && sessions_[session].serving) return session;
  }
  return std::nullopt;
}

Standbys Roster::StandbysOf(std::uint32_t home) const {
  const MutexLock lock(mutex_);
  if (!IsGuest(home)) {
    if (const auto peer = ServingAt(brokers_[sessions_[home].broker], home)) return Standbys(*peer);
  }
  std::vector<std::string> names;
  std::vector<std::uint32_t> sessions;
  for (const BrokerEntry& broker : brokers_) {
    const auto session = ServingAt(broker, home);
    if (!session.has_value()) continue;
    names.push_back(broker.shared.name);
    sessions.push_back(*session);
  }
  if (sessions.empty()) return {};
  // The same broker as at every other replica that has lost this home's.
  return {std::make_shared<const BrokerMap>(names), std::move(sessions)};
}

bool Roster::OtherBrokerServes(std::uint32_t session) const {
  const MutexLock lock(mutex_);
  const std::uint32_t own = sessions_[session].broker;
  for (const SessionEntry& other : sessions_) {
    if (other.serving && other.broker != own) return true;
  }
  return false;
}

bool Roster::Joined(std::uint32_t session) {
  const MutexLock lock(mutex_);
  const std::uint32_t number = sessions_[session].broker;
  if (std::exchange(brokers_[number].joined, true)) return false;
  if (std::find(ever_.begin(), ever_.end(), number) == ever_.end()) {
    ever_.push_back(number);
    MapNewcomers();
  }
  return true;
}

void Roster::MapNewcomers() {
  std::vector<std::string> names;
  for (const std::uint32_t broker : ever_) names.push_back(brokers_[broker].shared.name);
  auto map = std::make_shared<const BrokerMap>(names);
  NoteShares(*map);
  newcomers_.emplace(std::move(map), at_start_);
}

std::optional<Newcomers> Roster::newcomers() const {
  const MutexLock lock(mutex_);
  return newcomers_;
}

std::vector<SessionInfo> Roster::Sessions() const {
  const MutexLock lock(mutex_);
  std::vector<SessionInfo> infos;
  for (const SessionEntry& session : sessions_) infos.push_back(session.info);
  return infos;
}

}  // namespace dino::mqtt
