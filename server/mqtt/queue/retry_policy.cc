#include "server/mqtt/queue/retry_policy.h"

#include <algorithm>
#include <chrono>

#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

constexpr std::chrono::seconds kRulesLoaded{2};
constexpr std::chrono::milliseconds kShortestDelay{100};
constexpr std::chrono::milliseconds kLongestDelay{2000};

}  // namespace

bool MayPass(std::uint8_t reason_code, Clock::duration session_age) {
  return IsBusy(reason_code) || (reason_code == kNotAuthorized && session_age < kRulesLoaded);
}

Clock::duration RetryDelay(unsigned failures) {
  constexpr unsigned kMostDoublings = 5;
  const unsigned doublings = std::min(failures - std::min(failures, 1U), kMostDoublings);
  return std::min(kShortestDelay * (1U << doublings), kLongestDelay);
}

}  // namespace dino::mqtt
