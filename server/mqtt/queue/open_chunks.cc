#include "server/mqtt/queue/open_chunks.h"

#include <memory>

namespace dino::mqtt {

void EndChunk(Chunk& chunk) {
  const std::shared_ptr<Batch> batch = std::move(chunk.keep_alive);
  if (chunk.is_part) Batch::DeletePart(chunk);
  batch->ChunkSettled();
}

std::optional<Clock::time_point> OpenChunks::NextDeadline() const {
  if (chunks_.empty()) return std::nullopt;
  return chunks_.begin()->first;
}

Chunk* OpenChunks::Find(const Batch& batch) const {
  const Clock::time_point deadline = batch.options().deadline;
  for (auto entry = chunks_.lower_bound({deadline, nullptr});
       entry != chunks_.end() && entry->first == deadline; ++entry) {
    if (entry->second->batch == &batch) return entry->second;
  }
  return nullptr;
}

std::vector<Chunk*> OpenChunks::Of(std::uint32_t home) const {
  std::vector<Chunk*> found;
  for (const auto& [deadline, chunk] : chunks_) {
    if (chunk->session == home) found.push_back(chunk);
  }
  return found;
}

void OpenChunks::Settle(Chunk& chunk, std::uint32_t position, PublicationOutcome outcome) {
  chunk.batch->Settle(chunk, position, outcome);
  LetGo(chunk);
}

void OpenChunks::LetGo(Chunk& chunk) {
  if (--chunk.open > 0) return;
  Remove(chunk);
  EndChunk(chunk);
}

}  // namespace dino::mqtt
