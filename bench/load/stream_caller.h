#ifndef DINO_BENCH_LOAD_STREAM_CALLER_H_
#define DINO_BENCH_LOAD_STREAM_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/load/call_record.h"
#include "bench/load/requests.h"
#include "dino/events/v1/event_publisher_service.grpc.pb.h"

namespace dino::bench {

// One PublishStream call that keeps a number of events unanswered until the record has ended.
//
// Its tags on the completion queue are `StreamCaller::Tag*`; whoever takes one from there calls
// `OnEvent`. Not thread-safe.
class StreamCaller {
 public:
  using Stub = events::v1::EventPublisherService::Stub;

  struct Tag {
    StreamCaller* caller;
    void (StreamCaller::*handler)(bool ok);

    void OnEvent(bool ok) const { (caller->*handler)(ok); }
  };

  // The first of the recipients is that of event `first_number`.
  StreamCaller(Stub& stub, grpc::CompletionQueue& queue, CallRecord& record,
               const EventShape& shape, int first_number, int window);
  StreamCaller(const StreamCaller&) = delete;
  StreamCaller& operator=(const StreamCaller&) = delete;

  void Start();

  // True when the stream has ended; nothing of it is on the queue then.
  bool ended() const { return finished_; }

 private:
  using Request = events::v1::PublishStreamRequest;
  using Response = events::v1::PublishStreamResponse;

  void OnOpened(bool ok);
  void OnWritten(bool ok);
  void OnRead(bool ok);
  void OnClosed(bool ok);
  void OnFinished(bool ok);

  // Sends one more event, or closes our side, if it is time.
  void Write();
  void Close();

  Stub& stub_;
  grpc::CompletionQueue& queue_;
  CallRecord& record_;
  const int recipients_;
  // Events whose recipients differ, so that they do not wait for each other.
  std::vector<Request> requests_;
  std::vector<Clock::time_point> sent_at_;

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Request, Response>> stream_;
  Response response_;
  grpc::Status status_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  bool finished_ = false;

  Tag opened_{this, &StreamCaller::OnOpened};
  Tag written_{this, &StreamCaller::OnWritten};
  Tag read_{this, &StreamCaller::OnRead};
  Tag closed_tag_{this, &StreamCaller::OnClosed};
  Tag finished_tag_{this, &StreamCaller::OnFinished};
};

// Runs the streams of a queue until the record has ended.
void RunStreams(const std::vector<std::unique_ptr<StreamCaller>>& callers,
                grpc::CompletionQueue& queue);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_STREAM_CALLER_H_
