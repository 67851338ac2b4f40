#include "server/mqtt/queue/open_chunks.h"

#include <memory>

namespace dino::mqtt {

std::optional<Clock::time_point> OpenChunks::NextDeadline() const {
  if (chunks_.empty()) return std::nullopt;
  return chunks_.begin()->first;
}

std::vector<Chunk*> OpenChunks::All() const {
  std::vector<Chunk*> all;
  all.reserve(chunks_.size());
  for (const auto& [deadline, chunk] : chunks_) all.push_back(chunk);
  return all;
}

void OpenChunks::Settle(Chunk& chunk, std::uint32_t position, PublicationOutcome outcome) {
  chunk.batch->Settle(position, outcome);
  if (--chunk.open > 0) return;
  Remove(chunk);
  on_ended_(chunk);
  const std::shared_ptr<Batch> batch = std::move(chunk.keep_alive);
  batch->ChunkSettled();
}

}  // namespace dino::mqtt
