#ifndef DINO_SERVER_AUTH_QUOTA_H_
#define DINO_SERVER_AUTH_QUOTA_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::auth {

// A token bucket that holds one second's worth of tokens, and at least one.
//
// A request for more than it can hold is granted when it is full, and the rest is owed. Not
// thread-safe.
class TokenBucket {
 public:
  // Starts full. `rate` is in tokens per second, above 0.
  TokenBucket(double rate, Clock::time_point now);

  // Keeps the tokens that still fit.
  void SetRate(double rate, Clock::time_point now);

  // How long to wait until `tokens` can be taken; 0 if they can be now.
  Clock::duration WaitFor(double tokens, Clock::time_point now);
  // Takes tokens, going into debt if necessary.
  void Take(double tokens) { tokens_ -= tokens; }
  // Returns taken tokens that still fit.
  void GiveBack(double tokens);

 private:
  double capacity() const;

  double rate_;
  double tokens_;
  Clock::time_point updated_at_;
};

// How fast a caller may publish; unset: no limit.
struct Rates {
  std::optional<double> events_per_second;
  std::optional<double> recipients_per_second;
};

// A caller's quota, and what it has published. Thread-safe.
class Quota {
 public:
  // Since the process started.
  struct Usage {
    // Of events that were published, as far as that went.
    std::uint64_t events = 0;
    std::uint64_t recipients = 0;
    // Events refused because the quota was used up.
    std::uint64_t refused_events = 0;
  };

  explicit Quota(const Rates& rates, Clock::time_point now = Clock::now());

  void SetRates(const Rates& rates, Clock::time_point now = Clock::now());

  // Takes the quota for an event with this many recipients. Returns 0, or how long to wait until it
  // is available; then nothing was taken.
  Clock::duration Take(std::size_t recipients, Clock::time_point now = Clock::now());
  // Undoes a `Take` that returned 0: nothing of the event was published.
  void GiveBack(std::size_t recipients);
  // An event for which `Take` returned 0 has been published: counts it.
  void Published(std::size_t recipients);
  // As `Take`, but takes nothing.
  Clock::duration WaitFor(std::size_t recipients, Clock::time_point now = Clock::now());

  Usage usage() const;

 private:
  Clock::duration Wait(double recipients, Clock::time_point now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  Usage usage_ ABSL_GUARDED_BY(mutex_);
  std::optional<TokenBucket> events_ ABSL_GUARDED_BY(mutex_);
  std::optional<TokenBucket> recipients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_QUOTA_H_
