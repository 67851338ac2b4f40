#ifndef DINO_SERVER_API_EVENT_RESULTS_H_
#define DINO_SERVER_API_EVENT_RESULTS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "server/api/event_meter.h"
#include "server/fanout/call_result.h"

namespace dino::api {

// How events end, and why recipients are not reached, as metrics and log name it: OK, the reason
// that the caller is told (`ErrorReason`), or, where the code says all, DEADLINE_EXCEEDED and
// CANCELLED.
EventMeter::Names EventNames();

// The name for an event, or a call, that is answered with `error`.
std::string ResultOf(const grpc::Status& error);

// The name for a recipient that was not reached. REQUIRES: failure is not kNone.
std::string ResultOf(fanout::Failure failure);

}  // namespace dino::api

#endif  // DINO_SERVER_API_EVENT_RESULTS_H_
