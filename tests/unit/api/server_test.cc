#include "server/api/server.h"

#include <thread>

#include "tests/support/process/loopback.h"
#include "tests/unit/api/server_fixture.h"

namespace dino::api {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;

class ServerTest : public ServerFixture {
 protected:
  health::HealthCheckResponse::ServingStatus Check(const std::string& service) {
    grpc::ClientContext context;
    health::HealthCheckRequest request;
    request.set_service(service);
    health::HealthCheckResponse response;
    const grpc::Status status = health_->Check(&context, request, &response);
    if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
      return health::HealthCheckResponse::SERVICE_UNKNOWN;
    }
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }

  std::unique_ptr<health::Health::Stub> health_ = health::Health::NewStub(channel_);
};

TEST_F(ServerTest, HealthFollowsTheSessions) {
  constexpr char kService[] = "dino.events.v1.EventPublisherService";
  EXPECT_EQ(Check(""), health::HealthCheckResponse::SERVING);
  EXPECT_EQ(Check(kService), health::HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("liveness"), health::HealthCheckResponse::SERVING);
  publisher_.set_connected(false);
  EXPECT_EQ(Check(""), health::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check(kService), health::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check("liveness"), health::HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("other"), health::HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST_F(ServerTest, WatchersHearOfEveryChangeAndOfTheEnd) {
  grpc::ClientContext context;
  const auto reader = health_->Watch(&context, health::HealthCheckRequest());
  health::HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), health::HealthCheckResponse::SERVING);
  publisher_.set_connected(false);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), health::HealthCheckResponse::NOT_SERVING);
  publisher_.set_connected(true);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), health::HealthCheckResponse::SERVING);
  // Long enough to show that the stream does not hold up the end.
  server_->Drain(testing::kPatience * 10);
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerTest, WatchersMayGoAway) {
  for (int i = 0; i < 10; ++i) {
    grpc::ClientContext context;
    const auto reader = health_->Watch(&context, health::HealthCheckRequest());
    health::HealthCheckResponse response;
    ASSERT_TRUE(reader->Read(&response));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
}

TEST_F(ServerTest, DrainLetsCallsInProgressFinishAndRefusesNewOnes) {
  auto in_progress = CallAsync(Request());
  const auto batch = publisher_.WaitForBatch();
  std::thread drain([this] { server_->Drain(testing::kPatience); });
  // From some moment on calls are refused; what came before it has been published.
  Answer refused;
  do {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(20));
    refused = Call(context, Request());
  } while (refused.status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  publisher_.End(batch, PublicationOutcome{Outcome::kAcknowledged, 0, false});
  EXPECT_TRUE(in_progress.get().status.ok());
  drain.join();
}

TEST_F(ServerTest, ADrainBeginsWithRefusalsThatSayWhy) {
  publisher_.AcknowledgeAtOnce();
  // They are given for a tenth of a second, which a busy machine may let pass.
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    ServerOptions options;
    options.transport.address = {"127.0.0.1", 0};
    Server server(
        keyed_, direct_.admission(), [] { return true; }, options);
    const auto address = server.Start();
    ASSERT_TRUE(address.ok());
    stub_ = v1::EventPublisherService::NewStub(
        grpc::CreateChannel(*address, grpc::InsecureChannelCredentials()));
    EXPECT_TRUE(Call(Request()).status.ok());
    std::thread drain([&server] { server.Drain(testing::kPatience); });
    Answer answer;
    do {
      answer = Call(Request());
    } while (answer.status.ok());
    drain.join();
    // Else the port was closed before.
    if (answer.status.error_details().empty()) continue;
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(ReasonOf(answer.status), "SHUTTING_DOWN");
    return;
  }
  ADD_FAILURE() << "no refusal said why";
}

TEST_F(ServerTest, DrainEndsWhatDoesNotFinishInTime) {
  auto in_progress = CallAsync(Request());
  publisher_.WaitForBatch();
  server_->Drain(std::chrono::milliseconds(50));
  EXPECT_FALSE(in_progress.get().status.ok());
  publisher_.WaitForNoBatch();
}

TEST_F(ServerTest, SaysWhenItsAddressCannotBeHad) {
  ServerOptions options;
  options.transport.address = {"127.0.0.1", 0};
  Server first(
      keyed_, direct_.admission(), [] { return true; }, options);
  const auto address = first.Start();
  ASSERT_TRUE(address.ok());
  options.transport.address.port = testing::PortOf(*address);
  Server second(
      keyed_, direct_.admission(), [] { return true; }, options);
  EXPECT_EQ(second.Start().status().code(), absl::StatusCode::kUnavailable);
  first.Drain(std::chrono::milliseconds(0));
}

TEST_F(ServerTest, ManyCallersAtOnceAllGetAnAnswer) {
  publisher_.AcknowledgeAtOnce();
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 16; ++caller) {
    callers.emplace_back([this] {
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(Call(Request()).status.ok());
    });
  }
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace dino::api
