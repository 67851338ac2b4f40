#include "server/event/options.h"

#include "server/event/field_checks.h"

namespace dino::event {

void CheckOptions(const v1::PublishOptions& options, Violations& violations) {
  FieldChecks checks("options.", violations);
  if (options.has_expiry()) checks.Expiry("expiry", options.expiry());
  if (!v1::Qos_IsValid(options.qos())) {
    checks.Add("qos", "must be a known Qos: QOS_AT_MOST_ONCE or QOS_AT_LEAST_ONCE");
  }
  checks.IdempotencyKey("idempotency_key", options.idempotency_key());
  if (!v1::ResultDetail_IsValid(options.result_detail())) {
    checks.Add("result_detail",
               "must be a known ResultDetail: RESULT_DETAIL_COUNTS, RESULT_DETAIL_EXCEPTIONS or "
               "RESULT_DETAIL_ALL");
  }
}

std::uint32_t ExpirySeconds(const google::protobuf::Duration& expiry) {
  return static_cast<std::uint32_t>(expiry.seconds() + (expiry.nanos() > 0 ? 1 : 0));
}

}  // namespace dino::event
