#ifndef DINO_BENCH_LOAD_PUBLISH_RPCS_H_
#define DINO_BENCH_LOAD_PUBLISH_RPCS_H_

#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/load/requests.h"
#include "dino/events/v1/event_publisher_service.grpc.pb.h"

// What UnaryCaller calls.
namespace dino::bench {

struct PublishMessageRpc {
  using Stub = events::v1::EventPublisherService::Stub;
  using Request = events::v1::PublishMessageRequest;
  using Response = events::v1::PublishMessageResponse;

  static auto Begin(Stub& stub, grpc::ClientContext& context, const Request& request,
                    grpc::CompletionQueue& queue) {
    return stub.AsyncPublishMessage(&context, request, &queue);
  }

  static void Renew(Request& request) { RenewKey(request); }

  static absl::Status Check(const Request& request, const Response& response) {
    return CheckDelivery(response.delivery(), request.user_ids_size());
  }
};

struct PublishBatchRpc {
  using Stub = events::v1::EventPublisherService::Stub;
  using Request = events::v1::PublishBatchRequest;
  using Response = events::v1::PublishBatchResponse;

  static auto Begin(Stub& stub, grpc::ClientContext& context, const Request& request,
                    grpc::CompletionQueue& queue) {
    return stub.AsyncPublishBatch(&context, request, &queue);
  }

  static void Renew(Request& request) {
    for (auto& event : *request.mutable_events()) RenewKey(*event.mutable_message());
  }

  static absl::Status Check(const Request& request, const Response& response) {
    if (response.results_size() != request.events_size()) {
      return absl::DataLossError(absl::StrCat("OK with ", response.results_size(), " results"));
    }
    const int recipients = request.events(0).message().user_ids_size();
    absl::Status status;
    for (const auto& result : response.results()) status.Update(CheckResult(result, recipients));
    return status;
  }
};

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_PUBLISH_RPCS_H_
