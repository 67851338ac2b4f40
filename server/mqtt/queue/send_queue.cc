#include "server/mqtt/queue/send_queue.h"

#include <memory>

#include "absl/hash/hash.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// Room for a packet's header and properties, beside topic and payload.
constexpr std::size_t kPacketOverhead = 200;

// How a publication ends that the broker has answered for good.
PublicationOutcome OutcomeOfAnswer(const Attempts& attempts, std::uint8_t reason_code) {
  const Outcome outcome = OutcomeOf(reason_code);
  // The copy that went out before may have arrived.
  if (outcome == Outcome::kRejected && attempts.unanswered) {
    return {Outcome::kUnknown, reason_code, false};
  }
  return {outcome, reason_code, false};
}

}  // namespace

SendQueue::~SendQueue() { StopAll(/*unreachable=*/true); }

void SendQueue::Add(Chunk& chunk) {
  chunk.at = self_;
  open_.Add(chunk);
  unsent_ += chunk.count - chunk.taken;
  if (chunk.taken < chunk.count) turns_.Add(chunk);
}

Deferred& SendQueue::Defer(Chunk& chunk, std::uint32_t position, std::uint64_t topic_hash,
                           const Attempts& attempts) {
  // Owned by the chunk's list until `Forget`.
  auto deferred = std::make_unique<Deferred>();
  deferred->LinkTo(chunk);
  deferred->position = position;
  deferred->topic_hash = topic_hash;
  deferred->attempts = attempts;
  ++deferred_count_;
  return *deferred.release();
}

void SendQueue::Forget(Deferred& deferred) {
  const std::unique_ptr<Deferred> owned(&deferred);
  if (deferred.list != nullptr) {
    deferred.list->Erase(deferred);
  } else {
    held_.erase({deferred.not_before, &deferred});
  }
  deferred.Unlink();
  --deferred_count_;
}

void SendQueue::GiveUp(Deferred& deferred, bool unreachable) {
  const Deferred given_up = deferred;
  Forget(deferred);
  if (given_up.has_topic) Release(given_up.topic_hash);
  open_.Settle(*given_up.chunk, given_up.position,
               OutcomeIfGivenUp(given_up.attempts, unreachable));
}

void SendQueue::HoldUntil(Deferred& deferred, Clock::time_point time) {
  deferred.has_topic = true;
  deferred.not_before = time;
  held_.emplace(time, &deferred);
}

void SendQueue::EndHolds(Clock::time_point now) {
  while (!held_.empty() && held_.begin()->first <= now) {
    due_.PushBack(*held_.begin()->second);
    held_.erase(held_.begin());
  }
}

void SendQueue::Free(const InFlight& entry) {
  Release(entry.topic_hash);
  if (entry.awaited_at_home) listener_.TopicFree(entry.home, entry.topic_hash);
}

void SendQueue::Release(std::uint64_t topic_hash) {
  Deferred* const next = lines_.Release(topic_hash);
  if (next == nullptr) return;
  next->has_topic = true;
  due_.PushBack(*next);
}

void SendQueue::Stop(Chunk& chunk, bool unreachable) {
  OpenChunks::Hold(chunk);
  turns_.Remove(chunk);
  const std::uint32_t taken = chunk.taken;
  unsent_ -= chunk.count - taken;
  chunk.taken = chunk.count;

  window_.Detach(chunk, [&](std::uint32_t position) {
    open_.Settle(chunk, position, {Outcome::kUnknown, 0, unreachable});
  });
  while (chunk.deferred != nullptr) GiveUp(*chunk.deferred, unreachable);
  for (std::uint32_t i = taken; i < chunk.count; ++i) {
    open_.Settle(chunk, chunk.first + i, {Outcome::kNotSent, 0, unreachable});
  }
  open_.LetGo(chunk);
}

void SendQueue::StopBatch(const Batch& batch, bool unreachable) {
  while (Chunk* const chunk = open_.Find(batch)) Stop(*chunk, unreachable);
}

void SendQueue::Expire(Clock::time_point now, bool unreachable) {
  while (open_.NextDeadline().value_or(Clock::time_point::max()) <= now) {
    Stop(*open_.first(), unreachable);
  }
}

void SendQueue::StopAll(bool unreachable) {
  while (Chunk* const chunk = open_.first()) Stop(*chunk, unreachable);
}

std::optional<Clock::time_point> SendQueue::NextRetry() const {
  if (held_.empty()) return std::nullopt;
  return held_.begin()->first;
}

bool SendQueue::Fill(Clock::time_point now, Sender send) {
  EndHolds(now);
  while (true) {
    Step step = Step::kDone;
    if (Deferred* const deferred = due_.front()) {
      step = SendDeferred(*deferred, now, send);
    } else if (Chunk* const chunk = turns_.next()) {
      step = SendNext(*chunk, now, send);
    } else {
      return true;
    }
    if (step != Step::kDone) return step == Step::kNoRoom;
  }
}

SendQueue::Step SendQueue::SendDeferred(Deferred& deferred, Clock::time_point now, Sender send) {
  const Batch& batch = *deferred.chunk->batch;
  batch.WriteTopic(deferred.position, topic_);
  const std::string_view payload = batch.PayloadOf(deferred.position, payload_);
  const std::size_t bytes = topic_.size() + payload.size() + kPacketOverhead;
  if (!window_.HasRoom(bytes)) return Step::kNoRoom;
  if (MustBeAlone(batch, deferred.topic_hash, deferred.attempts, now)) {
    due_.Erase(deferred);
    Divert(deferred);
    return Step::kDone;
  }
  InFlight& entry =
      window_.Add(*deferred.chunk, deferred.position, deferred.topic_hash, bytes, now);
  entry.attempts = deferred.attempts;
  Forget(deferred);
  return Transmit(entry, {batch, topic_, payload}, send) ? Step::kDone : Step::kConnectionLost;
}

