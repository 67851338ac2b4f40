#include "server/mqtt/queue/lanes.h"

#include <algorithm>
#include <functional>

namespace dino::mqtt {

bool Lanes::Enter(Chunk& chunk) {
  const std::uint64_t lane = chunk.batch->options().lane;
  if (lane == 0) return true;
  const auto [place, is_first] = waiting_.try_emplace(lane);
  if (is_first) {
    chunk.leads_lane = true;
  } else {
    place->second.PushBack(chunk);
  }
  return is_first;
}

Chunk* Lanes::Leave(Chunk& chunk) {
  if (!chunk.leads_lane) return nullptr;
  chunk.leads_lane = false;
  const auto lane = waiting_.find(chunk.batch->options().lane);
  Chunk* const next = lane->second.front();
  if (next == nullptr) {
    waiting_.erase(lane);
  } else {
    lane->second.Erase(*next);
    next->leads_lane = true;
  }
  return next;
}

void Lanes::Sort(std::vector<Chunk*>& chunks) {
  const auto in_lane = [](const Chunk* chunk) { return chunk->batch->options().lane != 0; };
  const auto first = std::stable_partition(chunks.begin(), chunks.end(), std::not_fn(in_lane));
  std::sort(first, chunks.end(),
            [](const Chunk* a, const Chunk* b) { return a->batch->id() < b->batch->id(); });
}

}  // namespace dino::mqtt
