#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/http2/own_connection.h"
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

// Its streams end a quarter of the grace after its connections' age, and a moment. Connections are
// sent away, and cut after the grace, up to a tenth of their age earlier or later.
struct StreamAge {
  const char* age;
  // Between events; none: as many as there can be.
  std::chrono::milliseconds pause;
};

class StreamAgeTest : public FloodFixture, public ::testing::WithParamInterface<StreamAge> {
 protected:
  StreamAgeTest()
      : FloodFixture({kPatientWithBroker, std::string("--max-connection-age=") + GetParam().age,
                      "--max-connection-grace=4s"}) {}

  // What became of a stream: the numbers of the events that were answered, and its status.
  struct StreamEnd {
    std::set<std::size_t> answered;
    grpc::Status status;
  };

  // Publishes on a stream of a connection of its own until the server ends it; takes the events'
  // numbers from `next`. Sends ten at a time: a caller who lags behind would hear of the end late.
  StreamEnd PublishUntilTheEnd(std::atomic<std::size_t>& next) {
    constexpr int kOpen = 10;
    const auto stub =
        v1::EventPublisherService::NewStub(ChannelWithOwnConnection(bridge_.address()));
    grpc::ClientContext context;
    const auto stream = stub->PublishStream(&context);
    StreamEnd end;
    v1::PublishStreamRequest request;
    v1::PublishStreamResponse answer;
    for (bool open = true; open;) {
      for (int i = 0; i < kOpen && open; ++i) {
        const std::size_t number = next++;
        request.set_sequence(number);
        *request.mutable_event()->mutable_message() = RequestOf(number);
        open = stream->Write(request);
      }
      for (int i = 0; i < kOpen; ++i) {
        open = stream->Read(&answer);
        if (!open) break;
        EXPECT_TRUE(answer.result().has_delivery());
        end.answered.insert(answer.sequence());
      }
      std::this_thread::sleep_for(GetParam().pause);
    }
    end.status = stream->Finish();
    return end;
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

// What was answered was published once, and what was not was not. Several streams, as the end of a
// connection races with what its caller is just sending.
TEST_P(StreamAgeTest, EndsWithAllThatItTookAnswered) {
  std::atomic<std::size_t> next{0};
  std::vector<std::future<StreamEnd>> streams;
  for (int i = 0; i < 16; ++i) {
    streams.push_back(std::async(std::launch::async, [&] { return PublishUntilTheEnd(next); }));
  }
  std::set<std::size_t> answered;
  for (auto& stream : streams) {
    const StreamEnd end = stream.get();
    EXPECT_EQ(end.status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(end.status);
    EXPECT_EQ(ReasonOf(end.status), "CONNECTION_AGE");
    EXPECT_FALSE(end.answered.empty());
    answered.insert(end.answered.begin(), end.answered.end());
  }

  EXPECT_EQ(TakeArrivals(next), answered);
}

INSTANTIATE_TEST_SUITE_P(Ages, StreamAgeTest,
                         ::testing::Values(StreamAge{"1s", {}},
                                           StreamAge{"10s", std::chrono::milliseconds(50)}),
                         [](const auto& age) { return age.param.age; });

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
