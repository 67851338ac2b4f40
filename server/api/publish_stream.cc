#include "server/api/publish_stream.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <variant>

#include "server/api/call_metadata.h"
#include "server/api/call_trace.h"
#include "server/api/caller_check.h"
#include "server/api/errors.h"
#include "server/api/event_request.h"
#include "server/api/refusal.h"
#include "server/api/request_bytes.h"
#include "server/grpc/message.h"
#include "server/mqtt/batch.h"

namespace dino::api {
namespace {

// When a stream that was held back is read again: later, so that it does not stop and go.
constexpr std::size_t kGoOnBelow = kMaxOpenStreamEvents / 4 * 3;
constexpr std::size_t kGoOnBelowBytes = kMaxUnreadStreamBytes / 4 * 3;

// What an answer takes beside its bytes.
constexpr std::size_t kBytesPerAnswer = 512;

std::size_t BytesOf(const transport::Message& answer) { return answer.bytes() + kBytesPerAnswer; }

constexpr std::string_view kMethod = "PublishStream";

}  // namespace

PublishStream::PublishStream(PublishContext& shared, OpenStreams& open_streams,
                             transport::Call& call)
    : shared_(shared),
      open_streams_(open_streams),
      call_(call),
      connection_end_(call.connection_end()),
      lane_(mqtt::NewLane()),
      arrived_at_(Clock::now()) {
  origins_.push_back({kMethod, Traceparent(call), nullptr, &call, EventMeter::Via::kStream});
}

void PublishStream::OnBegin() {
  const grpc::Status error = Begin();
  if (error.ok()) return Read();
  {
    const MutexLock lock(caller_mutex_);
    CountRefusal(shared_, origins_.back(), error);
  }
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    finishing_ = true;
    status_ = error;
  }
  rejected_ = true;
  call_.Reject(error, RetryDelayOf(error));
}

grpc::Status PublishStream::Begin() {
  std::string_view owner;
  {
    const MutexLock lock(caller_mutex_);
    grpc::Status error = Identify(shared_.caller_generation());
    if (!error.ok()) return error;
    // Events come with a copy of the first one.
    origins_.back().trace = CallTrace::Begin(shared_.tracer, origins_.back());
    origins_.front().trace = origins_.back().trace;
    owner = origins_.back().owner();
  }
  room_ = shared_.admission.TryBegin(owner);
  return room_.has_value() ? open_streams_.Add(*this, owner)
                           : Refused(fanout::Refusal::kOverloaded);
}

grpc::Status PublishStream::Identify(std::uint64_t generation) {
  caller_generation_ = generation;
  CallOrigin origin = origins_.front();
  origin.caller = nullptr;
  origins_.push_back(std::move(origin));
  grpc::Status error = api::CheckCaller(shared_, call_, origins_.back());
  may_publish_ = error.ok();
  return error;
}

const CallOrigin* PublishStream::CheckCaller() {
  const MutexLock lock(caller_mutex_);
  const std::uint64_t generation = shared_.caller_generation();
  if (caller_generation_ != generation) {
    const grpc::Status error = Identify(generation);
    if (!error.ok()) Refuse(origins_.back(), error);
  }
  return may_publish_ ? &origins_.back() : nullptr;
}

void PublishStream::Refuse(const CallOrigin& origin, const grpc::Status& error) {
  CountRefusal(shared_, origin, error);
  End(error);
}

void PublishStream::Read() {
  {
    const MutexLock lock(mutex_);
    if (ending_) return;
  }
  call_.Read();
}

void PublishStream::OnNoMessage() {
  ForgetEnded();
  // The caller has closed its side, or is gone.
  End(grpc::Status::OK);
}

void PublishStream::OnMessage(const transport::Message& message) {
  ForgetEnded();
  ++requests_;
  const CallOrigin* const origin = CheckCaller();
  if (origin == nullptr) return;
  Handle(message, *origin);
  {
    const MutexLock lock(mutex_);
    held_back_ = IsFull(kMaxOpenStreamEvents, kMaxUnreadStreamBytes);
    if (held_back_) return;
  }
  Read();
}

void PublishStream::Handle(const transport::Message& message, const CallOrigin& origin) {
  {
    const MutexLock lock(mutex_);
    if (ending_) return;
    ++open_;
  }
  // Until its answer stands in line.
  call_.Hold();
  v1::PublishStreamRequest request;
  const grpc::Status error = ParseRequest(message, shared_.call_limits, request);
  if (error.ok()) {
    Publish(request, origin);
    return;
  }
  // Whose answer would it be?
  {
    const MutexLock lock(mutex_);
    --open_;
  }
  Refuse(origin, error);
  call_.Release();
}

