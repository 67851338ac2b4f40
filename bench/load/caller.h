#ifndef DINO_BENCH_LOAD_CALLER_H_
#define DINO_BENCH_LOAD_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "bench/base/clock.h"

namespace dino::bench {

// Repeats one call, one at a time.
//
// `Start` uses the caller as the tag on its completion queue; whoever takes the tag from there
// calls `Finish`. Not thread-safe.
class Caller {
 public:
  virtual ~Caller() = default;

  // Starts a call whose latency counts from `intended`, at the latest now.
  // REQUIRES: no call is in progress.
  virtual void Start(Clock::time_point intended) = 0;

  // Ends the call. An error if the call failed, or if its answer does not say that every recipient
  // was acknowledged.
  virtual absl::Status Finish() = 0;

  // Makes a call in progress end soon, with an error.
  virtual void Cancel() = 0;

  // Of the call that was started last.
  virtual Clock::time_point intended() const = 0;
};

// The tag that a caller's event comes with.
inline void* ToTag(Caller* caller) { return caller; }
inline Caller& FromTag(void* tag) { return *static_cast<Caller*>(tag); }

// Repeats an RPC that has one request and one response. `Rpc` says which:
//   Stub, Request, Response: its types;
//   Begin(stub, context, request, queue): calls the stub's Async method;
//   Renew(request): makes it the next call's;
//   Check(request, response): an error if the response does not say that all went well.
template <class Rpc>
class UnaryCaller final : public Caller {
 public:
  UnaryCaller(typename Rpc::Stub& stub, grpc::CompletionQueue& queue, typename Rpc::Request request,
              std::chrono::nanoseconds deadline)
      : stub_(stub), queue_(queue), request_(std::move(request)), deadline_(deadline) {}

  void Start(Clock::time_point intended) override {
    Call& call = call_.emplace();
    intended_ = intended;
    call.context.set_deadline(
        std::chrono::system_clock::now() +
        std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline_));
    Rpc::Renew(request_);
    call.reader = Rpc::Begin(stub_, call.context, request_, queue_);
    call.reader->Finish(&call.response, &call.status, ToTag(this));
  }

  absl::Status Finish() override {
    const grpc::Status& status = call_->status;
    if (status.ok()) return Rpc::Check(request_, call_->response);
    return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
  }

  void Cancel() override { call_->context.TryCancel(); }

  Clock::time_point intended() const override { return intended_; }

 private:
  // What one call needs; gRPC allows none of it to be used twice.
  struct Call {
    grpc::ClientContext context;
    grpc::Status status;
    typename Rpc::Response response;
    std::unique_ptr<grpc::ClientAsyncResponseReader<typename Rpc::Response>> reader;
  };

  typename Rpc::Stub& stub_;
  grpc::CompletionQueue& queue_;
  typename Rpc::Request request_;
  const std::chrono::nanoseconds deadline_;
  std::optional<Call> call_;
  Clock::time_point intended_;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_CALLER_H_
