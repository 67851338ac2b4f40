#include "server/api/event_call.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "server/api/answer_size.h"
#include "server/api/call_trace.h"
#include "server/api/caller_check.h"
#include "server/api/delivery.h"
#include "server/api/errors.h"
#include "server/api/event_results.h"
#include "server/api/refusal.h"
#include "server/fanout/event_id.h"
#include "server/fanout/resume_token.h"

namespace dino::api {
namespace {

// Whose keys they are where callers are not told apart.
constexpr std::string_view kAnonymous = "anonymous";

}  // namespace

void EventCall::Start(EventDraft draft, Clock::time_point deadline, const CallOrigin& origin,
                      DoneFunction done) {
  done_ = std::move(done);
  origin_ = &origin;
  kind_ = draft.event.kind;
  recipients_ = draft.event.recipients.size();
  started_at_ = Clock::now();
  deadline_ = deadline;
  result_detail_ = draft.result_detail;
  validate_only_ = draft.validate_only;
  draft.event.accepted_at = started_at_;
  draft.event.deadline = deadline;
  draft.event.traceparent = origin.traceparent;
  draft.event.traced = origin.trace != nullptr;
  draft.event.owner = origin.owner();
  const grpc::Status rights = CheckRights(draft);
  if (!rights.ok()) return Refuse(rights);
  if (!Identify(draft, draft.event)) {
    // A dry run has taken nothing from the quota.
    return draft.validate_only ? Refuse(Refused(fanout::Refusal::kResumeToken))
                               : NotAdmitted(fanout::Refusal::kResumeToken);
  }
  if (draft.validate_only) {
    Validate(draft.event);
  } else {
    Publish(std::move(draft.event));
  }
}

bool EventCall::Identify(const EventDraft& draft, fanout::Event& event) const {
  if (!draft.idempotency_key.empty()) {
    // A caller's keys are its own.
    const std::string_view caller =
        origin_->caller == nullptr ? kAnonymous : std::string_view(origin_->caller->name());
    event.id = fanout::EventIdOf(caller, draft.idempotency_key);
    event.keyed = true;
  }
  return draft.resume_token.empty() || fanout::Resume(draft.resume_token, event);
}

grpc::Status EventCall::CheckRights(const EventDraft& draft) const {
  auth::Caller const* const caller = origin_->caller.get();
  if (caller == nullptr) return grpc::Status::OK;
  grpc::Status rights = api::CheckRights(*caller, draft);
  if (!rights.ok()) return rights;
  const auto wait = draft.validate_only ? caller->quota().WaitFor(recipients_)
                                        : caller->quota().Take(recipients_);
  return wait > Clock::duration::zero() ? OverQuota(wait) : grpc::Status::OK;
}

void EventCall::Publish(fanout::Event event) {
  auto published = shared_.publisher.Publish(
      std::move(event), [this](const fanout::EventPublisher::Result& result) {
        Forget();
        if (const auto* refusal = std::get_if<fanout::Refusal>(&result)) {
          NotAdmitted(*refusal);
        } else {
          OnEnded(std::get<fanout::CallResult>(result));
        }
      });
  const MutexLock lock(mutex_);
  if (!ended_) published_ = std::move(published);
}

void EventCall::Forget() {
  std::shared_ptr<fanout::PublishedEvent> ended;
  const MutexLock lock(mutex_);
  ended_ = true;
  ended.swap(published_);
}

void EventCall::Validate(const fanout::Event& event) {
  const std::optional<fanout::Refusal> refusal = shared_.publisher.WouldRefuse(event);
  if (refusal.has_value()) return Refuse(Refused(*refusal));
  v1::Delivery delivery;
  if (event.id.has_value()) delivery.set_event_id(fanout::TextOf(*event.id));
  delivery.set_recipient_count(static_cast<std::uint32_t>(recipients_));
  shared_.events.Succeeded(*origin_->via);
  done_(grpc::Status::OK, std::move(delivery));
}

void EventCall::Stop() {
  stopped_.store(true, std::memory_order_relaxed);
  std::shared_ptr<fanout::PublishedEvent> published;
  {
    const MutexLock lock(mutex_);
    published = published_;
  }
  shared_.publisher.Stop(published);
}

void EventCall::OnEnded(const fanout::CallResult& result) {
  const Clock::time_point now = Clock::now();
  if (origin_->caller != nullptr) origin_->caller->quota().Published(recipients_);
  CallEnd end = EndNow(now);
  end.event_id = result.event_id;
  end.acknowledged = result.summary.acknowledged_count;
  if (result.summary.failure != fanout::Failure::kNone) {
    const grpc::Status error = ErrorOf(result, now);
    shared_.events.Ended(*origin_->via, ResultOf(error));
    CountFailed(result, error);
    return Fail(error, end, result.shares);
  }
  if (origin_->trace != nullptr) {
    origin_->trace->EventEnded(started_at_, end, "OK", result.shares);
  }
  shared_.events.Succeeded(*origin_->via);
  shared_.log.Succeeded(*origin_, end, now);
  v1::Delivery delivery;
  WriteDelivery(result, result_detail_, delivery);
  FitInAnswer(delivery);
  done_(grpc::Status::OK, std::move(delivery));
}

grpc::Status EventCall::ErrorOf(const fanout::CallResult& result, Clock::time_point now) const {
  if (result.summary.failure == fanout::Failure::kTimeUp) {
    if (WasGivenUp(now)) {
      return {grpc::StatusCode::CANCELLED, "the caller disconnected or cancelled"};
    }
    if (WasEndedByShutdown(now)) return EndedByShutdown(result);
  }
  return Failed(result);
}

void EventCall::CountFailed(const fanout::CallResult& result, const grpc::Status& error) {
  std::size_t left = recipients_ - result.summary.acknowledged_count;
  for (std::size_t i = 0; i < fanout::kFailures; ++i) {
    const auto failure = static_cast<fanout::Failure>(i);
    // Those of an answer that says why time was up are counted below.
    if (failure == fanout::Failure::kTimeUp && result.summary.failure == failure) continue;
    const std::size_t count = std::min<std::size_t>(result.summary.failed.at(i), left);
    if (count > 0) shared_.events.Failed(kind_, ResultOf(failure), count);
    left -= count;
  }
  if (left > 0) shared_.events.Failed(kind_, ResultOf(error), left);
}

bool EventCall::WasGivenUp(Clock::time_point now) const {
  return stopped_.load(std::memory_order_relaxed) && now < deadline_;
}

bool EventCall::WasEndedByShutdown(Clock::time_point now) const {
  return shared_.draining.load(std::memory_order_relaxed) && now < deadline_;
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
  CountRefusal(shared_, *origin_, error);
  if (!validate_only_) shared_.events.Failed(kind_, ResultOf(error), recipients_);
  Fail(error, EndNow(Clock::now()));
}

void EventCall::Fail(const grpc::Status& error, const CallEnd& end,
                     absl::Span<const fanout::BrokerShare> shares) {
  if (origin_->trace != nullptr) {
    origin_->trace->EventEnded(started_at_, end, ResultOf(error), shares);
  }
  shared_.log.Failed(*origin_, end, error);
  done_(error, {});
}

}  // namespace dino::api
