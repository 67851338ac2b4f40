#include "server/mqtt/session/broker_health.h"

#include <algorithm>

namespace dino::mqtt {
namespace {

constexpr int kTimeoutsToLeave = 2;

}  // namespace

void BrokerHealth::TimedOut(std::uint32_t session, Clock::time_point now) {
  {
    const MutexLock lock(mutex_);
    // Others' publications were sent before the broker was left.
    if (left() && prober_ != session) return;
    const int timeouts = timeouts_.load(std::memory_order_relaxed) + 1;
    timeouts_.store(timeouts, std::memory_order_relaxed);
    if (timeouts < kTimeoutsToLeave) return;
    prober_.reset();
    if (!left() && now >= recovered_at_ + kProven) backoff_ = shortest_backoff_;
    probe_at_ = now + backoff_;
    backoff_ = std::min<Clock::duration>(2 * backoff_, kLongestBackoff);
    if (left_.exchange(true)) return;
  }
  on_change_(true);
}

bool BrokerHealth::TryProbe(std::uint32_t session, Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (!left() || prober_.has_value() || now < probe_at_) return false;
  if (std::find(passed_on_.begin(), passed_on_.end(), session) != passed_on_.end()) {
    if (now < passed_on_at_ + kRound) return false;
    passed_on_.clear();
  }
  prober_ = session;
  return true;
}

void BrokerHealth::PassOnProbe(std::uint32_t session, Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (prober_ != session) return;
  prober_.reset();
  passed_on_.push_back(session);
  passed_on_at_ = now;
}

void BrokerHealth::EndProbe(std::uint32_t session, Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (prober_ != session) return;
  prober_.reset();
  probe_at_ = now + backoff_;
}

void BrokerHealth::Recover(Clock::time_point now) {
  {
    const MutexLock lock(mutex_);
    timeouts_.store(0, std::memory_order_relaxed);
    prober_.reset();
    if (!left_.exchange(false)) return;
    recovered_at_ = now;
  }
  on_change_(false);
}

}  // namespace dino::mqtt
