#ifndef DINO_SERVER_EVENT_LIMITS_H_
#define DINO_SERVER_EVENT_LIMITS_H_

#include <cstddef>

namespace dino::event {

// The limits of a request that an operator may set.
struct Limits {
  // Different users that one event may be for, and entries of a list in its JSON.
  std::size_t max_recipients = 10000;
  // Bytes of `message_payload`; of the data of a custom event as JSON, and of all its overlays.
  std::size_t max_payload_bytes = 65536;
  // Levels that a topic's name may have in the place of the user's ID.
  std::size_t max_topic_levels = 8;
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_LIMITS_H_
