// Many events in one call: batches and streams against a real broker.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/mqtt/subscriber.h"
#include "tests/support/process/process_usage.h"
#include "tests/system/bridge_process.h"
#include "tests/system/bridge_program.h"
#include "tests/system/error_details.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

using EventStream =
    grpc::ClientReaderWriterInterface<v1::PublishStreamRequest, v1::PublishStreamResponse>;

// Writes messages to `users` users in turn, with their numbers as texts, and closes the stream.
void WriteEvents(EventStream& stream, int count, int users) {
  v1::PublishStreamRequest request;
  for (int i = 0; i < count; ++i) {
    request.set_sequence(static_cast<std::uint64_t>(i));
    *request.mutable_event()->mutable_message() =
        MessageRequest({i * 17 % users + 1}, std::to_string(i));
    if (!stream.Write(request)) break;
  }
  stream.WritesDone();
}

class ManyEventsTest : public ::testing::Test {
 protected:
  void SetUp() override { bridge_.WaitForHealth("", health::HealthCheckResponse::SERVING); }

  // Receives this many messages, and checks that the numbers in their texts ascend for each topic.
  void ExpectInOrder(std::size_t count) {
    std::map<std::string, int> last;
    for (std::size_t i = 0; i < count && !HasFailure(); ++i) {
      const Received received = subscriber_.Next();
      const int number = std::stoi(TextOf(received.payload));
      const auto [before, first] = last.try_emplace(received.topic, number);
      EXPECT_TRUE(first || before->second < number) << received.topic << ": " << number;
      before->second = number;
    }
  }

  MosquittoBroker broker_;
  Subscriber subscriber_{broker_.port(), "subscriber", {"dms/dev/+"}};
  BridgeProcess bridge_{broker_.address()};
};

TEST_F(ManyEventsTest, ABatchKeepsItsOrderAndFailsOneByOne) {
  v1::PublishBatchRequest batch;
  std::size_t recipients = 0;
  for (int i = 0; i < 1000; ++i) {
    if (i % 10 == 3) {
      batch.add_events()->mutable_read();
      continue;
    }
    // Small and large groups with many users in common.
    std::vector<std::int64_t> users;
    for (std::int64_t user = 1; user <= (i % 50 == 0 ? 40 : 3); ++user) {
      users.push_back((user * 7 + i) % 41 + 1);
    }
    recipients += users.size();
    *batch.add_events()->mutable_message() = MessageRequest(users, std::to_string(i));
  }
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 3 * kPatience);
  v1::PublishBatchResponse response;
  const grpc::Status status = bridge_.stub().PublishBatch(&context, batch, &response);

  ASSERT_TRUE(status.ok()) << Describe(status);
  ASSERT_EQ(response.results_size(), 1000);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(response.results(i).has_error(), i % 10 == 3) << i;
  ExpectInOrder(recipients);
}

// How much memory a process may gain for the open events of a stream.
constexpr std::size_t kStreamKib = 16384;

TEST_F(ManyEventsTest, AStreamOfAHundredThousandEventsKeepsItsOrderInFlatMemory) {
  const int events = BridgeIsSanitized() ? 10000 : 100000;
  constexpr int kUsers = 1000;
  grpc::ClientContext context;
  const auto stream = bridge_.stub().PublishStream(&context);
  std::thread writer([&stream, events] { WriteEvents(*stream, events, kUsers); });
  // Answers arrive as soon as they are known, each once.
  std::vector<bool> answered(events);
  ProcessUsage early;
  int count = 0;
  v1::PublishStreamResponse response;
  while (stream->Read(&response)) {
    ASSERT_LT(response.sequence(), answered.size());
    EXPECT_FALSE(answered[response.sequence()]);
    answered[response.sequence()] = true;
    EXPECT_TRUE(response.result().has_delivery()) << response.ShortDebugString();
    if (++count == events / 10) early = UsageOf(bridge_.pid());
  }
  writer.join();
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(count, events);
  if (!BridgeIsSanitized()) {
    EXPECT_LT(UsageOf(bridge_.pid()).resident_kib, early.resident_kib + kStreamKib);
  }
  ExpectInOrder(events);
}

TEST_F(ManyEventsTest, AStreamSurvivesARestartOfTheBroker) {
  constexpr int kEvents = 2000;
  grpc::ClientContext context;
  const auto stream = bridge_.stub().PublishStream(&context);
  std::thread writer([&stream] { WriteEvents(*stream, kEvents, 16); });
  int ok = 0;
  int count = 0;
  v1::PublishStreamResponse response;
  while (stream->Read(&response)) {
    if (response.result().has_delivery()) ++ok;
    if (++count == kEvents / 4) {
      broker_.Stop();
      broker_.Start();
    }
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(count, kEvents) << "each has its answer";
  EXPECT_GT(ok, kEvents / 4);
}

}  // namespace
}  // namespace dino::testing
