// How publications leave a quarantine without a verdict.
#include <algorithm>
#include <utility>

#include "server/mqtt/session/quarantine.h"

namespace dino::mqtt {
namespace {

// A session that tries a broker again that was left sends what must be alone here anew; it goes
// back no more often than this.
constexpr std::chrono::seconds kBetweenReturns{1};

}  // namespace

void Quarantine::Stop(const Batch& batch) {
  while (Chunk* const chunk = open_.Find(batch)) GiveUp(*chunk);
}

void Quarantine::StopAll() {
  while (Chunk* const chunk = open_.first()) GiveUp(*chunk);
}

void Quarantine::Expire(Clock::time_point now) {
  while (open_.NextDeadline().value_or(Clock::time_point::max()) <= now) GiveUp(*open_.first());
}

void Quarantine::GiveUp(Chunk& chunk) {
  Deferred* const given_up = chunk.deferred;
  const auto is_it = [given_up](const Case& subject) { return subject.deferred == given_up; };
  Case* sent = nullptr;
  if (tried_.has_value() && is_it(*tried_)) sent = &*tried_;
  for (Verdict& verdict : verdicts_) {
    if (is_it(verdict.subject)) sent = &verdict.subject;
  }
  if (sent != nullptr) {
    // The topic is free when it is answered, or judged.
    const std::unique_ptr<Deferred> owned(std::exchange(sent->deferred, nullptr));
    open_.Settle(chunk, owned->position, {Outcome::kUnknown, 0, false});
    return;
  }
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(), is_it);
  const Case subject = *waiting;
  waiting_.erase(waiting);
  Close(subject, OutcomeIfGivenUp(given_up->attempts, /*unreachable=*/state_ != State::kConnected));
}

bool Quarantine::MustGiveBack(Clock::time_point now) const {
  if (!present_ || !options_.connections->any()) return true;
  return options_.health->left() && now >= give_back_at_;
}

void Quarantine::GiveBackIf(absl::FunctionRef<bool(const Case&)> is_it) {
  const auto first = std::stable_partition(
      waiting_.begin(), waiting_.end(), [&is_it](const Case& subject) { return !is_it(subject); });
  const std::vector<Case> given(first, waiting_.end());
  waiting_.erase(first, waiting_.end());
  for (const Case& subject : given) {
    open_.Remove(*subject.deferred->chunk);
    peers_.ConfinedBack(subject.owner, {{subject.deferred}, {subject.deferred->chunk}});
  }
}

void Quarantine::GiveAllBack() {
  give_back_at_ = Clock::now() + kBetweenReturns;
  GiveBackIf([](const Case&) { return true; });
}

void Quarantine::Acquit(Batch& batch, Clock::time_point now) {
  batch.Acknowledged();
  batch.Acquit();
  if (batch.must_be_alone()) return;
  GiveBackIf([&](const Case& subject) {
    return subject.deferred->chunk->batch == &batch &&
           subject.deferred->attempts.losses < SuspectTopics::kMostLosses &&
           !options_.suspects->IsConfined(subject.topic_hash, now);
  });
}

void Quarantine::PardonAll() {
  for (const Case& subject : waiting_) {
    options_.suspects->Acquit(subject.topic_hash);
    subject.deferred->attempts.losses = 0;
    subject.deferred->chunk->batch->Acquit();
  }
  GiveAllBack();
}

}  // namespace dino::mqtt
