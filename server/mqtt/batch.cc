#include "server/mqtt/batch.h"

#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {

std::uint64_t NewLane() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

Outcome OutcomeOf(std::uint8_t reason_code) {
  if (reason_code >= kFirstFailure) return Outcome::kRejected;
  return reason_code == kNoMatchingSubscribers ? Outcome::kNoSubscriber : Outcome::kAcknowledged;
}

std::uint8_t ReasonCodeOf(Outcome outcome) {
  return outcome == Outcome::kNoSubscriber ? kNoMatchingSubscribers : kSuccess;
}

}  // namespace dino::mqtt
