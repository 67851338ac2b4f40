#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/system/bridge_process.h"

namespace dino::testing {
namespace {

namespace reflection = ::grpc::reflection::v1alpha;

TEST(DiscoveryTest, ReflectionListsTheServices) {
  const MosquittoBroker broker;
  const BridgeProcess bridge(broker.address());
  const auto stub = reflection::ServerReflection::NewStub(bridge.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  const auto stream = stub->ServerReflectionInfo(&context);
  reflection::ServerReflectionRequest request;
  request.set_list_services("*");
  ASSERT_TRUE(stream->Write(request));
  reflection::ServerReflectionResponse response;
  ASSERT_TRUE(stream->Read(&response));
  stream->WritesDone();

  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf<std::string>({kServiceName, "grpc.health.v1.Health"}));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(DiscoveryTest, HealthKnowsOnlyTheServices) {
  const MosquittoBroker broker;
  BridgeProcess bridge(broker.address());
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);

  EXPECT_EQ(bridge.Health(""), health::HealthCheckResponse::SERVING);
  EXPECT_EQ(bridge.Health(kServiceName), health::HealthCheckResponse::SERVING);
  EXPECT_EQ(bridge.Health("liveness"), health::HealthCheckResponse::SERVING);
  EXPECT_EQ(bridge.Health("no.such.Service"), std::nullopt);
}

}  // namespace
}  // namespace dino::testing
