#ifndef DINO_SERVER_MQTT_QUEUE_WORK_H_
#define DINO_SERVER_MQTT_QUEUE_WORK_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/deferred.h"

namespace dino::mqtt {

// What is on its way from one queue to another. Owns nothing: whoever has it must put it in a
// queue.
struct Work {
  // What its chunk has passed by; of each topic in order.
  std::vector<Deferred*> deferred;
  // In the order in which they are to be served.
  std::vector<Chunk*> chunks;

  bool empty() const { return deferred.empty() && chunks.empty(); }
};

// A topic, as sessions tell each other: the route key of its publications, and its hash.
struct TopicKey {
  std::uint64_t route_key = 0;
  std::uint64_t hash = 0;
};

// Whether something that the chunk has not come to yet has such a route key.
inline bool HasUntaken(const Chunk& chunk, absl::FunctionRef<bool(std::uint64_t)> is_such) {
  for (std::uint32_t i = chunk.taken; i < chunk.count; ++i) {
    if (is_such(chunk.batch->RouteKey(chunk.first + i))) return true;
  }
  return false;
}

// What a session gives back to the home that asks for its work.
struct RecalledWork {
  Work work;
  // The topics of what is in flight: each is free once the session says so.
  std::vector<std::uint64_t> topics_in_flight;
  // When the broker last acknowledged something of it.
  Clock::time_point last_acknowledged_at;
};

// Told of publications that leave a queue one by one: of those that were in flight when their home
// took the rest back, and of those that must go out alone.
class QueueListener {
 public:
  virtual ~QueueListener() = default;
  // One is settled or given up, and can be followed by the next one for its topic.
  virtual void TopicFree(std::uint32_t home, std::uint64_t topic_hash) = 0;
  // One must be sent again, and is the home's now.
  virtual void GiveBack(std::uint32_t home, const Work& work) = 0;
  // One must go out alone, on a connection that nobody else uses: a broker closes connections on
  // it, or may do so. The queue awaits `ConfinedFree` or `ConfinedBack`.
  virtual void Confine(const Work& work) = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_WORK_H_
