#ifndef DINO_SERVER_API_PUBLISH_CONTEXT_H_
#define DINO_SERVER_API_PUBLISH_CONTEXT_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "dino/events/v1/server_info.pb.h"
#include "server/api/call_limits.h"
#include "server/api/call_log.h"
#include "server/api/event_meter.h"
#include "server/auth/authenticator.h"
#include "server/base/clock.h"
#include "server/event/limits.h"
#include "server/fanout/admission.h"
#include "server/fanout/event_publisher.h"
#include "server/grpc/call_meters.h"
#include "server/trace/tracer.h"

namespace dino::api {

namespace v1 = ::dino::events::v1;

// What all calls of the service share. Outlives them.
struct PublishContext {
  fanout::EventPublisher& publisher;
  // Gives calls their room.
  fanout::Admission& admission;
  transport::CallMeters& meters;
  EventMeter& events;
  CallLog& log;
  event::Limits limits;
  CallLimits call_limits;
  // For calls that state no deadline.
  Clock::duration default_deadline;
  // What GetServerInfo answers. From any thread.
  std::function<v1::GetServerInfoResponse()> info;
  // Tells who calls; null: anyone may.
  const auth::Authenticator* authenticator = nullptr;
  // Null: no call is traced.
  trace::Tracer* tracer = nullptr;
  // The server stops: it is not ready any more, and will drain.
  std::atomic<bool> leaving{false};
  // New calls are refused.
  std::atomic<bool> draining{false};

  // Changes whenever who calls must be found out again.
  std::uint64_t caller_generation() const {
    return authenticator == nullptr ? 0 : authenticator->generation();
  }
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_PUBLISH_CONTEXT_H_
