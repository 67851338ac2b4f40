#ifndef DINO_SERVER_API_REFUSAL_H_
#define DINO_SERVER_API_REFUSAL_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>
#include <vector>

#include "server/api/call_log.h"
#include "server/api/publish_context.h"

namespace dino::api {

// The reasons of errors after which nothing was published: those that are counted.
std::vector<std::string> RefusalReasons();

// Counts that a call, or an event of a call with many, is answered with `error` and nothing of it
// is published. A call with many counts as one event then.
void CountRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error);

// Counts it, and logs it. `kind` as in `CallEnd`.
void NoteRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error,
                 std::size_t kind = CallEnd::kWhole);

}  // namespace dino::api

#endif  // DINO_SERVER_API_REFUSAL_H_
