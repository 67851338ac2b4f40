#include "server/mqtt/queue/send_queue.h"

#include <limits>

#include "absl/hash/hash.h"
#include "server/mqtt/queue/retry_policy.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

// How many publications a chunk sends before it is the next one's turn: a small call waits for so
// many of each large one. With fewer, changing chunks costs more than it gains.
constexpr int kTurn = 4;

// Room for a packet's header and properties, beside topic and payload.
constexpr std::size_t kPacketOverhead = 200;

}  // namespace

SendQueue::~SendQueue() {
  while (!deadlines_.empty()) Stop(*deadlines_.begin()->second, /*unreachable=*/true);
}

void SendQueue::Add(Chunk& chunk) {
  Enlist(chunk);
  if (chunk.taken < chunk.count) Serve(chunk);
}

void SendQueue::Park(Chunk& chunk) {
  Enlist(chunk);
  if (chunk.taken < chunk.count) parked_.PushBack(chunk);
}

void SendQueue::Unpark() {
  while (Chunk* chunk = parked_.front()) {
    parked_.Erase(*chunk);
    Serve(*chunk);
  }
}

void SendQueue::Enlist(Chunk& chunk) {
  deadlines_.emplace(chunk.batch->options().deadline, &chunk);
  unsent_ += chunk.count - chunk.taken;
}

void SendQueue::Serve(Chunk& chunk) {
  if (lanes_.Enter(chunk)) ready_.PushBack(chunk);
}

void SendQueue::PassLane(Chunk& chunk) {
  if (Chunk* const next = lanes_.Leave(chunk)) ready_.PushBack(*next);
}

SendQueue::Work SendQueue::TakeAll() {
  Work work;
  work.resend.assign(resend_.begin(), resend_.end());
  // Those that have everything on its way stand in no list. Then those that wait for a topic, so
  // that they get it before chunks that came later.
  for (const auto& [deadline, chunk] : deadlines_) {
    if (chunk->list == nullptr) work.chunks.push_back(chunk);
  }
  for (auto& [topic_hash, list] : waiting_) list.TakeAll(work.chunks);
  ready_.TakeAll(work.chunks);
  lanes_.TakeAll(work.chunks);
  parked_.TakeAll(work.chunks);
  resend_.clear();
  waiting_.clear();
  freed_.clear();
  deadlines_.clear();
  unsent_ = 0;
  Lanes::Sort(work.chunks);
  return work;
}

void SendQueue::Adopt(Work work) {
  resend_.insert(resend_.end(), work.resend.begin(), work.resend.end());
  for (Chunk* chunk : work.chunks) Add(*chunk);
}

bool SendQueue::Holds(Chunk& chunk) const {
  return deadlines_.contains({chunk.batch->options().deadline, &chunk});
}

void SendQueue::Stop(Chunk& chunk, bool unreachable) {
  // Keeps the chunk until this function is done with it.
  const std::shared_ptr<Batch> batch = chunk.keep_alive;
  if (chunk.list != nullptr) chunk.list->Erase(chunk);
  PassLane(chunk);
  const std::uint32_t taken = chunk.taken;
  unsent_ -= chunk.count - taken;
  chunk.taken = chunk.count;

  const PublicationOutcome unknown{Outcome::kUnknown, 0, unreachable};
  window_.Detach(chunk, [&](std::uint32_t position) { Settle(chunk, position, unknown); });
  while (const std::optional<InFlight> held = window_.TakeHeld(chunk)) {
    Free(held->topic_hash);
    Settle(chunk, held->position, {Outcome::kRejected, held->last_failure, false});
  }
  for (auto entry = resend_.begin(); entry != resend_.end();) {
    if (entry->chunk != &chunk) {
      ++entry;
      continue;
    }
    Settle(chunk, entry->position, unknown);
    Free(entry->topic_hash);
    entry = resend_.erase(entry);
  }
  for (std::uint32_t i = taken; i < chunk.count; ++i) {
    Settle(chunk, chunk.first + i, {Outcome::kNotSent, 0, unreachable});
  }
}

void SendQueue::Expire(Clock::time_point now, bool unreachable) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Stop(*deadlines_.begin()->second, unreachable);
  }
}

std::optional<Clock::time_point> SendQueue::NextDeadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

bool SendQueue::Fill(Clock::time_point now, Sender send) {
  if (!FillRetries(now, send) || !FillResend(now, send)) return false;
  if (!resend_.empty()) return true;
  if (!FillFreed(now, send)) return false;
  if (!freed_.empty()) return true;
  return FillReady(now, send);
}

bool SendQueue::FillResend(Clock::time_point now, Sender send) {
  while (!resend_.empty()) {
    const InFlight lost = resend_.front();
    if (!window_.HasRoom(lost.bytes) || window_.HasTopic(lost.topic_hash)) return true;
    resend_.pop_front();
    if (!SendAgain(lost, now, send)) return false;
  }
  return true;
}

bool SendQueue::FillRetries(Clock::time_point now, Sender send) {
  while (const std::optional<InFlight> due = window_.TakeDue(now)) {
    if (!SendAgain(*due, now, send)) return false;
  }
  return true;
}

bool SendQueue::SendAgain(const InFlight& entry, Clock::time_point now, Sender send) {
  const Batch& batch = *entry.chunk->batch;
  batch.WriteTopic(entry.position, topic_);
  const std::string_view payload = batch.PayloadOf(entry.position, payload_);
  InFlight& again = window_.Add(entry.chunk, entry.position, entry.topic_hash, entry.bytes, now);
  again.failures = entry.failures;
  again.last_failure = entry.last_failure;
  return Transmit(again, {batch, topic_, payload}, send);
}

