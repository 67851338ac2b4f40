#include <gtest/gtest.h>

#include <cstddef>

#include "tests/support/http2/http2_peer.h"
#include "tests/system/flood_fixture.h"
#include "tests/system/raw_call.h"

namespace dino::testing {
namespace {

using Type = Http2Frame::Type;

// Connections last about a second.
class GrpcConnectionAgeTest : public FloodFixture {
 protected:
  GrpcConnectionAgeTest()
      : FloodFixture(
            {kPatientWithBroker, "--max-connection-age=1s", "--max-connection-grace=20s"}) {}

  // Waits until a connection opened now has received GOAWAY.
  void WaitForAConnectionsAge() {
    Http2Peer peer(bridge_.port());
    peer.Greet();
    peer.WaitFor(Type::kGoAway, 0);
  }
};

TEST_F(GrpcConnectionAgeTest, RenewingConnectionsNeitherLosesNorReordersCalls) {
  StartSteadyCallers(16);
  for (int i = 0; i < 3; ++i) {
    WaitForAConnectionsAge();
    WaitForSuccessesOfEach(steady_callers_, 5);
  }

  ExpectSteadyCallersUnharmed();
}

TEST_F(GrpcConnectionAgeTest, ACallLongerThanTheConnectionAgeIsAnswered) {
  broker_.Freeze();
  CallFlood flood(bridge_.address(), 1);
  flood.Start(RequestOf(0), kLongDeadline);
  // Maximum ages differ by at most a fifth, so two in a row outlast any single one.
  WaitForAConnectionsAge();
  WaitForAConnectionsAge();
  broker_.Thaw();
  const grpc::Status status = flood.Finish().front().status;

  EXPECT_TRUE(status.ok()) << Describe(status);
}

// What was taken was answered, and what was answered was published once.
TEST_F(GrpcConnectionAgeTest, AStreamEndsWithAllThatItTookAnswered) {
  grpc::ClientContext context;
  const auto stream = bridge_.stub().PublishStream(&context);
  v1::PublishStreamRequest request;
  v1::PublishStreamResponse answer;
  std::size_t answered = 0;
  // Some at a time: a caller who lags behind would hear of the end late.
  for (bool open = true; open;) {
    constexpr std::size_t kOpen = 10;
    for (std::size_t i = 0; i < kOpen && open; ++i) {
      request.set_sequence(answered + i);
      *request.mutable_event()->mutable_message() = RequestOf(answered + i);
      open = stream->Write(request);
    }
    std::size_t read = 0;
    while (read < kOpen && stream->Read(&answer)) {
      EXPECT_TRUE(answer.result().has_delivery());
      ++read;
    }
    answered += read;
    open = read == kOpen;
  }
  const grpc::Status status = stream->Finish();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  EXPECT_EQ(ReasonOf(status), "CONNECTION_AGE");
  EXPECT_GT(answered, 0U);
  EXPECT_EQ(TakeArrivals(answered).size(), answered);
}

TEST_F(GrpcConnectionAgeTest, ACallThatCrossesGoawayIsAnswered) {
  Http2Peer peer(bridge_.port());
  peer.Greet();
  peer.WaitFor(Type::kGoAway, 0);
  peer.Send(EncodeCallHeaders(1) + EncodeBody(1, RequestOf(0).SerializeAsString()));
  const auto end = peer.WaitForEndOf(1);

  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(LiteralHeader(end->payload, "grpc-status"), "0");
  peer.WaitForClose();
}

}  // namespace
}  // namespace dino::testing
