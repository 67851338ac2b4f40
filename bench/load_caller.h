#ifndef DINO_BENCH_LOAD_CALLER_H_
#define DINO_BENCH_LOAD_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "dino/events/v1/event_publisher_service.grpc.pb.h"

namespace dino::bench {

// Makes a request whose event JSON has `event_bytes` bytes, for `recipients` users from
// `first_user` on.
//
// Fails if no message is that short.
absl::Status MakeRequest(int event_bytes, int first_user, int recipients,
                         events::v1::PublishMessageRequest& request);

// Repeats one PublishMessage call, one at a time.
//
// `Start` puts the caller itself as the tag on the completion queue; who takes it from there
// calls `Finish`. Not thread-safe.
class LoadCaller {
 public:
  using Stub = events::v1::EventPublisherService::Stub;
  using Clock = std::chrono::steady_clock;

  LoadCaller(Stub& stub, grpc::CompletionQueue& queue, events::v1::PublishMessageRequest request);

  // REQUIRES: no call is in progress.
  void Start();

  // Ends the call. An error if its answer was one, or does not say that every recipient was
  // acknowledged.
  absl::Status Finish(Clock::duration& latency);

  int recipients() const { return request_.user_ids_size(); }

 private:
  // What one call needs; gRPC allows none of it to be used twice.
  struct Call {
    grpc::ClientContext context;
    grpc::Status status;
    events::v1::PublishMessageResponse response;
    std::unique_ptr<grpc::ClientAsyncResponseReader<events::v1::PublishMessageResponse>> reader;
    Clock::time_point started;
  };

  Stub& stub_;
  grpc::CompletionQueue& queue_;
  const events::v1::PublishMessageRequest request_;
  std::optional<Call> call_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_CALLER_H_
