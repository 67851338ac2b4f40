#include "bench/load_caller.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dino::bench {
namespace {

constexpr std::chrono::seconds kDeadline{10};
// The length of the event JSON of the message below without its payload.
constexpr int kEmptyEventBytes = 232;

}  // namespace

absl::Status MakeRequest(int event_bytes, int first_user, int recipients,
                         events::v1::PublishMessageRequest& request) {
  if (event_bytes <= kEmptyEventBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an event has more than ", kEmptyEventBytes, " bytes"));
  }
  events::v1::Message& message = *request.mutable_message();
  message.set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  message.set_sender_id(1234);
  message.set_message_id("c87efd18-8879-4c24-8b26-ccb7f40a0fe5");
  message.set_message_payload(
      std::string(static_cast<std::size_t>(event_bytes - kEmptyEventBytes), 'x'));
  message.set_message_type("text");
  message.mutable_created_at()->set_seconds(1597877384);
  message.mutable_created_at()->set_nanos(794828000);
  for (int i = 0; i < recipients; ++i) request.add_user_ids(first_user + i);
  return absl::OkStatus();
}

LoadCaller::LoadCaller(Stub& stub, grpc::CompletionQueue& queue,
                       events::v1::PublishMessageRequest request)
    : stub_(stub), queue_(queue), request_(std::move(request)) {}

void LoadCaller::Start() {
  Call& call = call_.emplace();
  call.started = Clock::now();
  call.context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  call.reader = stub_.AsyncPublishMessage(&call.context, request_, &queue_);
  call.reader->Finish(&call.response, &call.status, this);
}

absl::Status LoadCaller::Finish(Clock::duration& latency) {
  latency = Clock::now() - call_->started;
  const grpc::Status& status = call_->status;
  if (!status.ok()) {
    return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
  }
  const events::v1::Delivery& delivery = call_->response.delivery();
  const auto expected = static_cast<std::uint32_t>(recipients());
  if (delivery.recipient_count() != expected || delivery.acknowledged_count() != expected) {
    return absl::DataLossError(absl::StrCat("OK with ", delivery.acknowledged_count(), " of ",
                                            delivery.recipient_count(), " acknowledged, ", expected,
                                            " asked for"));
  }
  return absl::OkStatus();
}

}  // namespace dino::bench
