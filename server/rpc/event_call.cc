#include "server/rpc/event_call.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "server/fanout/event_id.h"
#include "server/rpc/delivery.h"
#include "server/rpc/errors.h"
#include "server/rpc/refusal.h"

namespace dino::rpc {

void EventCall::Start(EventDraft draft, Clock::time_point deadline, const CallOrigin& origin,
                      DoneFunction done) {
  done_ = std::move(done);
  origin_ = &origin;
  kind_ = draft.event.kind;
  recipients_ = draft.event.recipients.size();
  started_at_ = Clock::now();
  deadline_ = deadline;
  result_detail_ = draft.result_detail;
  draft.event.accepted_at = started_at_;
  draft.event.deadline = deadline;
  draft.event.traceparent = origin.traceparent;
  const grpc::Status rights = CheckRights(draft);
  if (!rights.ok()) return Refuse(rights);
  // A caller's keys are its own.
  if (origin.caller != nullptr && !draft.idempotency_key.empty()) {
    draft.idempotency_key.insert(0, origin.caller->name() + " ");
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
  auth::Caller const* const caller = origin_->caller.get();
  if (caller == nullptr) return grpc::Status::OK;
  const std::string why_not = caller->WhyNot(draft.method);
  if (!why_not.empty()) return NotAllowed(why_not);
  const auto wait = draft.validate_only ? caller->quota().WaitFor(recipients_)
                                        : caller->quota().Take(recipients_);
  return wait > Clock::duration::zero() ? OverQuota(wait) : grpc::Status::OK;
}

void EventCall::Publish(EventDraft draft) {
  auto admitted = shared_.fanout.Admit(recipients_, draft.request_bytes);
  if (const auto* refusal = std::get_if<fanout::Refusal>(&admitted)) {
    return NotAdmitted(*refusal);
  }
  batch_ = shared_.fanout.Publish(
      std::get<fanout::Admission::Ticket>(std::move(admitted)), std::move(draft.event),
      [this](const fanout::EventBatch& batch) { OnEnded(batch.Result()); });
}

void EventCall::PublishKeyed(EventDraft draft) {
  keyed_call_ = shared_.fanout.keyed_calls().Publish(
      draft.idempotency_key, std::move(draft.event), draft.request_bytes,
      [this](const fanout::KeyedResult& result) {
        if (const auto* refusal = std::get_if<fanout::Refusal>(&result)) {
          NotAdmitted(*refusal);
        } else {
          OnEnded(std::get<fanout::CallResult>(result));
        }
      });
}

void EventCall::Validate(const EventDraft& draft) {
  const std::optional<fanout::Refusal> refusal =
      draft.idempotency_key.empty() ? shared_.fanout.WouldRefuse(recipients_, draft.request_bytes)
                                    : shared_.fanout.keyed_calls().WouldRefuse(
                                          draft.idempotency_key, draft.event, draft.request_bytes);
  if (refusal.has_value()) return Refuse(Refused(*refusal));
  v1::Delivery delivery;
  if (!draft.idempotency_key.empty()) {
    delivery.set_event_id(fanout::EventIdOf(draft.idempotency_key));
  }
  delivery.set_recipient_count(static_cast<std::uint32_t>(recipients_));
  done_(grpc::Status::OK, std::move(delivery));
}

void EventCall::Stop() {
  stopped_.store(true, std::memory_order_relaxed);
  if (batch_ != nullptr) shared_.fanout.Stop(batch_);
  if (keyed_call_ != nullptr) shared_.fanout.keyed_calls().Stop(keyed_call_);
}

void EventCall::OnEnded(const fanout::CallResult& result) {
  const Clock::time_point now = Clock::now();
  CallEnd end = EndNow(now);
  end.event_id = result.event_id;
  end.acknowledged = result.summary.acknowledged_count;
  if (result.summary.failure == fanout::Failure::kTimeUp && WasGivenUp(now)) {
    return Fail({grpc::StatusCode::CANCELLED, "the caller has gone"}, end);
  }
  if (result.summary.failure != fanout::Failure::kNone) return Fail(Failed(result), end);
  shared_.log.Succeeded(*origin_, end, now);
  v1::Delivery delivery;
  WriteDelivery(result, result_detail_, delivery);
  done_(grpc::Status::OK, std::move(delivery));
}

bool EventCall::WasGivenUp(Clock::time_point now) const {
  return stopped_.load(std::memory_order_relaxed) && now < deadline_;
}

CallEnd EventCall::EndNow(Clock::time_point now) const {
  CallEnd end;
  end.kind = kind_;
  end.recipients = recipients_;
  end.after = now - started_at_;
  return end;
}

void EventCall::NotAdmitted(const fanout::Refusal& refusal) {
  if (origin_->caller != nullptr) origin_->caller->quota().GiveBack(recipients_);
  Refuse(Refused(refusal));
}

void EventCall::Refuse(const grpc::Status& error) {
  CountRefusal(shared_, error);
  Fail(error, EndNow(Clock::now()));
}

void EventCall::Fail(const grpc::Status& error, const CallEnd& end) {
  shared_.log.Failed(*origin_, end, error);
  done_(error, {});
}

}  // namespace dino::rpc