SendQueue::Step SendQueue::SendNext(Chunk& chunk, Clock::time_point now, Sender send) {
  const std::uint32_t position = chunk.first + chunk.taken;
  const Batch& batch = *chunk.batch;
  batch.WriteTopic(position, topic_);
  const std::string_view payload = batch.PayloadOf(position, payload_);
  const std::size_t bytes = topic_.size() + payload.size() + kPacketOverhead;
  if (!window_.HasRoom(bytes)) return Step::kNoRoom;
  const std::uint64_t topic_hash = absl::HashOf(topic_);
  ++chunk.taken;
  --unsent_;
  if (chunk.taken == chunk.count) {
    turns_.Remove(chunk);
    // What follows comes to this loop later.
    chunk.batch->TakenUp(chunk.count);
  } else {
    turns_.Sent();
  }
  if (!lines_.TryTake(topic_hash)) {
    lines_.Wait(Defer(chunk, position, topic_hash, {}));
    return Step::kDone;
  }
  if (MustBeAlone(batch, topic_hash, {}, now)) {
    Divert(Defer(chunk, position, topic_hash, {}));
    return Step::kDone;
  }
  InFlight& entry = window_.Add(chunk, position, topic_hash, bytes, now);
  // From here on the chunk may have ended, if this was its last publication.
  return Transmit(entry, {batch, topic_, payload}, send) ? Step::kDone : Step::kConnectionLost;
}

bool SendQueue::Transmit(InFlight& entry, const Outgoing& outgoing, Sender send) {
  std::uint8_t reason_code = kSuccess;
  switch (send(outgoing, entry, reason_code)) {
    case SendStatus::kSent:
      return true;
    case SendStatus::kRefused: {
      const InFlight refused = entry;
      window_.RemoveLast();
      Release(refused.topic_hash);
      open_.Settle(*refused.chunk, refused.position,
                   OutcomeIfNotTaken(refused.attempts, reason_code));
      return true;
    }
    case SendStatus::kConnectionLost:
      // Part of it may have left: it counts as in flight.
      return false;
  }
  return false;
}

std::optional<Clock::duration> SendQueue::Acknowledge(int packet_id, std::uint8_t reason_code,
                                                      Clock::time_point now,
                                                      std::string_view reason_string) {
  std::optional<InFlight> entry = window_.Remove(packet_id);
  if (!entry.has_value()) return std::nullopt;
  // What nobody waits for any more was left to the broker's answer.
  const bool by_broker =
      entry->chunk == nullptr || entry->chunk->batch->options().qos == Qos::kAtLeastOnce;
  const auto latency = by_broker ? std::optional(now - entry->sent_at) : std::nullopt;
  if (reason_code >= kFirstFailure) {
    clues_.Refused(entry->topic_hash, reason_code, now);
  } else {
    if (by_broker) {
      clues_.Answered(now);
      retry_policy_.Acknowledged();
      if (entry->attempts.losses > 0) suspects_->Acquit(entry->topic_hash);
      if (entry->chunk != nullptr) entry->chunk->batch->Acknowledged();
    } else {
      clues_.Written(entry->topic_hash, now);
    }
    (entry->home == self_ ? last_acknowledged_at_ : acknowledged_for_[entry->home]) = now;
  }
  if (entry->chunk == nullptr) {
    Free(*entry);
    return latency;
  }
  if (!reason_string.empty()) {
    entry->chunk->batch->Explain(entry->position, {reason_code, reason_string});
  }
  if (retry_policy_.MayPass(reason_code, now)) {
    Attempts& attempts = entry->attempts;
    attempts.Refused(reason_code);
    Deferred& deferred = Defer(*entry->chunk, entry->position, entry->topic_hash, attempts);
    if (entry->awaited_at_home) {
      GiveBack(deferred);
    } else {
      HoldUntil(deferred, now + RetryDelay(attempts.failures));
    }
    return latency;
  }
  Free(*entry);
  open_.Settle(*entry->chunk, entry->position, OutcomeOfAnswer(entry->attempts, reason_code));
  return latency;
}

void SendQueue::Connected(Clock::time_point now, std::size_t window) {
  window_.LimitCapacity(window);
  retry_policy_.Connected(now);
}

void SendQueue::ConnectionLost(Clock::time_point now, bool by_broker) {
  const LossClues::Verdict verdict = by_broker ? clues_.Suspect(now) : LossClues::Verdict();
  const bool suspect = by_broker && verdict.in_flight_is_suspect;
  clues_.Forget();
  if (verdict.refused_topic.has_value()) {
    for (const auto& [until, held] : held_) {
      if (held->topic_hash == *verdict.refused_topic) held->attempts.Lost();
    }
  }
  // Who was told to wait was told so by that connection.
  EndHolds(Clock::time_point::max());
  for (InFlight& entry : window_.TakeAll()) {
    if (suspect) suspects_->Suspect(entry.topic_hash, now);
    if (entry.chunk == nullptr) {
      Free(entry);
      continue;
    }
    entry.attempts.unanswered = true;
    if (suspect) {
      entry.chunk->batch->AddLoss(now);
      entry.attempts.Lost();
    }
    Deferred& deferred = Defer(*entry.chunk, entry.position, entry.topic_hash, entry.attempts);
    if (entry.awaited_at_home) {
      GiveBack(deferred);
      continue;
    }
    deferred.has_topic = true;
    due_.PushBack(deferred);
  }
}

}  // namespace dino::mqtt
