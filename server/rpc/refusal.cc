#include "server/rpc/refusal.h"

#include "server/rpc/errors.h"

namespace dino::rpc {

void NoteRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error,
                 std::size_t kind) {
  shared.meters.Refused(ReasonOf(error));
  CallEnd end;
  end.kind = kind;
  shared.log.Failed(origin, end, error);
}

}  // namespace dino::rpc
