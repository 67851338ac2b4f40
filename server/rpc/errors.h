#ifndef DINO_SERVER_RPC_ERRORS_H_
#define DINO_SERVER_RPC_ERRORS_H_

#include <grpcpp/support/status.h>

#include <string_view>

#include "server/event/violations.h"
#include "server/fanout/ending.h"
#include "server/fanout/event.h"

namespace dino::rpc {

// The answers to calls that fail. Each carries a `google.rpc.Status` with an `ErrorInfo` of
// domain `dino.events`, and whatever helps the caller with its next step; all fit in 8 KiB of
// trailers.

// `INVALID_FIELD`, with every violation that has room.
grpc::Status InvalidFields(const event::Violations& violations);

// The request asks for something that this version cannot do.
grpc::Status UnsupportedField(std::string_view field);

// `BROKER_UNREACHABLE`, `OVERLOADED` or `IDEMPOTENCY_KEY_REUSED`; nothing was published.
grpc::Status Refused(fanout::Refusal refusal);

// `SHUTTING_DOWN`; nothing was published.
grpc::Status ShuttingDown();

// An event that did not reach every recipient, with a `PublishFailure`.
//
// REQUIRES: ending.report.failure is not kNone.
grpc::Status Failed(const fanout::Ending& ending);

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_ERRORS_H_
