#ifndef DINO_SERVER_RPC_BATCH_CALL_H_
#define DINO_SERVER_RPC_BATCH_CALL_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/base/clock.h"
#include "server/rpc/event_call.h"
#include "server/rpc/publish_context.h"
#include "server/rpc/unary_call.h"

namespace dino::rpc {

// A call of PublishBatch: publishes its events side by side and is answered when all have ended.
class BatchCall final : public UnaryCall {
 public:
  // Waits for the next call of the method, as `UnaryCall::AskForRequest` says.
  using AskFunction =
      std::function<void(grpc::ServerContext&, grpc::ByteBuffer&, Responder&, void* tag)>;

  BatchCall(PublishContext& shared, AskFunction ask)
      : UnaryCall(shared.tracker, shared.meters.Of("PublishBatch")),
        shared_(shared),
        ask_(std::move(ask)) {}

 private:
  void AskForRequest(grpc::ServerContext& context, grpc::ByteBuffer& request, Responder& responder,
                     void* tag) override {
    ask_(context, request, responder, tag);
  }
  UnaryCall* Next() const override { return new BatchCall(shared_, ask_); }
  void Handle(const grpc::ByteBuffer& bytes) override;
  void Cancelled() override;

  // Returns OK, or the error to answer with.
  grpc::Status Parse(const grpc::ByteBuffer& bytes, v1::PublishBatchRequest& request);
  void Start(const v1::EventRequest& request, v1::EventResult& result);
  // One of those that this call waits for has ended.
  void EndOne();

  PublishContext& shared_;
  const AskFunction ask_;
  std::uint64_t lane_ = 0;
  Clock::time_point deadline_;
  // Each is written by the thread that its event ends on.
  v1::PublishBatchResponse response_;
  std::list<EventCall> event_calls_;
  // The events that have not ended, and `Handle` while it runs.
  std::atomic<std::size_t> open_{1};
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_BATCH_CALL_H_
