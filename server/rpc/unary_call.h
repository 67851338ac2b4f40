#ifndef DINO_SERVER_RPC_UNARY_CALL_H_
#define DINO_SERVER_RPC_UNARY_CALL_H_

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "server/base/clock.h"
#include "server/rpc/byte_buffers.h"
#include "server/rpc/call_log.h"
#include "server/rpc/call_meters.h"
#include "server/rpc/call_tracker.h"
#include "server/rpc/tag.h"

namespace dino::rpc {

// One unary call on an asynchronous completion queue: waits for a request, has it handled,
// sends the answer, and deletes itself after the last event.
//
// All of it runs on the queue's thread, but for `Finish`. Requests and responses are bytes:
// a request that cannot be parsed is answered by us, and not by the library.
class UnaryCall {
 public:
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;
  virtual ~UnaryCall() = default;

  // Waits for a request. From here on the call owns itself.
  void Listen();

 protected:
  using Responder = grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>;

  // Both outlive the call; `meter` is the method's.
  UnaryCall(CallTracker& tracker, MethodMeter& meter);

  // Asks the service for the next request of the method; `tag` comes when there is one.
  virtual void AskForRequest(grpc::ServerContext& context, grpc::ByteBuffer& request,
                             Responder& responder, void* tag) = 0;
  // Makes the call that waits for the request after this one's.
  virtual UnaryCall* Next() const = 0;
  // Handles the request; `Finish` is called then or later, exactly once.
  virtual void Handle(const grpc::ByteBuffer& request) = 0;
  // The caller has gone or its deadline has passed. `Finish` is still called.
  virtual void Cancelled() {}

  grpc::ServerContext& context() { return context_; }
  MethodMeter& meter() const { return meter_; }
  // Complete but for the caller when `Handle` is called.
  CallOrigin& origin() { return origin_; }

  // Answers. From any thread; the call may be gone when it returns, unless it is called within
  // `Handle`.
  void Finish(const grpc::ByteBuffer& response);
  void Finish(const grpc::Status& error);

 private:
  void OnArrived(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);
  void EndIfLast();
  void Count(grpc::StatusCode code);

  CallTracker& tracker_;
  MethodMeter& meter_;
  CallOrigin origin_;
  grpc::ServerContext context_;
  grpc::ByteBuffer request_;
  Responder responder_;
  MemberTag<UnaryCall> arrived_;
  MemberTag<UnaryCall> finished_;
  MemberTag<UnaryCall> done_;
  // Events still to come: the answer is sent, the call is over.
  int pending_events_ = 2;
  Clock::time_point arrived_at_;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_UNARY_CALL_H_
