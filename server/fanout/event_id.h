#ifndef DINO_SERVER_FANOUT_EVENT_ID_H_
#define DINO_SERVER_FANOUT_EVENT_ID_H_

#include <array>
#include <string>
#include <string_view>

namespace dino::fanout {

// A UUID.
using EventId = std::array<unsigned char, 16>;

// A random one (version 4). Thread-safe.
EventId RandomEventId();

// The one derived from a caller's idempotency key, the same in every process: version 5, of
// "<caller> <key>" in the namespace 69036f9f-2e9f-4849-a35c-7ea1a609b719. A key has no spaces.
EventId EventIdOf(std::string_view caller, std::string_view idempotency_key);

// The 8-4-4-4-12 form, in lower case.
std::string TextOf(const EventId& event_id);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_ID_H_
