#include "server/health/health_watch.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

#include "server/health/replica_problems.h"

namespace dino::health {
namespace {

constexpr std::chrono::minutes kRecent{1};

using CountsByName = std::map<std::string, std::uint64_t>;

// A caller that comes back into the key file counts anew, and facts that are read may be older than
// the look that they are compared with.
std::uint64_t Growth(std::uint64_t then, std::uint64_t now) { return now > then ? now - then : 0; }

// What has not grown is left out.
CountsByName Growth(const CountsByName& then, const CountsByName& now) {
  CountsByName growth;
  for (const auto& [name, count] : now) {
    const auto known = then.find(name);
    const std::uint64_t more = Growth(known == then.end() ? 0 : known->second, count);
    if (more > 0) growth[name] = more;
  }
  return growth;
}

Refusals Growth(const Refusals& then, const Refusals& now) {
  return {Growth(then.unknown_callers, now.unknown_callers),
          Growth(then.overloaded, now.overloaded), Growth(then.connections, now.connections),
          Growth(then.over_quota, now.over_quota)};
}

}  // namespace

HealthWatch::Counts HealthWatch::CountsOf(const mqtt::BrokerInfo& broker) {
  return {broker.acknowledged, broker.refused,
          std::accumulate(broker.losses.begin(), broker.losses.end(), std::uint64_t{0}),
          broker.puback_time};
}

HealthWatch::Reading HealthWatch::Complete(Facts facts) const {
  facts.recent_brokers.clear();
  for (std::size_t i = 0; i < facts.brokers.size(); ++i) {
    const Counts now = CountsOf(facts.brokers[i]);
    // A broker that was not there yet had counted nothing.
    const bool was_there = !samples_.empty() && i < samples_.front().brokers.size();
    const Counts then = was_there ? samples_.front().brokers[i] : Counts();
    RecentBroker recent{Growth(then.acknowledged, now.acknowledged),
                        Growth(then.refused, now.refused), Growth(then.losses, now.losses),
                        std::nullopt};
    const std::uint64_t answers = recent.acknowledged + recent.refused;
    if (answers > 0) {
      recent.puback_time =
          (now.puback_time - then.puback_time) / static_cast<std::int64_t>(answers);
    }
    facts.recent_brokers.push_back(recent);
  }
  AddRefusals(facts);
  facts.earlier.clear();
  for (const Problem& problem : last_.problems) facts.earlier.push_back(problem.kind);
  facts.earlier_over_quota = over_quota_;
  Health health = Judge(facts);
  for (Problem& problem : health.problems) {
    const auto known =
        std::find_if(last_.problems.begin(), last_.problems.end(),
                     [&problem](const Problem& other) { return problem.IsSameAs(other); });
    // The facts do not tell when it began.
    const bool untold = problem.since == facts.now;
    if (untold && known != last_.problems.end()) problem.since = known->since;
  }
  return {std::move(facts), std::move(health)};
}

void HealthWatch::AddRefusals(Facts& facts) const {
  facts.recent_refusals =
      Growth(samples_.empty() ? Refusals() : samples_.front().refusals, facts.refusals);
  facts.over_quota_looks.clear();
  for (std::size_t i = 1; i < samples_.size(); ++i) {
    for (const auto& [name, more] :
         Growth(samples_[i - 1].refusals.over_quota, samples_[i].refusals.over_quota)) {
      ++facts.over_quota_looks[name];
    }
  }
}

void HealthWatch::TakeSample(const Facts& facts) {
  Sample sample{facts.measured_at, {}, facts.refusals};
  for (const mqtt::BrokerInfo& broker : facts.brokers) sample.brokers.push_back(CountsOf(broker));
  samples_.push_back(std::move(sample));
  while (samples_.front().at < facts.measured_at - kRecent) samples_.pop_front();
}

void HealthWatch::Look() {
  Facts facts = facts_();
  std::vector<Change> changes;
  {
    const MutexLock lock(mutex_);
    Reading reading = Complete(std::move(facts));
    TakeSample(reading.facts);
    changes = DescribeChanges(last_, reading.health, reading.facts.now);
    last_ = std::move(reading.health);
    over_quota_ = CallersOverQuota(reading.facts);
    changes_.insert(changes_.begin(), changes.rbegin(), changes.rend());
    if (changes_.size() > kChanges) changes_.resize(kChanges);
  }
  for (const Change& change : changes) on_change_(change);
}

HealthWatch::Reading HealthWatch::Read() const {
  Facts facts = facts_();
  const MutexLock lock(mutex_);
  return Complete(std::move(facts));
}

std::vector<Change> HealthWatch::Changes() const {
  const MutexLock lock(mutex_);
  return {changes_.begin(), changes_.end()};
}

}  // namespace dino::health
