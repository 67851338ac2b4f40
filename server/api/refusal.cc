#include "server/api/refusal.h"

#include "dino/events/v1/delivery.pb.h"
#include "server/api/event_results.h"

namespace dino::api {

std::vector<std::string> RefusalReasons() {
  std::vector<std::string> reasons;
  for (const v1::ErrorReason reason :
       {v1::INVALID_FIELD, v1::REQUEST_TOO_LARGE, v1::IDEMPOTENCY_KEY_REUSED, v1::RESUME_TOKEN,
        v1::UNKNOWN_CALLER, v1::CALLER_NOT_ALLOWED, v1::CALLER_QUOTA, v1::BROKER_UNREACHABLE,
        v1::OVERLOADED, v1::SHUTTING_DOWN}) {
    reasons.emplace_back(v1::ErrorReason_Name(reason));
  }
  return reasons;
}

void CountRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error) {
  const std::string result = ResultOf(error);
  shared.meters.Refused(result);
  if (origin.via.has_value()) shared.events.Ended(*origin.via, result);
}

void NoteRefusal(PublishContext& shared, const CallOrigin& origin, const grpc::Status& error,
                 std::size_t kind) {
  CountRefusal(shared, origin, error);
  CallEnd end;
  end.kind = kind;
  shared.log.Failed(origin, end, error);
}

}  // namespace dino::api
