#ifndef DINO_SERVER_FANOUT_EVENT_ID_H_
#define DINO_SERVER_FANOUT_EVENT_ID_H_

#include <string>
#include <string_view>

namespace dino::fanout {

// UUIDs in their 8-4-4-4-12 form, lower case. Thread-safe.

// A random one (version 4).
std::string RandomEventId();

// The one derived from an idempotency key, the same in every process: version 5, of the key in the
// namespace 69036f9f-2e9f-4849-a35c-7ea1a609b719.
std::string EventIdOf(std::string_view idempotency_key);

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_ID_H_
