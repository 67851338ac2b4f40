#ifndef DINO_SERVER_MQTT_QUEUE_DEFERRED_H_
#define DINO_SERVER_MQTT_QUEUE_DEFERRED_H_

#include <cstdint>
#include <limits>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/linked_list.h"

namespace dino::mqtt {

// What the attempts to send a publication have come to so far.
struct Attempts {
  // The reason code of the last PUBACK that refused it for now; 0 if there was none.
  std::uint8_t last_failure = 0;
  // How many such PUBACKs came.
  std::uint8_t failures = 0;
  // It was sent on a connection that was lost before the answer came.
  bool unanswered = false;
  // How many connections brokers have closed on which it was in flight.
  std::uint8_t losses = 0;

  // A PUBACK has refused it for now.
  void Refused(std::uint8_t reason_code) {
    last_failure = reason_code;
    if (failures < std::numeric_limits<std::uint8_t>::max()) ++failures;
  }
  // A broker has closed the connection on which it was.
  void Lost() {
    if (losses < std::numeric_limits<std::uint8_t>::max()) ++losses;
  }
};

// A publication that its chunk has passed by and that is not in flight: it waits for its topic, for
// room, or for the time to be sent again. Only such a publication has memory of its own; the others
// are positions of their chunk.
struct Deferred {
  Chunk* chunk = nullptr;
  // Place in the batch's order.
  std::uint32_t position = 0;
  Attempts attempts;
  // Whether the topic is taken for it, so that it waits for nothing but room or time.
  bool has_topic = false;
  std::uint64_t topic_hash = 0;
  // Not to be sent before.
  Clock::time_point not_before;

  // Place in a `LinkedList`.
  Deferred* previous = nullptr;
  Deferred* next = nullptr;
  LinkedList<Deferred>* list = nullptr;
  // Neighbours among its chunk's.
  Deferred* previous_of_chunk = nullptr;
  Deferred* next_of_chunk = nullptr;

  // Makes it one of a chunk's; it is nobody's yet.
  void LinkTo(Chunk& owner) {
    chunk = &owner;
    previous_of_chunk = nullptr;
    next_of_chunk = owner.deferred;
    if (owner.deferred != nullptr) owner.deferred->previous_of_chunk = this;
    owner.deferred = this;
  }
  // The chunk has it no more.
  void Unlink() {
    (previous_of_chunk == nullptr ? chunk->deferred : previous_of_chunk->next_of_chunk) =
        next_of_chunk;
    if (next_of_chunk != nullptr) next_of_chunk->previous_of_chunk = previous_of_chunk;
  }
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_DEFERRED_H_
