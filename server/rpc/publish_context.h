#ifndef DINO_SERVER_RPC_PUBLISH_CONTEXT_H_
#define DINO_SERVER_RPC_PUBLISH_CONTEXT_H_

#include <atomic>

#include "server/event/limits.h"
#include "server/fanout/fanout.h"
#include "server/mqtt/batch.h"
#include "server/rpc/call_tracker.h"

namespace dino::rpc {

// What all publishing calls share. Outlives them.
struct PublishContext {
  fanout::Fanout& fanout;
  CallTracker& tracker;
  event::Limits limits;
  // For calls that state no deadline.
  mqtt::Clock::duration default_deadline;
  // New calls are refused.
  std::atomic<bool> draining{false};
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_PUBLISH_CONTEXT_H_
