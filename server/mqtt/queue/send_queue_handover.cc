// How work moves from one session's queue to another's.
#include <memory>

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
    if (entry.home != home) continue;
    entry.awaited_at_home = true;
    recalled.topics_in_flight.push_back(entry.topic_hash);
    if (entry.chunk != nullptr) SplitOff(entry);
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

void SendQueue::SplitOff(InFlight& entry) {
  Chunk& whole = *entry.chunk;
  if (whole.is_part && whole.open == 1) return;
  Chunk& part = whole.batch->Split(whole, entry.position, /*count=*/0, /*open=*/1);
  open_.Add(part);
  entry.chunk = &part;
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
