#include "server/api/batch_call.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/api/answer_size.h"
#include "server/api/call_metadata.h"
#include "server/api/errors.h"
#include "server/api/event_request.h"
#include "server/api/refusal.h"
#include "server/api/request_bytes.h"
#include "server/event/violations.h"
#include "server/mqtt/batch.h"

namespace dino::api {
namespace {

// What the result of an event takes in memory, and that of a recipient beside its bytes.
constexpr std::size_t kBytesPerEventResult = 256;
constexpr std::size_t kBytesPerRecipientResult = 56;

}  // namespace

grpc::Status BatchCall::Parse(const transport::Message& message, v1::PublishBatchRequest& request) {
  grpc::Status parsed = ParseRequest(message, shared().call_limits, request);
  if (!parsed.ok()) return parsed;
  const std::size_t max_events = shared().call_limits.max_batch_events;
  if (request.events().empty() || static_cast<std::size_t>(request.events_size()) > max_events) {
    event::Violations violations;
    violations.Add("events", absl::StrCat("must have 1 to ", max_events, " entries"));
    return InvalidFields(violations);
  }
  return grpc::Status::OK;
}

void BatchCall::Handle(const transport::Message& message) {
  v1::PublishBatchRequest request;
  const grpc::Status error = Parse(message, request);
  if (!error.ok()) return Refuse(error);
  lane_ = mqtt::NewLane();
  deadline_ = AnswerBy(call(), shared().default_deadline);
  open_ += static_cast<std::size_t>(request.events_size());
  Charge(static_cast<std::size_t>(request.events_size()) * kBytesPerEventResult);
  response_.mutable_results()->Reserve(request.events_size());
  for (int i = 0; i < request.events_size(); ++i) response_.add_results();
  for (int i = 0; i < request.events_size(); ++i) {
    Start(request.events(i), *response_.mutable_results(i));
  }
  EndOne();
}

void BatchCall::Start(const v1::EventRequest& request, v1::EventResult& result) {
  auto draft = DraftOfAny(request, shared().limits);
  if (const auto* error = std::get_if<grpc::Status>(&draft)) {
    NoteRefusal(shared(), origin(), *error);
    Write(*error, {}, result);
    return EndOne();
  }
  std::get<EventDraft>(draft).event.lane = lane_;
  event_calls_.emplace_back(shared()).Start(
      std::get<EventDraft>(std::move(draft)), deadline_, origin(),
      [this, &result](const grpc::Status& status, v1::Delivery delivery) {
        Write(status, std::move(delivery), result);
        EndOne();
      });
}

void BatchCall::Write(const grpc::Status& status, v1::Delivery delivery, v1::EventResult& result) {
  WriteEventResult(status, std::move(delivery), result);
  const auto recipients = static_cast<std::size_t>(result.delivery().results_size());
  if (result.has_delivery() && recipients == 0) return;
  Charge(result.ByteSizeLong() + recipients * kBytesPerRecipientResult);
}

void BatchCall::EndOne() {
  if (--open_ > 0) return;
  // Not kept beside its bytes until they are read.
  v1::PublishBatchResponse response;
  response.Swap(&response_);
  FitInAnswer(response);
  Finish(response);
}

void BatchCall::Stop() {
  for (EventCall& event_call : event_calls_) event_call.Stop();
}

}  // namespace dino::api
