#include "bench/load/requests.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace dino::bench {
namespace {

// The length of the event JSON of the message below without its payload.
constexpr int kEmptyEventBytes = 232;

}  // namespace

absl::Status CheckShape(const EventShape& shape) {
  if (shape.bytes <= kEmptyEventBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an event has more than ", kEmptyEventBytes, " bytes"));
  }
  if (shape.first_user < 1) return absl::InvalidArgumentError("users begin with 1");
  if (shape.recipients < 1) return absl::InvalidArgumentError("needs at least one recipient");
  return absl::OkStatus();
}

events::v1::PublishMessageRequest MakeRequest(const EventShape& shape, int number) {
  events::v1::PublishMessageRequest request;
  events::v1::Message& message = *request.mutable_message();
  message.set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  message.set_sender_id(1234);
  message.set_message_id("c87efd18-8879-4c24-8b26-ccb7f40a0fe5");
  message.set_message_payload(
      std::string(static_cast<std::size_t>(shape.bytes - kEmptyEventBytes), 'x'));
  message.set_message_type("text");
  message.mutable_created_at()->set_seconds(1597877384);
  message.mutable_created_at()->set_nanos(794828000);
  if (shape.keyed) request.mutable_options()->set_idempotency_key("none");
  const std::int64_t first = shape.first_user + std::int64_t{number} * shape.recipients;
  request.mutable_user_ids()->Reserve(shape.recipients);
  for (int i = 0; i < shape.recipients; ++i) request.add_user_ids(first + i);
  return request;
}

void RenewKey(events::v1::PublishMessageRequest& request) {
  static const std::string prefix = absl::StrCat("load-", getpid(), "-");
  static std::atomic<std::uint64_t> number{0};
  if (request.options().idempotency_key().empty()) return;
  request.mutable_options()->set_idempotency_key(absl::StrCat(prefix, ++number));
}

absl::Status CheckDelivery(const events::v1::Delivery& delivery, int recipients) {
  const auto expected = static_cast<std::uint32_t>(recipients);
  if (delivery.recipient_count() == expected && delivery.acknowledged_count() == expected) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("OK with ", delivery.acknowledged_count(), " of ",
                                          delivery.recipient_count(), " acknowledged, ", expected,
                                          " asked for"));
}

absl::Status CheckResult(const events::v1::EventResult& result, int recipients) {
  if (!result.has_error()) return CheckDelivery(result.delivery(), recipients);
  return {static_cast<absl::StatusCode>(result.error().code()), result.error().message()};
}

}  // namespace dino::bench
