#ifndef DINO_SERVER_MQTT_QUEUE_OPEN_CHUNKS_H_
#define DINO_SERVER_MQTT_QUEUE_OPEN_CHUNKS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::mqtt {

// Ends a chunk of which nothing is open: all was settled, or went to parts of it.
//
// REQUIRES: it is in no queue.
void EndChunk(Chunk& chunk);

// The chunks of a queue that have not ended, by deadline. Settles their publications, each of which
// must be settled once, and ends them. Does not own them; not thread-safe.
class OpenChunks {
 public:
  // Takes over a chunk, which keeps its batch alive from here to its end.
  void Add(Chunk& chunk) { chunks_.insert(KeyOf(chunk)); }
  // Gives up a chunk that has not ended.
  void Remove(Chunk& chunk) { chunks_.erase(KeyOf(chunk)); }

  // A chunk of this batch, null if there is none. Reads nothing of chunks that are elsewhere.
  Chunk* Find(const Batch& batch) const;

  // The chunk whose deadline comes first, null if there is none; and that deadline.
  Chunk* first() const { return chunks_.empty() ? nullptr : chunks_.begin()->second; }
  std::optional<Clock::time_point> NextDeadline() const;

  // Those whose home is this session, by deadline.
  std::vector<Chunk*> Of(std::uint32_t home) const;

  // Settles one publication of a chunk. With its last one the chunk has ended, and may be gone.
  //
  // REQUIRES: the chunk is here.
  void Settle(Chunk& chunk, std::uint32_t position, PublicationOutcome outcome);

  // Keeps a chunk from ending, and lets it end.
  static void Hold(Chunk& chunk) { ++chunk.open; }
  void LetGo(Chunk& chunk);

 private:
  using Key = std::pair<Clock::time_point, Chunk*>;

  static Key KeyOf(Chunk& chunk) { return {chunk.batch->options().deadline, &chunk}; }

  absl::btree_set<Key> chunks_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_OPEN_CHUNKS_H_
