#ifndef DINO_SERVER_API_LOGGED_CALLS_H_
#define DINO_SERVER_API_LOGGED_CALLS_H_

#include <cstdint>

namespace dino::api {

// Which calls have a line in the log.
enum class LoggedCalls : std::uint8_t {
  kFailed,   // Those that fail: one a second for each result, the others are counted.
  kSampled,  // Those too, and of those that succeed one a second for each kind of event.
  kAll,
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_LOGGED_CALLS_H_
