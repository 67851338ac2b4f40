#include "server/api/refusal.h"

#include "server/api/errors.h"

namespace dino::api {

void CountRefusal(PublishContext& shared, const grpc::Status& error) {
  shared.meters.Refused(ReasonOf(error));
}

void NoteRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error,
                 std::size_t kind) {
  CountRefusal(shared, error);
  CallEnd end;
  end.kind = kind;
  shared.log.Failed(origin, end, error);
}

}  // namespace dino::api