bool SendQueue::FillFreed(Clock::time_point now, Sender send) {
  while (!freed_.empty()) {
    const auto waiting = waiting_.find(freed_.front());
    if (waiting == waiting_.end() || window_.HasTopic(waiting->first)) {
      freed_.pop_front();
      continue;
    }
    Chunk* chunk = waiting->second.front();
    if (chunk == nullptr) {
      waiting_.erase(waiting);
      freed_.pop_front();
      continue;
    }
    const Step step = SendNext(*chunk, now, send);
    if (step == Step::kConnectionLost) return false;
    if (step == Step::kNoRoom) return true;
    freed_.pop_front();
    if (step == Step::kSent) {
      waiting->second.Erase(*chunk);
      ready_.PushBack(*chunk);
    }
  }
  return true;
}

bool SendQueue::FillReady(Clock::time_point now, Sender send) {
  while (Chunk* chunk = ready_.front()) {
    const Step step = SendNext(*chunk, now, send);
    if (step == Step::kConnectionLost) return false;
    if (step == Step::kNoRoom) return true;
    if (step != Step::kSent) {
      turn_ = 0;
    } else if (++turn_ == kTurn) {
      turn_ = 0;
      ready_.Erase(*chunk);
      ready_.PushBack(*chunk);
    }
  }
  return true;
}

SendQueue::Step SendQueue::SendNext(Chunk& chunk, Clock::time_point now, Sender send) {
  const std::uint32_t position = chunk.first + chunk.taken;
  const Batch& batch = *chunk.batch;
  batch.WriteTopic(position, topic_);
  const std::string_view payload = batch.PayloadOf(position, payload_);
  const std::size_t bytes = topic_.size() + payload.size() + kPacketOverhead;
  if (!window_.HasRoom(bytes)) return Step::kNoRoom;
  const std::uint64_t topic_hash = absl::HashOf(topic_);
  if (window_.HasTopic(topic_hash)) {
    chunk.list->Erase(chunk);
    waiting_[topic_hash].PushBack(chunk);
    if (chunk.taken + 1 == chunk.count) PassLane(chunk);
    return Step::kMustWait;
  }
  ++chunk.taken;
  --unsent_;
  const bool last = chunk.taken == chunk.count;
  if (last) {
    chunk.list->Erase(chunk);
    PassLane(chunk);
  }
  InFlight& entry = window_.Add(&chunk, position, topic_hash, bytes, now);
  // From here on the chunk may have ended, if this was its last publication.
  if (!Transmit(entry, {batch, topic_, payload}, send)) return Step::kConnectionLost;
  return last ? Step::kLastSent : Step::kSent;
}

bool SendQueue::Transmit(InFlight& entry, const Outgoing& outgoing, Sender send) {
  std::uint8_t reason_code = kSuccess;
  switch (send(outgoing, entry, reason_code)) {
    case SendStatus::kSent:
      return true;
    case SendStatus::kRefused: {
      const InFlight refused = entry;
      window_.RemoveLast();
      Free(refused.topic_hash);
      Settle(*refused.chunk, refused.position, {Outcome::kRejected, reason_code, false});
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
                                                      Clock::duration session_age) {
  std::optional<InFlight> entry = window_.Remove(packet_id);
  if (!entry.has_value()) return std::nullopt;
  // What nobody waits for any more was left to the broker's answer.
  const bool by_broker =
      entry->chunk == nullptr || entry->chunk->batch->options().qos == Qos::kAtLeastOnce;
  const auto latency = by_broker ? std::optional(now - entry->sent_at) : std::nullopt;
  if (entry->chunk != nullptr && MayPass(reason_code, session_age)) {
    entry->last_failure = reason_code;
    if (entry->failures < std::numeric_limits<std::uint8_t>::max()) ++entry->failures;
    entry->retry_at = now + RetryDelay(entry->failures);
    window_.Hold(*entry);
    return latency;
  }
  Free(entry->topic_hash);
  if (entry->chunk == nullptr) return latency;
  Settle(*entry->chunk, entry->position, {OutcomeOf(reason_code), reason_code, false});
  return latency;
}

void SendQueue::ConnectionLost() {
  // What is left in `resend_` was sent before anything that is in flight now and has waited
  // since; different topics, so either order would do.
  for (const InFlight& entry : window_.TakeAll()) {
    if (entry.chunk == nullptr) {
      Free(entry.topic_hash);
    } else {
      resend_.push_back(entry);
    }
  }
}

void SendQueue::Settle(Chunk& chunk, std::uint32_t position, PublicationOutcome outcome) {
  chunk.batch->Settle(position, outcome);
  if (++chunk.settled == chunk.count) End(chunk);
}

void SendQueue::End(Chunk& chunk) {
  deadlines_.erase({chunk.batch->options().deadline, &chunk});
  on_ended_(chunk);
  const std::shared_ptr<Batch> batch = std::move(chunk.keep_alive);
  batch->ChunkSettled();
}

void SendQueue::Free(std::uint64_t topic_hash) {
  if (waiting_.empty() || waiting_.find(topic_hash) == waiting_.end()) return;
  freed_.push_back(topic_hash);
}

}  // namespace dino::mqtt
