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

}  // namespace dino::mqtt
