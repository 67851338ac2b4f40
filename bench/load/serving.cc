#include "bench/load/serving.h"

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace dino::bench {
namespace {

constexpr std::chrono::seconds kStartPatience{15};
constexpr std::chrono::milliseconds kBetweenLooks{20};

}  // namespace

absl::Status AwaitServing(const std::shared_ptr<grpc::Channel>& channel) {
  const auto health = grpc::health::v1::Health::NewStub(channel);
  const auto deadline = std::chrono::system_clock::now() + kStartPatience;
  grpc::Status status;
  while (std::chrono::system_clock::now() < deadline) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(deadline);
    grpc::health::v1::HealthCheckResponse response;
    status = health->Check(&context, {}, &response);
    if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) return absl::OkStatus();
    if (status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING) {
      return absl::OkStatus();
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return absl::UnavailableError(absl::StrCat("the server is not SERVING ", status.error_message()));
}

}  // namespace dino::bench
