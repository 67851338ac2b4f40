#ifndef DINO_SERVER_API_CALLER_CHECK_H_
#define DINO_SERVER_API_CALLER_CHECK_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <optional>
#include <string_view>

#include "server/api/call_log.h"
#include "server/api/event_draft.h"
#include "server/api/publish_context.h"
#include "server/grpc/call.h"

namespace dino::api {

// Finds out who makes a call, by the API key in its metadata (`authorization: Bearer <key>`) or the
// client certificate of the connection, or of the caller for whom a trusted proxy has opened it.
// Returns OK or the answer to the call. Sets `origin.caller`, which stays null if callers are not
// checked, and has the connection count as one of a known caller. For a caller without a name it
// sets `origin.network`.
grpc::Status IdentifyCaller(const PublishContext& shared, transport::Call& call,
                            CallOrigin& origin);

// The same, and whether they may call the method and, if that is known by `kind` (see `CallEnd`),
// publish its events.
grpc::Status CheckCaller(const PublishContext& shared, transport::Call& call, CallOrigin& origin,
                         std::size_t kind = CallEnd::kWhole);

// Whether a caller may publish an event: its method, its type, and its recipients' topics. Returns
// OK or the answer.
grpc::Status CheckRights(const auth::Caller& caller, const EventDraft& draft);

// The key in an `authorization` value: none if it does not begin with "Bearer " in any case, or
// what follows cannot be a key.
std::optional<std::string_view> BearerKey(std::string_view authorization);

}  // namespace dino::api

#endif  // DINO_SERVER_API_CALLER_CHECK_H_
