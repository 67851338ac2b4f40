#ifndef DINO_SERVER_API_BATCH_CALL_H_
#define DINO_SERVER_API_BATCH_CALL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/api/event_call.h"
#include "server/api/publish_context.h"
#include "server/api/unary_call.h"
#include "server/base/clock.h"

namespace dino::api {

// A call of PublishBatch: publishes its events side by side and is answered when all have ended.
class BatchCall final : public UnaryCall {
 public:
  BatchCall(PublishContext& shared, transport::Call& call)
      : UnaryCall(shared, call, "PublishBatch", EventMeter::Via::kBatch) {}

 private:
  void Handle(const transport::Message& message) override;
  void Stop() override;

  // Returns OK, or the error to answer with.
  grpc::Status Parse(const transport::Message& message, v1::PublishBatchRequest& request);
  void Start(const v1::EventRequest& request, v1::EventResult& result);
  void Write(const grpc::Status& status, v1::Delivery delivery, v1::EventResult& result);
  // One of those that this call waits for has ended.
  void EndOne();

  std::uint64_t lane_ = 0;
  Clock::time_point deadline_;
  // Each is written by the thread that its event ends on.
  v1::PublishBatchResponse response_;
  std::list<EventCall> event_calls_;
  // The events that have not ended, and `Handle` while it runs.
  std::atomic<std::size_t> open_{1};
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_BATCH_CALL_H_
