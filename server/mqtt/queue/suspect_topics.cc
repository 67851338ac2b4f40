#include "server/mqtt/queue/suspect_topics.h"

#include <algorithm>

namespace dino::mqtt {

void SuspectTopics::Suspect(std::uint64_t topic_hash, Clock::time_point now) {
  const MutexLock lock(mutex_);
  ++Renew(topic_hash, now).losses;
}

void SuspectTopics::Blame(std::uint64_t topic_hash, Clock::time_point now) {
  Suspect(topic_hash, now);
  if (everywhere_ != nullptr) everywhere_->Suspect(topic_hash, now);
}

void SuspectTopics::Convict(std::uint64_t topic_hash, Clock::time_point now) {
  const MutexLock lock(mutex_);
  Record& record = Renew(topic_hash, now);
  record.losses = std::max(record.losses, kMostLosses);
  record.convicted = true;
}

void SuspectTopics::Acquit(std::uint64_t topic_hash) {
  if (everywhere_ != nullptr) everywhere_->Acquit(topic_hash);
  if (count_.load(std::memory_order_relaxed) == 0) return;
  const MutexLock lock(mutex_);
  const auto record = topics_.find(topic_hash);
  if (record == topics_.end() || record->second.convicted) return;
  topics_.erase(record);
  count_.store(topics_.size(), std::memory_order_relaxed);
}

void SuspectTopics::SurvivedRefusal(std::uint8_t reason_code, Clock::time_point refused_at) {
  const MutexLock lock(mutex_);
  survived_[reason_code] = refused_at;
}

bool SuspectTopics::SurvivesRefusals(std::uint8_t reason_code, Clock::time_point now) const {
  const MutexLock lock(mutex_);
  return survived_[reason_code] != Clock::time_point() && survived_[reason_code] + kMemory > now;
}

bool SuspectTopics::LookUp(std::uint64_t topic_hash, Clock::time_point now) {
  const MutexLock lock(mutex_);
  const auto record = topics_.find(topic_hash);
  if (record == topics_.end() || record->second.losses < kMostLosses) return false;
  if (record->second.until <= now) {
    topics_.erase(record);
    count_.store(topics_.size(), std::memory_order_relaxed);
    return false;
  }
  record->second.until = now + kMemory;
  return true;
}

bool SuspectTopics::Knows(std::uint64_t topic_hash, Clock::time_point now) const {
  const MutexLock lock(mutex_);
  const auto record = topics_.find(topic_hash);
  return record != topics_.end() && Confines(record->second, now);
}

std::size_t SuspectTopics::confined_count(Clock::time_point now) const {
  const MutexLock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(topics_.begin(), topics_.end(), [this, now](const auto& topic) {
        const auto& [topic_hash, record] = topic;
        if (record.until <= now) return false;
        return Confines(record, now) ||
               (everywhere_ != nullptr && everywhere_->Knows(topic_hash, now));
      }));
}

SuspectTopics::Record& SuspectTopics::Renew(std::uint64_t topic_hash, Clock::time_point now) {
  if (topics_.size() >= kMaxTopics && !topics_.contains(topic_hash)) MakeRoom(now);
  Record& record = topics_[topic_hash];
  if (record.until <= now) record = {};
  record.until = now + kMemory;
  count_.store(topics_.size(), std::memory_order_relaxed);
  return record;
}

void SuspectTopics::MakeRoom(Clock::time_point now) {
  absl::erase_if(topics_, [now](const auto& topic) { return topic.second.until <= now; });
  if (topics_.size() < kMaxTopics) return;
  // Those that were never convicted first, then those that are forgotten first anyway.
  topics_.erase(std::min_element(topics_.begin(), topics_.end(), [](const auto& a, const auto& b) {
    return std::make_pair(a.second.convicted, a.second.until) <
           std::make_pair(b.second.convicted, b.second.until);
  }));
}

}  // namespace dino::mqtt
