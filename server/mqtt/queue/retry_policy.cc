#include "server/mqtt/queue/retry_policy.h"

#include <algorithm>
#include <chrono>

#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// VerneMQ needed up to three seconds on a busy machine.
constexpr std::chrono::seconds kRulesLoaded{10};
constexpr std::chrono::milliseconds kShortestDelay{100};
constexpr std::chrono::milliseconds kLongestDelay{2000};

}  // namespace

bool RetryPolicy::MayPass(std::uint8_t reason_code, Clock::time_point now) const {
  if (reason_code != kNotAuthorized) return IsBusy(reason_code);
  return !proven_ && now < connected_at_ + kRulesLoaded;
}

Clock::duration RetryDelay(unsigned failures) {
  constexpr unsigned kMostDoublings = 5;
  const unsigned doublings = std::min(failures - std::min(failures, 1U), kMostDoublings);
  return std::min(kShortestDelay * (1U << doublings), kLongestDelay);
}

PublicationOutcome OutcomeIfGivenUp(const Attempts& attempts, bool unreachable) {
  // It would have been final from a broker that was ready.
  const bool not_ready = attempts.last_failure == kNotAuthorized;
  const std::uint8_t failure = not_ready ? kSuccess : attempts.last_failure;
  if (attempts.unanswered) return {Outcome::kUnknown, failure, unreachable || not_ready};
  if (failure != kSuccess) return {Outcome::kRejected, failure, false};
  return {Outcome::kNotSent, 0, unreachable || not_ready};
}

PublicationOutcome OutcomeIfNotTaken(const Attempts& attempts, std::uint8_t reason_code) {
  if (attempts.unanswered) return {Outcome::kUnknown, reason_code, false};
  if (attempts.failures > 0) return {Outcome::kRejected, attempts.last_failure, false};
  return {Outcome::kNotSent, reason_code, false};
}

}  // namespace dino::mqtt
