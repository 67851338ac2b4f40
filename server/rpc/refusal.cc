#include "server/rpc/refusal.h"

#include "server/rpc/errors.h"

namespace dino::rpc {

void NoteRefusal(const PublishContext& shared, std::string_view label, const grpc::Status& error,
                 const auth::Caller* caller) {
  shared.meters.Refused(ReasonOf(error));
  LogFailure(label, error, caller);
}

}  // namespace dino::rpc
