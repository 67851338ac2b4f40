#ifndef DINO_SERVER_EVENT_LIMITS_H_
#define DINO_SERVER_EVENT_LIMITS_H_

#include <cstddef>

namespace dino::event {

// The request limits that an operator can set.
struct Limits {
  // Different recipients of an event, and entries of a list in its JSON.
  std::size_t max_recipients = 10000;
  // Bytes of `message_payload`; of the data of a custom event as JSON, and of all its overlays.
  std::size_t max_payload_bytes = 65536;
  // Levels of a topic name in place of the user's ID.
  std::size_t max_topic_levels = 8;
};

}  // namespace dino::event

#endif  // DINO_SERVER_EVENT_LIMITS_H_
