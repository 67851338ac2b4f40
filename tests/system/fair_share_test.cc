// What one caller leaves to others of the pending work.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/files.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/requests.h"

namespace dino::testing {
namespace {

constexpr char kBusyKey[] = "the-key-of-the-busy-one";
constexpr char kOtherKey[] = "the-key-of-the-other-one";
constexpr char kKeys[] = R"({"callers": [
  {"name": "busy", "sha256": "9e811cf41afd34a710c2d993bee25a7f3f77809554e795858e23d37bf1898d72"},
  {"name": "other", "sha256": "a47d11d52ff6c283c86407272dc4d5fc9c1c675014c1e635e63564b57241a1ff"}]})";

constexpr std::int64_t kEvents = 10;
constexpr std::int64_t kRecipientsOfEach = 100;

// A caller who publishes ten events of a hundred recipients on a stream.
class StreamingCaller {
 public:
  StreamingCaller(BridgeProcess& bridge, const std::string& key, std::int64_t first_user) {
    context_.AddMetadata("authorization", "Bearer " + key);
    stream_ = bridge.stub().PublishStream(&context_);
    for (std::int64_t i = 0; i < kEvents; ++i) {
      std::vector<std::int64_t> users(kRecipientsOfEach);
      std::iota(users.begin(), users.end(), first_user + i * kRecipientsOfEach);
      v1::PublishStreamRequest request;
      request.set_sequence(static_cast<std::uint64_t>(i));
      *request.mutable_event()->mutable_message() = MessageRequest(users, "hello");
      EXPECT_TRUE(stream_->Write(request));
    }
    stream_->WritesDone();
  }

  // Waits until all events were refused for which there is no room, which they are at once. Returns
  // how many there are that were not.
  std::int64_t WaitForRefusals() {
    std::int64_t waiting = kEvents;
    v1::PublishStreamResponse answer;
    // Refusals come in the order of the events, and before all other answers.
    do {
      if (!stream_->Read(&answer)) break;
      EXPECT_EQ(answer.result().error().code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
      --waiting;
    } while (answer.sequence() + 1 < static_cast<std::uint64_t>(kEvents));
    return waiting;
  }

  // Waits for all other answers. Returns how many events were delivered.
  std::int64_t Finish() {
    std::int64_t delivered = 0;
    v1::PublishStreamResponse answer;
    while (stream_->Read(&answer)) {
      if (answer.result().has_delivery()) ++delivered;
    }
    EXPECT_TRUE(stream_->Finish().ok());
    return delivered;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PublishStreamRequest, v1::PublishStreamResponse>>
      stream_;
};

TEST(FairShareTest, WhoFillsWhatMayBePendingLeavesSomeToOthers) {
  const TemporaryDirectory directory;
  const std::string keys = directory.path() / "keys.json";
  ReplaceContent(keys, kKeys);
  MosquittoBroker broker;
  BridgeProcess bridge(broker.address(),
                       {"--auth-keys-file=" + keys, "--max-pending-publications=1000",
                        "--max-recipients=100", "--mqtt-ack-timeout=5m", "--default-deadline=5m"});
  bridge.WaitForHealth("", health::HealthCheckResponse::SERVING);
  broker.Freeze();

  StreamingCaller busy(bridge, kBusyKey, 1);
  EXPECT_EQ(busy.WaitForRefusals(), 7) << "three quarters of a thousand";
  StreamingCaller other(bridge, kOtherKey, 1'000'000);
  EXPECT_EQ(other.WaitForRefusals(), 2) << "no more than three times of what it leaves";
  broker.Thaw();
  EXPECT_EQ(busy.Finish(), 7);
  EXPECT_EQ(other.Finish(), 2);
}

}  // namespace
}  // namespace dino::testing
