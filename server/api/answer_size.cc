#include "server/api/answer_size.h"

#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace dino::api {
namespace {

// For what is around deliveries.
constexpr std::size_t kReserve = 65536;
constexpr std::size_t kMostBytes = kMaxAnswerBytes - kReserve;

void OmitResults(v1::Delivery& delivery) {
  delivery.clear_results();
  delivery.set_results_omitted(true);
}

// Keeps the reason, when to repeat the call, and with what token.
void OmitLists(google::rpc::Status& error) {
  google::rpc::Status short_error = error;
  short_error.clear_details();
  for (const auto& detail : error.details()) {
    if (detail.Is<google::rpc::BadRequest>()) continue;
    v1::PublishFailure failure;
    if (detail.UnpackTo(&failure)) {
      failure.clear_failed_recipients();
      (void)short_error.add_details()->PackFrom(failure);
    } else {
      *short_error.add_details() = detail;
    }
  }
  error = std::move(short_error);
}

// Shortens results, the last ones first, until the response is small enough.
template <typename Shorten>
void ShortenFromBehind(v1::PublishBatchResponse& response, const Shorten& shorten) {
  std::size_t bytes = response.ByteSizeLong();
  for (int i = response.results_size() - 1; i >= 0 && bytes > kMostBytes; --i) {
    v1::EventResult& result = *response.mutable_results(i);
    bytes -= result.ByteSizeLong();
    shorten(result);
    bytes += result.ByteSizeLong();
  }
}

}  // namespace

void FitInAnswer(v1::Delivery& delivery) {
  if (delivery.results_size() > 0 && delivery.ByteSizeLong() > kMostBytes) OmitResults(delivery);
}

void FitInAnswer(v1::PublishBatchResponse& response) {
  ShortenFromBehind(response, [](v1::EventResult& result) {
    if (result.has_delivery() && result.delivery().results_size() > 0) {
      OmitResults(*result.mutable_delivery());
    }
  });
  ShortenFromBehind(response, [](v1::EventResult& result) {
    if (result.has_error()) OmitLists(*result.mutable_error());
  });
}

}  // namespace dino::api
