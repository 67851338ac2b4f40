#ifndef DINO_SERVER_MQTT_QUEUE_LANES_H_
#define DINO_SERVER_MQTT_QUEUE_LANES_H_

#include <cstdint>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/linked_list.h"

namespace dino::mqtt {

// Keeps the order of batches that share a lane (`PublishOptions::lane`): of each lane one chunk at
// a time is served, and leads it; the others wait, first come, first served. Not thread-safe.
class Lanes {
 public:
  // True if the chunk is to be served now; else it waits here.
  bool Enter(Chunk& chunk);
  // To be called when all of a chunk was taken up, or it is given up. Returns the chunk that is to
  // be served next, null if none: the chunk does not lead, or nobody waits.
  Chunk* Leave(Chunk& chunk);

  // Puts the chunks of lanes last, in the order in which their batches were made.
  static void Sort(std::vector<Chunk*>& chunks);

 private:
  absl::node_hash_map<std::uint64_t, LinkedList<Chunk>> waiting_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_LANES_H_
