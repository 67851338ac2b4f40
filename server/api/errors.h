#ifndef DINO_SERVER_API_ERRORS_H_
#define DINO_SERVER_API_ERRORS_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/event/violations.h"
#include "server/fanout/call_result.h"
#include "server/fanout/event_publisher.h"

namespace dino::api {

// The answers to calls that fail. Each carries a `google.rpc.Status` with an `ErrorInfo` of
// domain `dino.events`, and whatever helps the caller with its next step; all fit in 8 KiB of
// trailers.

// `INVALID_FIELD`, with every violation that has room.
grpc::Status InvalidFields(const event::Violations& violations);

// `BROKER_UNREACHABLE`, `OVERLOADED` or `IDEMPOTENCY_KEY_REUSED`; nothing was published.
grpc::Status Refused(fanout::Refusal refusal);

// `SHUTTING_DOWN`; nothing was published.
grpc::Status ShuttingDown();

// `REQUEST_TOO_LARGE`: the message has more bytes than are taken.
grpc::Status RequestTooLarge(std::size_t bytes, std::size_t max_bytes);

// `OVERLOADED`: no more streams can be open.
grpc::Status TooManyStreams();

// `UNKNOWN_CALLER`, with `message`; nothing was published.
grpc::Status Unauthenticated(const std::string& message);

// `CALLER_NOT_ALLOWED`, with `message`; nothing was published.
grpc::Status NotAllowed(const std::string& message);

// `CALLER_QUOTA`, with the time after which the call would be within it; nothing was published.
grpc::Status OverQuota(std::chrono::nanoseconds wait);

// An event that did not reach every recipient, with a `PublishFailure`.
//
// REQUIRES: result.summary.failure is not kNone.
grpc::Status Failed(const fanout::CallResult& result);

// `SHUTTING_DOWN`, with a `PublishFailure`: the server stops, and has waited long enough.
grpc::Status EndedByShutdown(const fanout::CallResult& result);

// `CONNECTION_AGE`: a stream's connection has become old; all that was taken was answered.
grpc::Status ConnectionAge();

// What a caller is told to be the reason of an error: that of its `ErrorInfo`; empty without one.
std::string ReasonOf(const grpc::Status& error);

// After what time a caller is told to repeat its call; none if it is not told to.
std::optional<std::chrono::milliseconds> RetryDelayOf(const grpc::Status& error);

}  // namespace dino::api

#endif  // DINO_SERVER_API_ERRORS_H_
