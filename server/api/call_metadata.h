#ifndef DINO_SERVER_API_CALL_METADATA_H_
#define DINO_SERVER_API_CALL_METADATA_H_

#include <string>

#include "server/base/clock.h"
#include "server/grpc/call.h"

namespace dino::api {

// When an event of a call must be answered that comes now: within `default_timeout` if the caller
// set no deadline.
Clock::time_point AnswerBy(const transport::Call& call, Clock::duration default_timeout);

// The caller's W3C `traceparent`, or "" if there is none or it is not valid.
std::string Traceparent(const transport::Call& call);

}  // namespace dino::api

#endif  // DINO_SERVER_API_CALL_METADATA_H_
