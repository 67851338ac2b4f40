#include "server/rpc/event_call.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "server/fanout/event_id.h"
#include "server/log/log.h"
#include "server/rpc/delivery.h"
#include "server/rpc/errors.h"

namespace dino::rpc {

void EventCall::Start(EventDraft draft, mqtt::Clock::time_point deadline, std::string traceparent,
                      DoneFunction done) {
  done_ = std::move(done);
  label_ = draft.label;
  caller_ = draft.caller;
  started_at_ = mqtt::Clock::now();
  result_detail_ = draft.result_detail;
  draft.event.accepted_at = started_at_;
  draft.event.deadline = deadline;
  draft.event.traceparent = std::move(traceparent);
  const grpc::Status rights = CheckRights(draft);
  if (!rights.ok()) return Refuse(rights);
  // A caller's keys are its own.
  if (caller_ != nullptr && !draft.idempotency_key.empty()) {
    draft.idempotency_key.insert(0, caller_->name() + " ");
  }
  if (draft.validate_only) {
    Validate(draft);
  } else if (draft.idempotency_key.empty()) {
    Publish(std::move(draft));
  } else {
    PublishKeyed(std::move(draft));
  }
}

grpc::Status EventCall::CheckRights(const EventDraft& draft) const {
  if (caller_ == nullptr) return grpc::Status::OK;
  const std::string why_not = caller_->WhyNot(draft.method);
  if (!why_not.empty()) return NotAllowed(why_not);
  const std::size_t recipients = draft.event.recipients.size();
  const auto wait = draft.validate_only ? caller_->quota().WaitFor(recipients)
                                        : caller_->quota().Take(recipients);
  return wait > auth::Clock::duration::zero() ? OverQuota(wait) : grpc::Status::OK;
}

void EventCall::Publish(EventDraft draft) {
  auto admitted = shared_.fanout.Admit(draft.event.recipients.size(), draft.request_bytes);
  if (const auto* refusal = std::get_if<fanout::Refusal>(&admitted)) {
    return Refuse(Refused(*refusal));
  }
  batch_ = shared_.fanout.Publish(
      std::get<fanout::Admission::Ticket>(std::move(admitted)), std::move(draft.event),
      [this](const fanout::EventBatch& batch) { OnEnded(batch.AsEnding()); });
}

void EventCall::PublishKeyed(EventDraft draft) {
  keyed_call_ = shared_.fanout.keyed_calls().Publish(
      draft.idempotency_key, std::move(draft.event), draft.request_bytes,
      [this](const fanout::KeyedAnswer& answer) {
        if (const auto* refusal = std::get_if<fanout::Refusal>(&answer)) {
          Refuse(Refused(*refusal));
        } else {
          OnEnded(std::get<fanout::Ending>(answer));
        }
      });
}

void EventCall::Validate(const EventDraft& draft) {
  const std::optional<fanout::Refusal> refusal =
      draft.idempotency_key.empty()
          ? shared_.fanout.WouldRefuse(draft.event.recipients.size(), draft.request_bytes)
          : shared_.fanout.keyed_calls().WouldRefuse(draft.idempotency_key, draft.event,
                                                     draft.request_bytes);
  if (refusal.has_value()) return Refuse(Refused(*refusal));
  v1::Delivery delivery;
  if (!draft.idempotency_key.empty()) {
    delivery.set_event_id(fanout::EventIdOf(draft.idempotency_key));
  }
  delivery.set_recipient_count(static_cast<std::uint32_t>(draft.event.recipients.size()));
  done_(grpc::Status::OK, std::move(delivery));
}

void EventCall::Stop() {
  if (batch_ != nullptr) shared_.fanout.Stop(batch_);
  if (keyed_call_ != nullptr) shared_.fanout.keyed_calls().Stop(keyed_call_);
}

void EventCall::OnEnded(const fanout::Ending& ending) {
  if (ending.report.failure != fanout::Failure::kNone) {
    return Fail(Failed(ending), ending.event_id);
  }
  v1::Delivery delivery;
  WriteDelivery(ending, result_detail_, delivery);
  done_(grpc::Status::OK, std::move(delivery));
}

void EventCall::Refuse(const grpc::Status& error) {
  shared_.meters.Refused(ReasonOf(error));
  Fail(error);
}

void EventCall::Fail(const grpc::Status& error, std::string_view event_id) {
  const std::chrono::duration<double> seconds = mqtt::Clock::now() - started_at_;
  LogFailure(label_, error, caller_.get(), event_id, seconds);
  done_(error, {});
}

}  // namespace dino::rpc
