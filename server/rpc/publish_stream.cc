#include "server/rpc/publish_stream.h"

#include <iterator>
#include <utility>
#include <variant>

#include "server/mqtt/batch.h"
#include "server/rpc/byte_buffers.h"
#include "server/rpc/call_metadata.h"
#include "server/rpc/caller_check.h"
#include "server/rpc/errors.h"
#include "server/rpc/event_request.h"
#include "server/rpc/refusal.h"

namespace dino::rpc {
namespace {

// When a stream that was held back is read again: later, so that it does not stop and go with every
// answer.
constexpr std::size_t kGoOnBelow = 750;

}  // namespace

grpc::Status OpenStreams::Add(PublishStream& stream) {
  const MutexLock lock(mutex_);
  if (ending_) return ShuttingDown();
  if (streams_.size() >= max_streams_) return TooManyStreams();
  streams_.insert(&stream);
  return grpc::Status::OK;
}

void OpenStreams::Remove(PublishStream& stream) {
  const MutexLock lock(mutex_);
  streams_.erase(&stream);
}

void OpenStreams::EndAll() {
  const MutexLock lock(mutex_);
  ending_ = true;
  for (PublishStream* stream : streams_) stream->End(ShuttingDown());
}

PublishStream::PublishStream(PublishContext& shared, OpenStreams& open_streams, AskFunction ask)
    : shared_(shared),
      open_streams_(open_streams),
      meter_(shared.meters.Of("PublishStream")),
      ask_(std::move(ask)),
      stream_(&context_),
      arrived_(*this, &PublishStream::OnArrived),
      read_(*this, &PublishStream::OnRead),
      written_(*this, &PublishStream::OnWritten),
      finished_(*this, &PublishStream::OnFinished),
      done_(*this, &PublishStream::OnDone) {}

void PublishStream::Listen() {
  context_.AsyncNotifyWhenDone(static_cast<Tag*>(&done_));
  ask_(context_, stream_, static_cast<Tag*>(&arrived_));
}

void PublishStream::OnArrived(bool ok) {
  if (!ok) {
    // The server stops; a call that never began has no further events.
    delete this;
    return;
  }
  shared_.tracker.Begin();
  arrived_at_ = Clock::now();
  meter_.Started();
  origins_.push_back({meter_.name().method, Traceparent(context_), nullptr});
  (new PublishStream(shared_, open_streams_, ask_))->Listen();
  lane_ = mqtt::NewLane();
  {
    // One for `done_`, one for this function.
    const MutexLock lock(mutex_);
    holds_ = 2;
  }
  if (IsAllowed()) {
    const grpc::Status added = open_streams_.Add(*this);
    if (!added.ok()) Refuse(added);
    Read();
  }
  Release();
}

bool PublishStream::IsAllowed() {
  if (shared_.authenticator == nullptr) return true;
  const std::uint64_t generation = shared_.authenticator->generation();
  const CallOrigin& origin = origins_.back();
  if (origin.caller != nullptr) {
    if (generation == caller_generation_) return true;
    origins_.push_back({origin.method, origin.traceparent, nullptr});
  }
  caller_generation_ = generation;
  const grpc::Status error = CheckCaller(shared_, context_, origins_.back());
  if (error.ok()) return true;
  Refuse(error);
  return false;
}

void PublishStream::Refuse(const grpc::Status& error) {
  CountRefusal(shared_, error);
  End(error);
}

void PublishStream::Read() {
  {
    const MutexLock lock(mutex_);
    if (ending_) return;
    ++holds_;
  }
  stream_.Read(&request_, static_cast<Tag*>(&read_));
}

void PublishStream::OnRead(bool ok) {
  ForgetEnded();
  if (!ok) {
    // The caller has closed its side, or is gone.
    End(grpc::Status::OK);
    return Release();
  }
  meter_.Received();
  ++requests_;
  const bool allowed = IsAllowed();
  if (allowed) Handle(request_);
  request_.Clear();
  bool go_on = false;
  if (allowed) {
    const MutexLock lock(mutex_);
    held_back_ = open_ >= kMaxOpenStreamEvents;
    go_on = !held_back_;
  }
  if (go_on) Read();
  Release();
}

void PublishStream::Handle(const grpc::ByteBuffer& bytes) {
  {
    const MutexLock lock(mutex_);
    if (ending_) return;
    ++open_;
    ++holds_;
  }
  v1::PublishStreamRequest request;
  const grpc::Status error = ParseRequest(bytes, shared_.call_limits, request);
  if (error.ok()) {
    Publish(request);
    return;
  }
  // Whose answer would it be?
  {
    const MutexLock lock(mutex_);
    --open_;
  }
  Refuse(error);
  Release();
}

void PublishStream::Publish(const v1::PublishStreamRequest& request) {
  const std::uint64_t sequence = request.sequence();
  auto draft = DraftOfAny(request.event(), shared_.limits);
  if (const auto* error = std::get_if<grpc::Status>(&draft)) {
    NoteRefusal(shared_, origins_.back(), *error);
    return Answer(sequence, *error, {}, nullptr);
  }
  std::get<EventDraft>(draft).event.lane = lane_;
  Entry& entry = entries_.emplace_back(shared_);
  entry.place = std::prev(entries_.end());
  entry.call.Start(std::get<EventDraft>(std::move(draft)),
                   AnswerBy(context_, shared_.default_deadline), origins_.back(),
                   [this, sequence, &entry](const grpc::Status& status, v1::Delivery delivery) {
                     Answer(sequence, status, std::move(delivery), &entry);
                   });
}

void PublishStream::Answer(std::uint64_t sequence, const grpc::Status& status,
                           v1::Delivery delivery, Entry* entry) {
  v1::PublishStreamResponse response;
  response.set_sequence(sequence);
  WriteEventResult(status, std::move(delivery), *response.mutable_result());
  grpc::ByteBuffer bytes = Serialize(response);
  {
    const MutexLock lock(mutex_);
    answers_.push_back(std::move(bytes));
    if (entry != nullptr) ended_.push_back(entry);
    Proceed();
  }
  Release();
}

void PublishStream::Proceed() {
  if (writing_ || finishing_) return;
  if (!answers_.empty()) {
    writing_ = true;
    ++holds_;
    grpc::WriteOptions options;
    if (answers_.size() > 1) options.set_buffer_hint();
    stream_.Write(answers_.front(), options, static_cast<Tag*>(&written_));
  } else if (ending_ && open_ == 0) {
    finishing_ = true;
    ++holds_;
    stream_.Finish(status_, static_cast<Tag*>(&finished_));
  }
}

void PublishStream::OnWritten(bool ok) {
  // If it failed the caller is gone, and so will be the next answers.
  if (ok) meter_.Sent();
  ForgetEnded();
  bool go_on = false;
  {
    const MutexLock lock(mutex_);
    writing_ = false;
    answers_.pop_front();
    --open_;
    go_on = held_back_ && open_ < kGoOnBelow;
    if (go_on) held_back_ = false;
    Proceed();
  }
  if (go_on) Read();
  Release();
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

void PublishStream::OnFinished(bool ok) {
  grpc::Status status(grpc::StatusCode::CANCELLED, "the caller has gone");
  if (ok) {
    const MutexLock lock(mutex_);
    status = status_;
  }
  const Clock::duration after = Clock::now() - arrived_at_;
  meter_.Handled(status.error_code(), after);
  CallEnd end;
  end.requests = requests_;
  end.after = after;
  if (status.ok()) {
    shared_.log.Succeeded(origins_.back(), end);
  } else {
    shared_.log.Failed(origins_.back(), end, status);
  }
  Release();
}

void PublishStream::OnDone(bool /*ok*/) {
  if (context_.IsCancelled()) {
    for (Entry& entry : entries_) entry.call.Stop();
    End(grpc::Status::CANCELLED);
  }
  Release();
}

void PublishStream::Release() {
  {
    const MutexLock lock(mutex_);
    if (--holds_ > 0) return;
  }
  open_streams_.Remove(*this);
  CallTracker& tracker = shared_.tracker;
  delete this;
  tracker.End();
}

}  // namespace dino::rpc
