#include "server/auth/quota.h"

#include <algorithm>

namespace dino::auth {
namespace {

using Seconds = std::chrono::duration<double>;

// The rounding error allowed, in tokens.
constexpr double kRounding = 1e-6;

void Set(std::optional<TokenBucket>& bucket, std::optional<double> rate, Clock::time_point now) {
  if (!rate.has_value()) {
    bucket.reset();
  } else if (bucket.has_value()) {
    bucket->SetRate(*rate, now);
  } else {
    bucket.emplace(*rate, now);
  }
}

}  // namespace

TokenBucket::TokenBucket(double rate, Clock::time_point now)
    : rate_(rate), tokens_(capacity()), updated_at_(now) {}

double TokenBucket::capacity() const { return std::max(rate_, 1.0); }

void TokenBucket::SetRate(double rate, Clock::time_point now) {
  WaitFor(0, now);
  rate_ = rate;
  tokens_ = std::min(tokens_, capacity());
}

void TokenBucket::GiveBack(double tokens) { tokens_ = std::min(capacity(), tokens_ + tokens); }

Clock::duration TokenBucket::WaitFor(double tokens, Clock::time_point now) {
  // Callers read the clock before they get the lock.
  if (now > updated_at_) {
    tokens_ = std::min(capacity(), tokens_ + Seconds(now - updated_at_).count() * rate_);
    updated_at_ = now;
  }
  const double missing = std::min(tokens, capacity()) - tokens_;
  if (missing <= kRounding) return Clock::duration::zero();
  // Rounded up, so that the tokens are there after the wait.
  return std::chrono::ceil<Clock::duration>(Seconds(missing / rate_));
}

Quota::Quota(const Rates& rates, Clock::time_point now) { SetRates(rates, now); }

void Quota::SetRates(const Rates& rates, Clock::time_point now) {
  const MutexLock lock(mutex_);
  Set(events_, rates.events_per_second, now);
  Set(recipients_, rates.recipients_per_second, now);
}

Clock::duration Quota::Take(std::size_t recipients, Clock::time_point now) {
  const MutexLock lock(mutex_);
  const auto count = static_cast<double>(recipients);
  const Clock::duration wait = Wait(count, now);
  if (wait > Clock::duration::zero()) {
    ++usage_.refused_events;
    return wait;
  }
  if (events_.has_value()) events_->Take(1);
  if (recipients_.has_value()) recipients_->Take(count);
  return wait;
}

void Quota::GiveBack(std::size_t recipients) {
  const MutexLock lock(mutex_);
  if (events_.has_value()) events_->GiveBack(1);
  if (recipients_.has_value()) recipients_->GiveBack(static_cast<double>(recipients));
}

void Quota::Published(std::size_t recipients) {
  const MutexLock lock(mutex_);
  ++usage_.events;
  usage_.recipients += recipients;
}

Clock::duration Quota::WaitFor(std::size_t recipients, Clock::time_point now) {
  const MutexLock lock(mutex_);
  return Wait(static_cast<double>(recipients), now);
}

Quota::Usage Quota::usage() const {
  const MutexLock lock(mutex_);
  return usage_;
}

Clock::duration Quota::Wait(double recipients, Clock::time_point now) {
  Clock::duration wait = Clock::duration::zero();
  if (events_.has_value()) wait = std::max(wait, events_->WaitFor(1, now));
  if (recipients_.has_value()) wait = std::max(wait, recipients_->WaitFor(recipients, now));
  return wait;
}

}  // namespace dino::auth
