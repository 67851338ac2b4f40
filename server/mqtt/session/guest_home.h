#ifndef DINO_SERVER_MQTT_SESSION_GUEST_HOME_H_
#define DINO_SERVER_MQTT_SESSION_GUEST_HOME_H_

#include <algorithm>
#include <cstdint>
#include <memory>

#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/queue/send_queue.h"
#include "server/mqtt/session/peers.h"
#include "server/mqtt/session/router.h"

namespace dino::mqtt {

// The home of those of a session's users who belong to brokers that came after the start. It has no
// connection of its own: they are always served by sessions of their brokers, as a session's users
// are that are away.
//
// Belongs to the session's loop.
class GuestHome {
 public:
  // `session`: whose users they are.
  GuestHome(std::uint32_t session, const Router::Options& routing, Peers& peers)
      : queue_(GuestOf(session), /*window=*/1, /*window_bytes=*/1,
               std::make_shared<SuspectTopics>(), router_),
        router_(GuestOf(session), routing, peers, queue_) {
    router_.Unusable(Clock::now(), Router::Urgency::kNow);
  }

  Router& router() { return router_; }

  void Stop(const Batch& batch) { queue_.StopBatch(batch, /*unreachable=*/true); }

  void StopAll() { queue_.StopAll(/*unreachable=*/true); }

  // Does what is due. Returns when it wants to be called again at the latest.
  Clock::time_point Advance(Clock::time_point now) {
    queue_.Expire(now, /*unreachable=*/true);
    router_.Advance(now);
    return std::min(queue_.NextDeadline().value_or(Clock::time_point::max()), router_.NextTimer());
  }

  void Close() { router_.Close(); }

 private:
  SendQueue queue_;
  Router router_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_GUEST_HOME_H_
