#ifndef DINO_SERVER_FANOUT_BROKER_SHARE_H_
#define DINO_SERVER_FANOUT_BROKER_SHARE_H_

#include <cstdint>
#include <string>

#include "server/base/clock.h"

namespace dino::fanout {

// What one broker was given of an event, and did with it.
struct BrokerShare {
  // Its name, for people.
  std::string broker;
  // When all of it was handed over, and when the last of it ended.
  Clock::time_point from;
  Clock::time_point until;
  std::uint32_t publications = 0;
  std::uint32_t acknowledged = 0;
  // Of the first one that failed with a code; 0 if there is none.
  std::uint8_t reason_code = 0;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_BROKER_SHARE_H_