Clock::time_point PublishStream::EventDeadline() const {
  const Clock::time_point of_event = Clock::now() + shared_.default_deadline;
  return std::min(call_.answer_by().value_or(of_event), of_event);
}

void PublishStream::Publish(const v1::PublishStreamRequest& request, const CallOrigin& origin) {
  const std::uint64_t sequence = request.sequence();
  auto draft = DraftOfAny(request.event(), shared_.limits);
  if (const auto* error = std::get_if<grpc::Status>(&draft)) {
    NoteRefusal(shared_, origin, *error);
    return Answer(sequence, *error, {}, nullptr);
  }
  std::get<EventDraft>(draft).event.lane = lane_;
  Entry& entry = entries_.emplace_back(shared_);
  entry.place = std::prev(entries_.end());
  entry.call.Start(std::get<EventDraft>(std::move(draft)), EventDeadline(), origin,
                   [this, sequence, &entry](const grpc::Status& status, v1::Delivery delivery) {
                     Answer(sequence, status, std::move(delivery), &entry);
                   });
}

void PublishStream::Answer(std::uint64_t sequence, const grpc::Status& status,
                           v1::Delivery delivery, Entry* entry) {
  v1::PublishStreamResponse response;
  response.set_sequence(sequence);
  WriteEventResult(status, std::move(delivery), *response.mutable_result());
  transport::Message bytes(response);
  {
    const MutexLock lock(mutex_);
    room_->Grow(BytesOf(bytes));
    unread_bytes_ += BytesOf(bytes);
    answers_.push_back(std::move(bytes));
    if (entry != nullptr) ended_.push_back(entry);
    Proceed();
  }
  call_.Release();
}

void PublishStream::Proceed() {
  if (writing_ || finishing_) return;
  if (!answers_.empty()) {
    writing_ = true;
    call_.Write(answers_.front(), /*more=*/answers_.size() > 1);
  } else if (ending_ && !lingering_ && open_ == 0) {
    finishing_ = true;
    call_.Finish(status_, RetryDelayOf(status_));
  }
}

void PublishStream::OnWritten(bool /*ok*/) {
  // If it failed the caller is gone, and so will be the next answers.
  ForgetEnded();
  bool go_on = false;
  {
    const MutexLock lock(mutex_);
    writing_ = false;
    room_->Shrink(BytesOf(answers_.front()));
    unread_bytes_ -= BytesOf(answers_.front());
    answers_.pop_front();
    --open_;
    go_on = held_back_ && !IsFull(kGoOnBelow, kGoOnBelowBytes);
    if (go_on) held_back_ = false;
    Proceed();
  }
  if (go_on) Read();
}

void PublishStream::ForgetEnded() {
  std::vector<Entry*> ended;
  {
    const MutexLock lock(mutex_);
    ended.swap(ended_);
  }
  for (Entry* entry : ended) entries_.erase(entry->place);
}

void PublishStream::End(const grpc::Status& status) {
  const MutexLock lock(mutex_);
  if (ending_) return;
  ending_ = true;
  status_ = status;
  Proceed();
}

// With the last stream of an old connection the library closes it at once. If bytes of the caller
// arrived then, the system would reset the connection and with it discard answers on their way.
// A caller who is no longer read falls silent: it waits for answers, or its window is full.
void PublishStream::EndByAge() {
  const MutexLock lock(mutex_);
  if (ending_) {
    lingering_ = false;
    return Proceed();
  }
  ending_ = true;
  lingering_ = true;
  status_ = ConnectionAge();
}

void PublishStream::OnFinished(bool ok) {
  grpc::Status status = WhyCutOff();
  // Whether a caller who may not begin hears it or not.
  if (ok || rejected_) {
    const MutexLock lock(mutex_);
    status = status_;
  }
  CallEnd end;
  end.requests = requests_;
  end.after = Clock::now() - arrived_at_;
  const MutexLock lock(caller_mutex_);
  EndTrace(status);
  if (status.ok()) {
    shared_.log.Succeeded(origins_.back(), end);
  } else {
    shared_.log.Failed(origins_.back(), end, status);
  }
}

void PublishStream::EndTrace(const grpc::Status& status) const {
  if (origins_.back().trace != nullptr) origins_.back().trace->Ended(status);
}

void PublishStream::OnCancelled() {
  for (Entry& entry : entries_) entry.call.Stop();
  End(WhyCutOff());
}

grpc::Status PublishStream::WhyCutOff() const {
  if (call_.overdue()) {
    return {grpc::StatusCode::DEADLINE_EXCEEDED, "the stream's deadline passed"};
  }
  return {grpc::StatusCode::CANCELLED, "the caller disconnected or cancelled"};
}

}  // namespace dino::api
