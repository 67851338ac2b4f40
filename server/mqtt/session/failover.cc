#include "server/mqtt/session/failover.h"

#include <algorithm>
#include <utility>

namespace dino::mqtt {
namespace {

// How soon to look for a deputy again when there is none.
constexpr std::chrono::milliseconds kLookAgain{200};

}  // namespace

Failover::Failover(std::uint32_t self, Clock::duration after, Colleagues colleagues,
                   SendQueue& queue)
    : self_(self),
      after_(after),
      colleagues_(std::move(colleagues)),
      queue_(queue),
      move_at_(Clock::now() + after) {}

void Failover::Add(Chunk& chunk) {
  // With nothing of ours underway, a deputy that has lost its own connection can be replaced.
  if (deputy_.has_value() && away_ == 0) deputy_ = colleagues_.choose(self_);
  if (deputy_.has_value() && !closed_) {
    ++away_;
    colleagues_.hand_over(*deputy_, {{}, {&chunk}});
  } else if (away_ > 0) {
    queue_.Park(chunk);
  } else {
    queue_.Add(chunk);
  }
}

void Failover::Adopt(SendQueue::Work work, bool connected) {
  away_ -= static_cast<std::size_t>(
      std::count_if(work.chunks.begin(), work.chunks.end(),
                    [this](const Chunk* chunk) { return chunk->session == self_; }));
  if (deputy_.has_value() && !closed_) {
    HandOver(std::move(work));
    return;
  }
  const std::vector<Chunk*> chunks = work.chunks;
  queue_.Adopt(std::move(work));
  for (Chunk* chunk : chunks) {
    // The request to stop may have looked for the chunk while it was on its way here.
    if (chunk->batch->stop_requested()) queue_.Stop(*chunk, !connected);
  }
  EndWait();
}

void Failover::EndedElsewhere() {
  --away_;
  EndWait();
}

void Failover::EndWait() {
  if (away_ == 0) queue_.Unpark();
}

void Failover::HandOver(SendQueue::Work work) {
  away_ += static_cast<std::size_t>(
      std::count_if(work.chunks.begin(), work.chunks.end(),
                    [this](const Chunk* chunk) { return chunk->session == self_; }));
  if (!work.chunks.empty()) colleagues_.hand_over(*deputy_, std::move(work));
}

void Failover::Connected(Clock::time_point now) {
  connected_at_ = now;
  if (!deputy_.has_value()) colleagues_.set_serving(self_, true);
}

void Failover::Lost(Clock::time_point now) {
  connected_at_.reset();
  if (!move_at_.has_value()) move_at_ = now + after_;
  colleagues_.set_serving(self_, false);
}

void Failover::Close() {
  closed_ = true;
  connected_at_.reset();
  colleagues_.set_serving(self_, false);
}

Failover::Move Failover::Advance(Clock::time_point now) {
  if (closed_) return Move::kNone;
  if (connected_at_.has_value()) {
    if (!move_at_.has_value() || now < *connected_at_ + kStable) return Move::kNone;
    move_at_.reset();
    const bool was_away = deputy_.has_value();
    deputy_.reset();
    colleagues_.set_serving(self_, true);
    return was_away ? Move::kBack : Move::kNone;
  }
  if (deputy_.has_value() || !move_at_.has_value() || now < *move_at_) return Move::kNone;
  // What is still with the last deputy must end before work goes to another one.
  if (away_ == 0) deputy_ = colleagues_.choose(self_);
  if (!deputy_.has_value()) {
    move_at_ = now + kLookAgain;
    return Move::kNone;
  }
  HandOver(queue_.TakeAll());
  return Move::kAway;
}

Clock::time_point Failover::NextTimer() const {
  if (closed_ || !move_at_.has_value()) return Clock::time_point::max();
  if (connected_at_.has_value()) return *connected_at_ + kStable;
  return deputy_.has_value() ? Clock::time_point::max() : *move_at_;
}

}  // namespace dino::mqtt
