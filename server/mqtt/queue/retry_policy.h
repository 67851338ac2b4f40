#ifndef DINO_SERVER_MQTT_QUEUE_RETRY_POLICY_H_
#define DINO_SERVER_MQTT_QUEUE_RETRY_POLICY_H_

#include <cstdint>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/deferred.h"

namespace dino::mqtt {

// Answers whether a publication that the broker has refused is worth sending again.
//
// A broker that is busy or misses a cluster node (0x80, 0x83) or that counts quotas (0x97) may
// take it a moment later. One that has just started may not have loaded its access rules yet
// (0x87), so that code counts only once the connection has had a publication acknowledged, or is
// 10 s old.
//
// Not thread-safe.
class RetryPolicy {
 public:
  // The broker has accepted a connection.
  void Connected(Clock::time_point now) {
    connected_at_ = now;
    proven_ = false;
  }
  // It has acknowledged a publication there.
  void Acknowledged() { proven_ = true; }

  bool MayPass(std::uint8_t reason_code, Clock::time_point now) const;

 private:
  Clock::time_point connected_at_;
  bool proven_ = false;
};

// How long to wait before a publication is sent again that failed so often: 0.1 s, doubled each
// time up to 2 s.
Clock::duration RetryDelay(unsigned failures);

// How a publication ends that is given up while it waits, and says with `unreachable` whether that
// is for want of a connection.
PublicationOutcome OutcomeIfGivenUp(const Attempts& attempts, bool unreachable);

// How a publication ends that its broker does not take now, for this reason, and was not asked; by
// earlier attempts it may have been.
PublicationOutcome OutcomeIfNotTaken(const Attempts& attempts, std::uint8_t reason_code);

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_RETRY_POLICY_H_
