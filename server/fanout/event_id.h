#ifndef DINO_SERVER_FANOUT_EVENT_ID_H_
#define DINO_SERVER_FANOUT_EVENT_ID_H_

#include <string>

namespace dino::fanout {

// A random UUID (version 4) in its 8-4-4-4-12 form, lower case. Thread-safe.
std::string RandomEventId();

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_ID_H_
