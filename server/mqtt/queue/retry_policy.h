#ifndef DINO_SERVER_MQTT_QUEUE_RETRY_POLICY_H_
#define DINO_SERVER_MQTT_QUEUE_RETRY_POLICY_H_

#include <cstdint>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"

namespace dino::mqtt {

// What a session makes of a PUBACK with a failure code.
//
// A broker that is busy or misses a cluster node (0x80, 0x83) or that counts quotas (0x97) may
// take the publication a moment later. One that has just started may not have loaded its access
// rules yet (0x87), so that code counts only when the session is a little older.
bool MayPass(std::uint8_t reason_code, Clock::duration session_age);

// How long to wait before a publication is sent again that failed so often: 0.1 s, doubled each
// time up to 2 s.
Clock::duration RetryDelay(unsigned failures);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_RETRY_POLICY_H_
