#ifndef DINO_TESTS_SYSTEM_HEALTH_CLIENT_H_
#define DINO_TESTS_SYSTEM_HEALTH_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

namespace health = ::grpc::health::v1;

using HealthStatus = health::HealthCheckResponse::ServingStatus;

// The current health of a service; nothing if it does not exist. Fails the test if there is no
// answer.
std::optional<HealthStatus> CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                                        const std::string& service, Where where = Where::Here());

// Waits, with a health watch, until the service has that health. The server need not listen yet.
void WaitForHealth(const std::shared_ptr<grpc::Channel>& channel, const std::string& service,
                   HealthStatus wanted, Where where = Where::Here());

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_HEALTH_CLIENT_H_
