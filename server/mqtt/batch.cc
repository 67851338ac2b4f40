#include "server/mqtt/batch.h"

#include <chrono>
#include <memory>

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

void Batch::AddLoss(Clock::time_point now) {
  // Connections that end together are one loss.
  constexpr std::chrono::milliseconds kTogether{20};
  if (last_loss_at_.exchange(now, std::memory_order_relaxed) + kTogether <= now) {
    losses_.fetch_add(1, std::memory_order_relaxed);
  }
}

Chunk& Batch::Split(Chunk& whole, std::uint32_t first, std::uint32_t count, std::uint32_t open) {
  auto part = std::make_unique<Chunk>();
  part->batch = this;
  part->session = whole.session;
  part->at = whole.at;
  part->first = first;
  part->count = count;
  part->open = open;
  part->keep_alive = whole.keep_alive;
  part->is_part = true;
  whole.open -= open;
  // `whole` is open still, so this does not race with the end.
  open_chunks_.fetch_add(1, std::memory_order_relaxed);
  return *part.release();
}

void Batch::DeletePart(Chunk& part) { const std::unique_ptr<Chunk> owned(&part); }

}  // namespace dino::mqtt
