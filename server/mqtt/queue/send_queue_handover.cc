// How work moves from one session's queue to another's.
#include <algorithm>
#include <memory>

#include "absl/hash/hash.h"
#include "server/mqtt/queue/lanes.h"
#include "server/mqtt/queue/send_queue.h"

namespace dino::mqtt {

RecalledWork SendQueue::Take(std::uint32_t home) {
  RecalledWork recalled;
  if (home == self_) {
    recalled.last_acknowledged_at = last_acknowledged_at_;
  } else if (const auto time = acknowledged_for_.extract(home); !time.empty()) {
    recalled.last_acknowledged_at = time.mapped();
  }
  for (InFlight& entry : window_.entries()) {
    // That home knows of what was handed over to it in flight.
    if (entry.home != home || entry.awaited_at_home) continue;
    // The own ones are followed here.
    entry.awaited_at_home = home != self_;
    recalled.topics_in_flight.push_back(entry.topic_hash);
    if (entry.chunk == nullptr) continue;
    entry.chunk = &PartOf(*entry.chunk, entry.position);
    open_.Add(*entry.chunk);
  }
  for (auto& [topic_hash, confined] : confined_) {
    if (confined.home != home || home == self_) continue;
    confined.awaited_at_home = true;
    recalled.topics_in_flight.push_back(topic_hash);
  }
  recalled.work.deferred = TakeDeferred(home);
  for (Chunk* const chunk : open_.Of(home)) {
    if (chunk->open == 0) {
      open_.Remove(*chunk);
      EndChunk(*chunk);
      continue;
    }
    const bool all_in_flight = chunk->taken == chunk->count && chunk->deferred == nullptr;
    if (all_in_flight) continue;
    turns_.Remove(*chunk);
    unsent_ -= chunk->count - chunk->taken;
    open_.Remove(*chunk);
    recalled.work.chunks.push_back(chunk);
  }
  Lanes::Sort(recalled.work.chunks);
  return recalled;
}

bool SendQueue::can_hand_over() const {
  return confined_.empty() && std::none_of(window_.entries().begin(), window_.entries().end(),
                                           [this](const InFlight& entry) {
                                             return entry.chunk == nullptr && entry.home == self_;
                                           });
}

std::vector<std::uint64_t> SendQueue::HandOver(std::uint32_t home,
                                               absl::FunctionRef<bool(std::uint64_t)> belongs) {
  std::vector<std::uint64_t> topics;
  for (InFlight& entry : window_.entries()) {
    if (entry.home != self_ || !belongs(entry.chunk->batch->RouteKey(entry.position))) continue;
    entry.chunk = &PartOf(*entry.chunk, entry.position);
    entry.chunk->session = entry.home = home;
    entry.awaited_at_home = true;
    open_.Add(*entry.chunk);
    topics.push_back(entry.topic_hash);
  }
  return topics;
}

Chunk& SendQueue::PartOf(Chunk& chunk, std::uint32_t position) {
  if (chunk.is_part && chunk.open == 1) {
    open_.Remove(chunk);
    return chunk;
  }
  return chunk.batch->Split(chunk, position, /*count=*/0, /*open=*/1);
}

std::optional<TopicKey> SendQueue::NextTopic(const Chunk& chunk, Clock::time_point now) {
  const Batch& batch = *chunk.batch;
  if (batch.options().qos == Qos::kAtMostOnce) return std::nullopt;
  const std::uint32_t position = chunk.first + chunk.taken;
  batch.WriteTopic(position, topic_);
  const TopicKey topic{batch.RouteKey(position), absl::HashOf(topic_)};
  if (MustBeAlone(batch, topic.hash, {}, now)) return std::nullopt;
  return topic;
}

bool SendQueue::HasOpen(std::uint32_t home, const TopicKey& topic) const {
  if (lines_.IsTaken(topic.hash)) return true;
  const auto is_its = [&topic](std::uint64_t key) { return key == topic.route_key; };
  const std::vector<Chunk*> chunks = open_.Of(home);
  return std::any_of(chunks.begin(), chunks.end(),
                     [&is_its](const Chunk* chunk) { return HasUntaken(*chunk, is_its); });
}

void SendQueue::Divert(Deferred& deferred) {
  Chunk& whole = *deferred.chunk;
  const Batch& batch = *whole.batch;
  if (batch.must_end()) {
    const Deferred rejected = deferred;
    Forget(deferred);
    Release(rejected.topic_hash);
    open_.Settle(whole, rejected.position, {Outcome::kRejected, batch.kill_reason_code(), false});
    return;
  }
  // It keeps its topic here.
  confined_[deferred.topic_hash] = {whole.session, false};
  deferred.has_topic = false;
  deferred.Unlink();
  --deferred_count_;
  Chunk& part = PartOf(whole, deferred.position);
  deferred.LinkTo(part);
  if (&part != &whole && whole.open == 0) {
    open_.Remove(whole);
    EndChunk(whole);
  }
  listener_.Confine({{&deferred}, {&part}});
}

void SendQueue::ConfinedFree(std::uint64_t topic_hash) {
  const auto confined = confined_.extract(topic_hash);
  // It may have been acknowledged there.
  (confined.mapped().home == self_ ? last_acknowledged_at_
                                   : acknowledged_for_[confined.mapped().home]) = Clock::now();
  Release(topic_hash);
  if (confined.mapped().awaited_at_home) listener_.TopicFree(confined.mapped().home, topic_hash);
}

void SendQueue::ConfinedBack(const Work& work) {
  for (Deferred* const deferred : work.deferred) {
    const auto confined = confined_.extract(deferred->topic_hash);
    const Work one = {{deferred}, {deferred->chunk}};
    if (confined.mapped().awaited_at_home) {
      Release(deferred->topic_hash);
      listener_.GiveBack(confined.mapped().home, one);
    } else {
      AdoptFirst(one);
    }
  }
}

std::vector<Deferred*> SendQueue::TakeDeferred(std::uint32_t home) {
  const auto is_its = [home](const Deferred& deferred) { return deferred.chunk->session == home; };
  std::vector<Deferred*> waiting;
  lines_.TakeWaiting(is_its, waiting);
  std::vector<Deferred*> taken;
  const auto take = [&](Deferred& deferred) {
    deferred.has_topic = false;
    Release(deferred.topic_hash);
    taken.push_back(&deferred);
  };
  for (auto entry = held_.begin(); entry != held_.end();) {
    Deferred& deferred = *entry->second;
    if (is_its(deferred)) {
      entry = held_.erase(entry);
      take(deferred);
    } else {
      ++entry;
    }
  }
  Deferred* next = due_.front();
  while (Deferred* const deferred = next) {
    next = deferred->next;
    if (!is_its(*deferred)) continue;
    due_.Erase(*deferred);
    take(*deferred);
  }
  taken.insert(taken.end(), waiting.begin(), waiting.end());
  deferred_count_ -= taken.size();
  return taken;
}

void SendQueue::Adopt(const Work& work) {
  deferred_count_ += work.deferred.size();
  for (Deferred* const deferred : work.deferred) {
    if (lines_.TryTake(deferred->topic_hash)) {
      deferred->has_topic = true;
      due_.PushBack(*deferred);
    } else {
      lines_.Wait(*deferred);
    }
  }
  for (Chunk* const chunk : work.chunks) Add(*chunk);
}

void SendQueue::AdoptFirst(const Work& work) {
  deferred_count_ += work.deferred.size();
  for (Deferred* const deferred : work.deferred) {
    deferred->has_topic = true;
    due_.PushBack(*deferred);
  }
  for (Chunk* const chunk : work.chunks) Add(*chunk);
}

void SendQueue::GiveBack(Deferred& deferred) {
  Chunk& part = *deferred.chunk;
  const std::uint32_t home = part.session;
  Release(deferred.topic_hash);
  open_.Remove(part);
  --deferred_count_;
  listener_.GiveBack(home, {{&deferred}, {&part}});
}

}  // namespace dino::mqtt
