#include "tests/system/health_client.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::testing {
namespace {

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
}

}  // namespace

std::optional<HealthStatus> CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                                        const std::string& service, Where where) {
  grpc::ClientContext context;
  SetDeadline(context);
  health::HealthCheckRequest request;
  request.set_service(service);
  health::HealthCheckResponse response;
  const grpc::Status status = health::Health::NewStub(channel)->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return std::nullopt;
  if (!status.ok()) {
    ADD_FAILURE_AT(where.file, where.line) << "the health check fails: " << status.error_message();
  }
  return response.status();
}

void WaitForHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service,
                   HealthStatus wanted, Where where) {
  grpc::ClientContext context;
  SetDeadline(context);
  context.set_wait_for_ready(true);
  health::HealthCheckRequest request;
  request.set_service(service);
  const auto stub = health::Health::NewStub(channel);
  const auto stream = stub->Watch(&context, request);
  health::HealthCheckResponse response;
  while (stream->Read(&response)) {
    if (response.status() != wanted) continue;
    context.TryCancel();
    stream->Finish();
    return;
  }
  ADD_FAILURE_AT(where.file, where.line) << "the health of '" << service << "' does not become "
                                         << health::HealthCheckResponse::ServingStatus_Name(wanted)
                                         << ": " << stream->Finish().error_message();
}

}  // namespace dino::testing
