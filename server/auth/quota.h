#ifndef DINO_SERVER_AUTH_QUOTA_H_
#define DINO_SERVER_AUTH_QUOTA_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::auth {

// A token bucket: holds what comes in within a second, and at least one token.
//
// More than it can hold is given when it is full, and then owed. Not thread-safe.
class TokenBucket {
 public:
  // Full. `rate` is in tokens per second, above 0.
  TokenBucket(double rate, Clock::time_point now);

  // What is in the bucket stays, as far as there is room for it.
  void SetRate(double rate, Clock::time_point now);

  // How long to wait until `tokens` can be taken; 0 if they can be now.
  Clock::duration WaitFor(double tokens, Clock::time_point now);
  // Takes them, also if they must be owed.
  void Take(double tokens) { tokens_ -= tokens; }
  // Puts back what was taken, as far as there is room for it.
  void GiveBack(double tokens);

 private:
  double capacity() const;

  double rate_;
  double tokens_;
  Clock::time_point updated_at_;
};

// How much a caller may publish; no limit where nothing is set.
struct Rates {
  std::optional<double> events_per_second;
  std::optional<double> recipients_per_second;
};

// What a caller may still publish at the moment, and what it has. Thread-safe.
class Quota {
 public:
  // Since the process started.
  struct Usage {
    std::uint64_t events = 0;
    std::uint64_t recipients = 0;
    // Events that it had to wait with.
    std::uint64_t refused_events = 0;
  };

  explicit Quota(const Rates& rates, Clock::time_point now = Clock::now());

  void SetRates(const Rates& rates, Clock::time_point now = Clock::now());

  // Takes an event for so many recipients. Returns 0, or how long to wait until that can be done;
  // then nothing was taken.
  Clock::duration Take(std::size_t recipients, Clock::time_point now = Clock::now());
  // Undoes a `Take` that returned 0: nothing of the event was published.
  void GiveBack(std::size_t recipients);
  // As `Take`, but takes nothing.
  Clock::duration WaitFor(std::size_t recipients, Clock::time_point now = Clock::now());

  // What `Take` was asked for, less what was given back.
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
