#ifndef DINO_SERVER_MQTT_QUEUE_OPEN_CHUNKS_H_
#define DINO_SERVER_MQTT_QUEUE_OPEN_CHUNKS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::mqtt {

// The chunks of a queue that have not ended, by deadline. Settles their publications, each of which
// must be settled once, and ends them. Does not own them; not thread-safe.
class OpenChunks {
 public:
  // Told of each chunk that has ended, before its batch may be gone.
  using EndedFunction = std::function<void(const Chunk& chunk)>;

  explicit OpenChunks(EndedFunction on_ended) : on_ended_(std::move(on_ended)) {}

  // Takes over a chunk, which keeps its batch alive from here to its end.
  void Add(Chunk& chunk) { chunks_.insert(KeyOf(chunk)); }
  // Gives up a chunk that has not ended.
  void Remove(Chunk& chunk) { chunks_.erase(KeyOf(chunk)); }

  bool empty() const { return chunks_.empty(); }
  // True if `chunk` is here and has not ended. Reads nothing of it that a loop may write.
  bool Has(Chunk& chunk) const { return chunks_.contains(KeyOf(chunk)); }

  // The chunk whose deadline comes first, null if there is none; and that deadline.
  Chunk* first() const { return chunks_.empty() ? nullptr : chunks_.begin()->second; }
  std::optional<Clock::time_point> NextDeadline() const;

  // All of them, by deadline.
  std::vector<Chunk*> All() const;

  // Settles one publication of a chunk. With its last one the chunk has ended, and may be gone.
  void Settle(Chunk& chunk, std::uint32_t position, PublicationOutcome outcome);

 private:
  using Key = std::pair<Clock::time_point, Chunk*>;

  static Key KeyOf(Chunk& chunk) { return {chunk.batch->options().deadline, &chunk}; }

  const EndedFunction on_ended_;
  absl::btree_set<Key> chunks_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_OPEN_CHUNKS_H_
