#include "bench/load/stream_caller.h"

#include <algorithm>

#include "absl/status/status.h"

namespace dino::bench {

StreamCaller::StreamCaller(Stub& stub, grpc::CompletionQueue& queue, CallRecord& record,
                           const EventShape& shape, int first_number, int window)
    : stub_(stub), queue_(queue), record_(record), recipients_(shape.recipients) {
  for (int i = 0; i < window; ++i) {
    *requests_.emplace_back().mutable_event()->mutable_message() =
        MakeRequest(shape, first_number + i);
  }
  sent_at_.resize(requests_.size());
}

void StreamCaller::Start() { stream_ = stub_.AsyncPublishStream(&context_, &queue_, &opened_); }

void StreamCaller::OnOpened(bool /*ok*/) {
  stream_->Read(&response_, &read_);
  Write();
}

void StreamCaller::OnWritten(bool ok) {
  writing_ = false;
  if (ok) Write();
}

void StreamCaller::Write() {
  if (writing_ || closed_) return;
  if (record_.ended()) {
    if (answered_ == sent_ || !record_.status().ok()) Close();
    return;
  }
  const std::uint64_t open = sent_ - answered_;
  if (open == requests_.size()) return;
  const std::uint64_t place = sent_ % requests_.size();
  requests_[place].set_sequence(sent_);
  RenewKey(*requests_[place].mutable_event()->mutable_message());
  sent_at_[place] = Clock::now();
  ++sent_;
  writing_ = true;
  grpc::WriteOptions options;
  // Writes that follow at once may be sent together.
  if (open + 1 < requests_.size()) options.set_buffer_hint();
  stream_->Write(requests_[place], options, &written_);
}

void StreamCaller::Close() {
  closed_ = true;
  writing_ = true;
  stream_->WritesDone(&closed_tag_);
}

void StreamCaller::OnClosed(bool /*ok*/) { writing_ = false; }

void StreamCaller::OnRead(bool ok) {
  if (!ok) {
    stream_->Finish(&status_, &finished_tag_);
    return;
  }
  ++answered_;
  record_.Answered(sent_at_[response_.sequence() % sent_at_.size()],
                   CheckResult(response_.result(), recipients_));
  stream_->Read(&response_, &read_);
  Write();
}

void StreamCaller::OnFinished(bool /*ok*/) {
  finished_ = true;
  if (status_.ok() && answered_ == sent_) return;
  record_.Answered(Clock::now(),
                   absl::UnavailableError("a stream ended: " + status_.error_message()));
}

void RunStreams(const std::vector<std::unique_ptr<StreamCaller>>& callers,
                grpc::CompletionQueue& queue) {
  for (const auto& caller : callers) caller->Start();
  const auto ended = [](const auto& caller) { return caller->ended(); };
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
    const auto& event = *static_cast<const StreamCaller::Tag*>(tag);
    event.OnEvent(ok);
    if (event.caller->ended() && std::all_of(callers.begin(), callers.end(), ended)) return;
  }
}

}  // namespace dino::bench
